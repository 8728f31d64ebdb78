import type { Co2, EmissionFactor, GreenEnergy } from '../../hub/domain/co2.ts'
import { addCo2, factorOn, NO_CO2 } from '../../hub/domain/co2.ts'
import { dayOf, HOUR } from '../../hub/domain/time.ts'
import { readHourFactors } from '../../hub/store/emissions.ts'
import { sumHours } from '../../hub/store/hours.ts'
import type { HubDeps } from '../deps.ts'
import type { HistoryBar } from '../models/history.ts'
import { historyBar } from './history.ts'

export interface Co2Answer {
  readonly from: number
  readonly to: number
  readonly sum: Co2
  /** The factors that were used, oldest first; hours with a factor of their own are told by `hourly`. */
  readonly factors: readonly EmissionFactor[]
  readonly hourly: number
}

/**
 * What the production of a house (null = the community) has avoided in the hours that begin in from <= start < to. `whole` =
 * what is known of all of them together, where that was asked already.
 */
export async function co2Of(
  deps: HubDeps,
  from: number,
  to: number,
  house: string | null,
  whole?: HistoryBar,
): Promise<Co2Answer> {
  const { zone, factors } = deps.registry().settings
  const start = Math.floor(from / HOUR) * HOUR
  const end = Math.min(Math.ceil(to / HOUR), Math.ceil(deps.now() / HOUR)) * HOUR
  const hourly = await readHourFactors(deps.readings, start, end)
  // By the hour where hours differ, or have to be counted as they have no factor at all.
  const single = hourly.size > 0 || factorOn(dayOf(start, zone).toString(), factors) === null
  const intervals = single ? hoursOf(start, end) : spansOf(start, end, factors, zone)
  const sums = whole && intervals.length === 1 ? [] : await sumHours(deps.readings, intervals, house)
  const barOf = (interval: Interval, i: number) =>
    whole && intervals.length === 1 ? whole : historyBar(interval, sums[i] ?? null, house === null, 1, deps.now())
  const used = new Map<string, EmissionFactor>()
  let sum = NO_CO2
  for (const [i, interval] of intervals.entries()) {
    const own = hourly.get(interval.start)
    const dated = own === undefined ? factorOn(dayOf(interval.start, zone).toString(), factors) : null
    if (dated) used.set(dated.from, dated)
    sum = addCo2(sum, greenOf(barOf(interval, i)), own ?? dated?.gPerKwh ?? null)
  }
  const ordered = [...used.values()].sort((a, b) => (a.from < b.from ? -1 : 1))
  return { from: start, to: Math.max(start, end), sum, factors: ordered, hourly: hourly.size }
}

/** By the history's own figures, so that the two pages never tell two stories. */
function greenOf(bar: HistoryBar): GreenEnergy {
  return {
    producedWh: bar.producedWh ?? 0,
    ownWh: bar.ownWh ?? 0,
    sharedWh: bar.fromCommunityWh ?? 0,
    exportedWh: bar.toGridWh ?? 0,
  }
}

interface Interval {
  readonly start: number
  readonly end: number
}

function hoursOf(start: number, end: number): Interval[] {
  const hours: Interval[] = []
  for (let at = start; at < end; at += HOUR) hours.push({ start: at, end: at + HOUR })
  return hours
}

/** The whole, cut where another factor begins: as few sums as there are factors. */
function spansOf(start: number, end: number, factors: readonly EmissionFactor[], zone: string): Interval[] {
  const cuts = factors
    .map((factor) => Temporal.PlainDate.from(factor.from).toZonedDateTime(zone).epochMilliseconds)
    .filter((at) => at > start && at < end)
  const bounds = [...new Set([start, ...cuts, end])].sort((a, b) => a - b)
  return bounds.slice(0, -1).map((from, i) => ({ start: from, end: bounds[i + 1] ?? end }))
}
