import { communityPrice, surplusChance } from '../../hub/domain/community-price.ts'
import { tariffOn } from '../../hub/domain/tariff.ts'
import { DAY, dayOf, HOUR, isoSeconds } from '../../hub/domain/time.ts'
import { COMMUNITY } from '../../hub/store/forecasts.ts'
import { sumHours } from '../../hub/store/hours.ts'
import type { HubDeps } from '../deps.ts'

/** Days that tell what the community usually uses in an hour of the day. */
const LEARNED_DAYS = 7
/** Without a forecast so far ahead, at the price of the grid. */
const AHEAD = 48 * HOUR

/** `GET /api/tariffa/`: what a kWh costs in each hour to come, euro, in the form that charging programs read. */
export async function tariff(deps: HubDeps): Promise<{ start: string; end: string; value: number }[]> {
  const { zone, tariffs } = deps.registry().settings
  const first = Math.floor(deps.now() / HOUR) * HOUR
  const usual = await usualConsumption(deps, first)
  const slots = deps.forecast.forecasting.current?.issued.get(COMMUNITY)?.slots
  const meanOf = (values: Float64Array, at: number) => {
    const from = Math.floor((at - (slots?.from ?? 0)) / (slots?.slotMs ?? HOUR))
    const those = values.slice(Math.max(0, from), Math.max(0, from + HOUR / (slots?.slotMs ?? HOUR)))
    return those.length === 0 ? 0 : those.reduce((sum, w) => sum + w, 0) / those.length
  }
  const end = slots ? Math.max(first + AHEAD, slots.from + slots.p50.length * slots.slotMs) : first + AHEAD
  const hours: { start: string; end: string; value: number }[] = []
  for (let at = first; at + HOUR <= end; at += HOUR) {
    const used = usual.get(hourOf(at, zone))
    const chance =
      slots && used !== undefined
        ? surplusChance({ p10: meanOf(slots.p10, at), p50: meanOf(slots.p50, at), p90: meanOf(slots.p90, at) }, used)
        : 0
    const value = communityPrice(tariffOn(dayOf(at, zone).toString(), tariffs), chance)
    hours.push({ start: isoSeconds(at), end: isoSeconds(at + HOUR), value })
  }
  return hours
}

/** Civil hour -> mean power of the community in it over the last days, W. */
async function usualConsumption(deps: HubDeps, until: number): Promise<ReadonlyMap<number, number>> {
  const { zone } = deps.registry().settings
  const hours = Array.from({ length: (LEARNED_DAYS * DAY) / HOUR }, (_, i) => until - LEARNED_DAYS * DAY + i * HOUR)
  const sums = await sumHours(
    deps.readings,
    hours.map((start) => ({ start, end: start + HOUR })),
    null,
  )
  const known = new Map<number, number[]>()
  for (const [i, start] of hours.entries()) {
    const energy = sums[i]?.energy
    if (!energy || energy.consumptionMeasuredS + energy.consumptionEstimatedS <= 0) continue
    const hour = hourOf(start, zone)
    known.set(hour, [...(known.get(hour) ?? []), energy.consumedWh])
  }
  return new Map([...known].map(([hour, wh]) => [hour, wh.reduce((sum, w) => sum + w, 0) / wh.length]))
}

function hourOf(at: number, zone: string): number {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).hour
}
