import type { SolarGrid } from '../domain/solar-grid.ts'
import { solarDayStart } from '../domain/solar-grid.ts'
import { HOUR } from '../domain/time.ts'
import type { StoredForecast } from '../store/forecasts.ts'

/** Forecasts with weather of one solar day as they were issued, the evening before and the one before that, by house. */
export interface IssuedBefore {
  readonly eve: ReadonlyMap<string, StoredForecast>
  readonly earlier: ReadonlyMap<string, StoredForecast>
}

export const NOTHING_ISSUED: IssuedBefore = { eve: new Map(), earlier: new Map() }

/** Those that were made with weather, by house. */
export function withWeather(stored: readonly StoredForecast[]): Map<string, StoredForecast> {
  const rows = stored.filter(({ source }) => source === 'meteo' || source === 'cache')
  return new Map(rows.map((row) => [row.house, row]))
}

/**
 * A stored forecast's hours as yields of the day's slots, W/Wp: an hour's energy falls on its slots as under a cloudless sky.
 * null where an hour of light was not forecast.
 */
export function issuedYields(
  grid: SolarGrid,
  day: { readonly day: number; readonly clear: Float64Array },
  { hours }: StoredForecast,
  peakPower: number,
): Float64Array | null {
  const start = solarDayStart(grid, day.day)
  const hourAt = (slot: number) => Math.floor((start + slot * grid.slotMs - hours.from) / HOUR)
  const clearOfHour = new Map<number, { sum: number; n: number }>()
  for (const [slot, clear] of day.clear.entries()) {
    const own = clearOfHour.get(hourAt(slot)) ?? { sum: 0, n: 0 }
    clearOfHour.set(hourAt(slot), { sum: own.sum + clear, n: own.n + 1 })
  }
  const yields = new Float64Array(grid.slots)
  for (const [slot, clear] of day.clear.entries()) {
    if (clear <= 0) continue
    const w = hours.p50[hourAt(slot)]
    const { sum, n } = clearOfHour.get(hourAt(slot)) ?? { sum: 0, n: 0 }
    if (w === undefined || sum <= 0) return null
    yields[slot] = ((w / peakPower) * clear * n) / sum
  }
  return yields
}
