import { advance, phaseOfSwitching, switchingOf } from '../../hub/domain/command.ts'
import { loadKey } from '../../hub/domain/load.ts'
import { evidenceFor, REPORT_FRESH } from '../../hub/domain/load-cycle.ts'
import type { HouseRelays, RelayImage } from '../../hub/domain/load-image.ts'
import { isMeasurable } from '../../hub/domain/power-step.ts'
import { declaredDifferences, isSwitchable } from '../../hub/domain/relay-declared.ts'
import { latestOn, tariffOn } from '../../hub/domain/tariff.ts'
import { DAY, dayOf } from '../../hub/domain/time.ts'
import type { SavedSum } from '../../hub/store/decisions.ts'
import { listDecisions, listSwitchings, sumSavings } from '../../hub/store/decisions.ts'
import type { HubDeps } from '../deps.ts'
import type { LoadView } from '../models/load-view.ts'
import type { LoadSavings, LoadStretch, SavedTotal } from '../models/loads.ts'

/** The loads of houses as they are now; what became of a command is looked at anew, without waiting for the next tick. */
export function loadViews(deps: HubDeps, houses: Iterable<string>): LoadView[] {
  const image = deps.image().loads
  if (!image) return []
  const wanted = new Set(houses)
  const lag = image.now - image.elapsed
  return image.houses.flatMap(({ id, relays }) =>
    relays && wanted.has(id) ? relays.loads.map((relay) => viewOf(deps, id, relays, relay, image.elapsed, lag)) : [],
  )
}

function viewOf(
  deps: HubDeps,
  house: string,
  relays: HouseRelays,
  relay: RelayImage,
  elapsed: number,
  lag: number,
): LoadView {
  const { load, declaration, report, override } = relay
  const state = deps.cycleState().loads
  const drive = state.drives[loadKey(load)]
  const command = drive?.command ? advance(drive.command, evidenceFor(drive, relay, relays, elapsed), elapsed) : null
  const stored = deps
    .registry()
    .loads.get(house)
    ?.find((l) => l.load.id === load.id)
  const fresh = report && elapsed - report.at <= REPORT_FRESH ? report : null
  return {
    load,
    relay: fresh && {
      ...{ on: fresh.on, origin: fresh.origin, at: fresh.at + lag, powerW: fresh.powerW },
      ...{ temperatureC: fresh.temperatureC, lockS: fresh.lockS },
    },
    decision: state.decisions[loadKey(load)] ?? null,
    command: command && {
      ...{ on: command.on, phase: phaseOfSwitching(command), at: switchingOf(command) + lag, error: command.error },
      measurable: (fresh?.powerW ?? null) !== null || isMeasurable(load.ratedW, relays.trace),
    },
    override:
      override && stored?.override && override.until > elapsed
        ? {
            ...{ on: override.on, until: override.until + lag },
            ...{ setAt: stored.override.setAt, who: stored.override.who },
          }
        : null,
    shadowUntil: relays.shadow ? Math.min(...createdAt(deps, house)) + 7 * DAY : null,
    differences: declaredDifferences(load, declaration),
    isSwitchable: isSwitchable(load, declaration),
    isReachable: relays.channel !== null,
    isBound: deps.loads.isBound(house),
  }
}

function createdAt(deps: HubDeps, house: string): number[] {
  return (deps.registry().loads.get(house) ?? []).map((l) => l.createdAt)
}

/** What a relay did in a civil day, without gaps, up to now. */
export async function loadStretches(
  deps: HubDeps,
  of: { house: string; load: string; from: number; to: number },
): Promise<LoadStretch[]> {
  const { before, switchings } = await listSwitchings(deps.view, of)
  const to = Math.min(of.to, deps.now())
  const stretches: LoadStretch[] = []
  let now: Omit<LoadStretch, 'to'> = { from: of.from, on: before, rule: null, origin: 'riposo' }
  for (const { at, on, rule, origin } of switchings) {
    if (at > now.from) stretches.push({ ...now, to: at })
    now = { from: at, on, rule, origin }
  }
  if (to > now.from) stretches.push({ ...now, to })
  return stretches
}

export const DECISIONS_SHOWN = 60

export async function loadDecisions(deps: HubDeps, of: { house: string; load: string; from: number; to: number }) {
  return listDecisions(deps.view, { ...of, limit: DECISIONS_SHOWN })
}

/** What the relays changed, by load and in the community, and what the days of watching would have. */
export async function loadSavings(deps: HubDeps, house: string): Promise<LoadSavings> {
  const { zone, tariffs } = deps.registry().settings
  const today = dayOf(deps.now(), zone)
  const [lately, ever] = await Promise.all([
    sumSavings(deps.view, today.subtract({ days: SAVINGS_DAYS }).toString()),
    sumSavings(deps.view, ''),
  ])
  const names = new Map(
    deps
      .registry()
      .loads.get(house)
      ?.map(({ load }) => [load.id, load.name]),
  )
  const isOwn = (row: SavedSum) => row.house === house
  const real = ever.filter((row) => !row.shadow)
  const { importEur, exportEur } = tariffOn(today.toString(), tariffs)
  return {
    lately: together(lately.filter((row) => isOwn(row) && !row.shadow)),
    total: together(real.filter(isOwn)),
    community: together(real),
    loads: real.filter(isOwn).map((row) => ({
      name: names.get(row.load) ?? row.load,
      lately: lately.find((l) => isOwn(l) && l.load === row.load && !l.shadow) ?? null,
      total: row,
    })),
    watched: together(ever.filter((row) => isOwn(row) && row.shadow)),
    prices: { importEur, exportEur, assumed: latestOn(today.toString(), tariffs) === null },
  }
}

const SAVINGS_DAYS = 30

function together(rows: readonly SavedSum[]): SavedTotal | null {
  if (rows.length === 0) return null
  const known = rows.flatMap((row) => (row.co2Kg === null ? [] : [row.co2Kg]))
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return {
    days: Math.max(...rows.map((row) => row.days)),
    movedKwh: sum(rows.map((row) => row.movedKwh)),
    euro: sum(rows.map((row) => row.euro)),
    co2Kg: known.length > 0 ? sum(known) : null,
  }
}
