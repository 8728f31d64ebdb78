import { alertRule } from '../../hub/domain/cycle.ts'
import type { House } from '../../hub/domain/house.ts'
import { isFresh } from '../../hub/domain/latest.ts'
import { plantStates } from '../../hub/domain/plant-state.ts'
import { GRID } from '../../hub/domain/sharing.ts'
import type { Viewer } from '../../hub/domain/visibility.ts'
import { mergeFlows, namesFor, OTHERS } from '../../hub/domain/visibility.ts'
import { listAlerts } from '../../hub/store/alerts.ts'
import { readCommunityPower } from '../../hub/store/power.ts'
import { readSlots } from '../../hub/store/readings.ts'
import type { HubDeps } from '../deps.ts'
import type { AlertView, CommunityPage, DayChoice, HousePage } from '../view-models.ts'
import { dayBenchmark, liveBenchmark } from './benchmark-view.ts'
import { communityCurve, communityTotals, curve, dayFlows, houseTotals, readDay } from './energy.ts'
import { bandOfDay } from './forecast.ts'
import { healthCard, MIN_PEERS_SHOWN } from './health.ts'
import { liveBalance, liveNames, wholeBalance } from './live.ts'
import { loadViews } from './loads.ts'
import type { Memo } from './memo.ts'

const ALERTS_SHOWN = 20

export interface PageQuery {
  readonly deps: HubDeps
  readonly memo: Memo
  readonly viewer: Viewer
  readonly day: DayChoice
}

/** Everything the page of one house shows. */
export async function housePage({ deps, memo, viewer, day }: PageQuery, house: House): Promise<HousePage> {
  const { houses, settings } = deps.registry()
  const now = deps.now()
  const energy = await memo.get(`day ${day.day} ${day.isToday}`, () =>
    readDay(deps.readings, day.from, Math.min(day.to, now)),
  )
  const slots = await memo.get(`slots ${house.id} ${day.day}`, () =>
    readSlots(deps.readings, { from: day.from, to: day.to, houses: [house.id] }),
  )
  const image = deps.image()
  const comparison = day.isToday
    ? liveBenchmark(image, new Map([...houses.keys()].map((id) => [id, id])), house.id)
    : dayBenchmark(
        energy,
        [...houses.values()],
        settings.benchmark,
        new Map([...houses.keys()].map((id) => [id, id])),
        house.id,
      )
  const mayCompare = viewer.kind === 'all' || comparison.plants >= MIN_PEERS_SHOWN
  return {
    house: { id: house.id, name: house.name, peakPower: house.peakPower },
    choices: viewer.kind === 'all' ? [...houses.keys()] : [],
    day,
    now: houseNow(deps, house.id),
    totals: houseTotals(energy, house.id),
    curve: curve(slots, day.from, day.to),
    forecast: bandOfDay(deps, house.id, day),
    loads: day.isToday ? loadViews(deps, [house.id]) : [],
    alerts: await alerts(deps, [house.id], day),
    benchmark: {
      unit: comparison.unit,
      threshold: comparison.threshold,
      own: comparison.rows.find((row) => row.name === house.id)?.value ?? null,
      judged: alertRule(image) === 'media85',
      mean: mayCompare ? comparison.mean : null,
      plants: comparison.plants,
      conclusive: mayCompare && comparison.conclusive,
      dark: comparison.dark,
    },
  }
}

/** Everything the page of the community shows to this viewer. */
export async function communityPage({ deps, memo, viewer, day }: PageQuery): Promise<CommunityPage> {
  const { houses, settings } = deps.registry()
  const now = deps.now()
  const energy = await memo.get(`day ${day.day} ${day.isToday}`, () =>
    readDay(deps.readings, day.from, Math.min(day.to, now)),
  )
  const community = await memo.get(`community ${day.day}`, async () =>
    communityCurve(await readCommunityPower(deps.readings, day), day.from, day.to),
  )
  // The same for every viewer, and what takes longest of a street of a hundred.
  const { flows, totals } = await memo.get(`flows ${day.day} ${day.isToday} ${houses.size}`, async () => ({
    flows: dayFlows(energy),
    totals: communityTotals(energy, houses.size),
  }))
  const heard = new Set(energy.hours.map((hour) => hour.house))
  const silent = new Set([...houses.keys()].filter((id) => !heard.has(id)))
  const names = day.isToday ? liveNames(deps, viewer) : namesFor(viewer, [...houses.values()], silent)
  const own = viewer.kind === 'resident' ? viewer.house : null
  const nameOf = (id: string) => (id === GRID ? GRID : (names.get(id) ?? (viewer.kind === 'all' ? id : OTHERS)))
  return {
    day,
    live: day.isToday ? liveBalance(deps, viewer) : null,
    ownHouse: own,
    dayFlows: mergeFlows(flows, nameOf),
    totals,
    curve: community,
    benchmark: day.isToday
      ? liveBenchmark(deps.image(), names, own)
      : dayBenchmark(energy, [...houses.values()], settings.benchmark, names, own),
    health: healthCard(deps, own),
    alerts: await alerts(deps, own === null ? null : [own], day),
    houses: houses.size,
  }
}

function houseNow(deps: HubDeps, house: string): HousePage['now'] {
  const { houses } = deps.registry()
  const now = deps.now()
  const latest = deps.live.latestOf(houses.keys())
  const own = latest.get(house)
  const balance = wholeBalance(deps)
  const total = (keep: (flow: { from: string; to: string }) => boolean) =>
    balance.flows.filter(keep).reduce((sum, flow) => sum + flow.amount, 0)
  const at = Math.max(own?.production?.at ?? 0, own?.consumption?.at ?? 0)
  return {
    productionW: own?.production?.w ?? null,
    consumptionW: own?.consumption?.w ?? null,
    toCommunityW: total((f) => f.from === house && f.to !== GRID),
    fromCommunityW: total((f) => f.to === house && f.from !== GRID),
    toGridW: total((f) => f.from === house && f.to === GRID),
    fromGridW: total((f) => f.from === GRID && f.to === house),
    at: at > 0 ? at : null,
    fresh: isFresh(own?.production ?? null, now),
    state: plantStates(deps.image()).get(house) ?? 'offline',
  }
}

/** Open alerts and those of the shown day; `houses` null = of all. */
async function alerts(deps: HubDeps, houses: readonly string[] | null, day: DayChoice): Promise<AlertView[]> {
  const rows = await listAlerts(deps.view, { ...(houses ? { houses } : {}), limit: 500 })
  return rows
    .filter(
      (a) => (day.isToday && a.closedAt === null) || (a.openedAt < day.to && (a.closedAt ?? deps.now()) >= day.from),
    )
    .slice(0, ALERTS_SHOWN)
}
