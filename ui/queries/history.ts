import type { SlotView } from '../../hub/domain/slot.ts'
import { emptySlot, viewSlot } from '../../hub/domain/slot.ts'
import { dayOf, SECOND } from '../../hub/domain/time.ts'
import type { HourSum } from '../../hub/store/hours.ts'
import { addHourSums, oldestHour, sumHours } from '../../hub/store/hours.ts'
import type { HubDeps } from '../deps.ts'
import type { Co2View, Comparison, HistoryBar, HistoryPage, PeriodChoice } from '../models/history.ts'
import { choosePeriod, comparedKey, intervalsOf, keyOf } from './period.ts'

/** What a period avoided; given by the caller, as CO2 is made of the same bars. */
type Co2Of = (total: HistoryBar, house: string | null) => Promise<Co2View>

interface Question {
  /** Key of the period; undefined = this month. */
  readonly key: string | undefined
  readonly comparison: Comparison
  /** Null = the community. */
  readonly house: { readonly id: string; readonly name: string } | null
  readonly choices: readonly string[]
  readonly co2Of: Co2Of
}

/** What the history shows of a period, or null when the address names none. */
export async function historyPage(
  deps: HubDeps,
  { key, comparison, house, choices, co2Of }: Question,
): Promise<HistoryPage | null> {
  const { zone } = deps.registry().settings
  const oldest = await oldestHour(deps.readings)
  const period = choosePeriod(key ?? keyOf('mese', dayOf(deps.now(), zone)), deps.now(), oldest, zone)
  if (!period) return null
  const { bars, total } = await energyOf(deps, period, house?.id ?? null, null)
  const other = comparedKey(period, comparison)
  const compared = other === null ? null : choosePeriod(other, deps.now(), oldest, zone)
  const begun = bars.filter((bar) => bar.start < deps.now()).length
  const before = compared && (await energyOf(deps, compared, house?.id ?? null, begun))
  return {
    house,
    choices,
    period,
    bars,
    total,
    comparison,
    co2: total.producedWh === null ? null : await co2Of(total, house?.id ?? null),
    before: before && compared && before.total.quality !== 'mancante' ? { key: compared.key, ...before } : null,
  }
}

/** The bars of a period and what they add up to; `most` = only so many from its beginning count in the total. */
async function energyOf(
  deps: HubDeps,
  period: PeriodChoice,
  house: string | null,
  most: number | null,
): Promise<{ bars: HistoryBar[]; total: HistoryBar }> {
  const { houses, settings } = deps.registry()
  const members = house === null ? Math.max(1, houses.size) : 1
  const intervals = intervalsOf(period, settings.zone)
  const counted = intervals.slice(0, most ?? intervals.length)
  const whole = { start: counted[0]?.start ?? 0, end: counted.at(-1)?.end ?? 0 }
  const sums = await sumHours(deps.readings, intervals, house)
  const sum = addHourSums(sums.slice(0, counted.length))
  const barOf = (interval: { start: number; end: number }, of: HourSum | null) =>
    historyBar(interval, of, house === null, members, deps.now())
  return { bars: intervals.map((interval, i) => barOf(interval, sums[i] ?? null)), total: barOf(whole, sum) }
}

/** One interval by sources and uses. Of the community, `energy` tells what crossed the meter of the neighbourhood. */
export function historyBar(
  { start, end }: { start: number; end: number },
  sum: HourSum | null,
  community: boolean,
  members: number,
  now: number,
): HistoryBar {
  const durationS = (Math.max(start + SECOND, Math.min(end, now)) - start) / SECOND
  const view: SlotView = viewSlot(sum?.energy ?? emptySlot(), durationS * members)
  const { producedWh, consumedWh } = view
  const given = sum?.givenWh ?? null
  const taken = sum?.takenWh ?? null
  const known = given !== null && taken !== null && view.importedWh !== null && view.exportedWh !== null
  // The exports of a house hold what its neighbours got of them; those of the community do not.
  const toGridWh = known ? atLeast0(view.exportedWh - (community ? 0 : given)) : null
  const fromGridWh = known ? atLeast0(view.importedWh - (community ? 0 : taken)) : null
  const away = known ? (toGridWh ?? 0) + given : 0
  return {
    start,
    end,
    producedWh,
    consumedWh,
    ownWh: known && producedWh !== null ? atLeast0(producedWh - away) : known ? 0 : null,
    fromCommunityWh: known ? taken : null,
    toCommunityWh: known ? given : null,
    fromGridWh,
    toGridWh,
    quality: view.quality,
    coverage: view.coverage,
  }
}

function atLeast0(value: number): number {
  return Math.max(0, value)
}
