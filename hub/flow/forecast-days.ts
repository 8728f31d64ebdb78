import type { ForecastDay } from '../domain/forecast-issue.ts'
import type { SolarGrid } from '../domain/solar-grid.ts'
import { solarDayStart } from '../domain/solar-grid.ts'
import { DAY, dayBounds, dayOf, slotStart } from '../domain/time.ts'
import type { WeatherHour } from '../domain/weather.ts'

/** Today and the two days after it, by the community's clock. */
export function daysFrom(at: number, zone: string): ForecastDay[] {
  const today = dayOf(at, zone)
  return [0, 1, 2].map((days) => {
    const day = today.add({ days })
    return { day: day.toString(), ...dayBounds(day, zone) }
  })
}

/** Hours of weather by their start. */
export function byStart(hours: readonly WeatherHour[]): Map<number, WeatherHour> {
  return new Map(hours.map((hour) => [hour.start, hour]))
}

/** How many houses were heard about noon of each solar day from `first` to `last`; days without any are left out. */
export async function heardDays(
  store: { readonly counts: (starts: readonly number[]) => Promise<readonly number[]> },
  grid: SolarGrid,
  first: number,
  last: number,
): Promise<Map<number, number>> {
  const days = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  const counts = await store.counts(days.map((day) => slotStart(solarDayStart(grid, day) + DAY / 2)))
  return new Map(days.flatMap((day, i): [number, number][] => ((counts[i] ?? 0) > 0 ? [[day, counts[i] ?? 0]] : [])))
}
