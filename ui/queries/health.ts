import { wrongPlane } from '../../hub/domain/effective-plane.ts'
import type { House } from '../../hub/domain/house.ts'
import { euroOf, type PlantHealth, startOf } from '../../hub/domain/plant-health.ts'
import { lostKwhEur, tariffOn } from '../../hub/domain/tariff.ts'
import { dayOf, HOUR } from '../../hub/domain/time.ts'
import type { HubDeps } from '../deps.ts'
import type { FindingView, HealthCardModel, HealthPage, HealthRow, PlaneRow, SensorRow } from '../models/health.ts'

/** Residents are shown figures that rest on peers from so many plants on. */
export const MIN_PEERS_SHOWN = 5
const SURE = 0.75
const HARDLY_SURE = 0.5

/** How the plants do; `own` = the one house the reader may see, null = all. */
export function healthCard(deps: HubDeps, own: string | null): HealthCardModel {
  const plants = deps.plants()
  const { houses, settings } = deps.registry()
  const roofs = [...houses.values()].filter((house) => house.peakPower > 0)
  const empty = !settings.place
    ? 'noPlace'
    : roofs.length === 0
      ? 'none'
      : !plants || plants.size === 0
        ? 'notYet'
        : null
  if (empty || !plants) return { empty: empty ?? 'notYet', summary: null, rows: [] }
  const judged = [...plants.values()].filter((p) => p.standing === 'judged')
  const maySum = own === null || judged.length >= MIN_PEERS_SHOWN
  return {
    empty: null,
    summary: maySum ? { plants: judged.length, bad: judged.filter((p) => p.finding !== null).length } : null,
    rows: roofs
      .filter((house) => own === null || house.id === own)
      .map((house) => rowOf(deps, house, plants.get(house.id)))
      .sort((a, b) => Number(b.finding !== null) - Number(a.finding !== null)),
  }
}

/** The evidence of one house. */
export function healthPage(deps: HubDeps, house: House, seesAll: boolean): HealthPage {
  const health = deps.plants()?.get(house.id)
  const { zone } = deps.registry().settings
  const mayCompare = seesAll || (health?.plants ?? 0) >= MIN_PEERS_SHOWN
  return {
    row: rowOf(deps, house, health),
    days: mayCompare
      ? (health?.past ?? []).map(({ start, madeWh, expectedWh }) => ({ day: civil(start, zone), madeWh, expectedWh }))
      : null,
    least: MIN_PEERS_SHOWN,
  }
}

/** What the technician is told of channels and clocks. */
export function sensorRows(deps: HubDeps): SensorRow[] {
  const { zone } = deps.registry().settings
  return [...(deps.plants()?.values() ?? [])].flatMap((health) =>
    health.sensors.map(({ kind, since, minutes, confirmed }) => ({
      house: health.house,
      kind,
      since: civil(startOf(health, since), zone),
      minutes,
      confirmed,
    })),
  )
}

/** Entered planes that the roofs' own clear days contradict; not where clock or channels are in doubt. */
export function planeRows(deps: HubDeps): PlaneRow[] {
  const { houses } = deps.registry()
  return [...houses.values()].flatMap((house): PlaneRow[] => {
    const fit = deps.planes().get(house.id) ?? null
    const isSpoiled =
      deps
        .plants()
        ?.get(house.id)
        ?.sensors.some((fault) => fault.confirmed) ?? false
    const wrong = isSpoiled || house.battery ? null : wrongPlane(house, fit)
    if (!wrong || !fit) return []
    const { fitted } = wrong
    const angle = (key: 'tilt' | 'azimuth', error: number) =>
      wrong[key] ? { entered: house[key] ?? 0, fitted: fitted[key], error: Math.round(error) } : null
    return [
      {
        house: house.id,
        azimuth: angle('azimuth', fit.azimuthError),
        tilt: angle('tilt', fit.tiltError),
        fitted,
        days: fit.days,
      },
    ]
  })
}

function rowOf(deps: HubDeps, house: House, health: PlantHealth | undefined): HealthRow {
  const { zone } = deps.registry().settings
  return {
    house: house.id,
    name: house.name,
    standing: house.battery ? 'setAside' : (health?.standing ?? 'noData'),
    finding: health ? findingOf(deps, health, zone) : null,
    peers: health?.peers ?? 0,
  }
}

function findingOf(deps: HubDeps, health: PlantHealth, zone: string): FindingView | null {
  const { finding } = health
  if (!finding) return null
  const { tariffs } = deps.registry().settings
  const tariff = tariffOn(dayOf(deps.now(), zone).toString(), tariffs)
  return {
    cause: finding.cause,
    grade: finding.grade,
    since: civil(startOf(health, finding.since), zone),
    loss: finding.loss,
    lostWh: finding.lostWh,
    lostEuro: euroOf(finding.lostWh, lostKwhEur(tariff)),
    confidence: finding.confidence >= SURE ? 'high' : finding.confidence >= HARDLY_SURE ? 'medium' : 'low',
  }
}

/** A day of the sun begins near midnight: its noon names the civil day. */
function civil(start: number, zone: string): string {
  return dayOf(start + 12 * HOUR, zone).toString()
}
