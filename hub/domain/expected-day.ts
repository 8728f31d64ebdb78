import type { CommunityDay, Roof } from './community-day.ts'
import { hourOf } from './community-day.ts'
import type { Site } from './irradiance.ts'
import { clearSky } from './irradiance.ts'
import { plantPower } from './pv-model.ts'
import type { SoilingDay } from './soiling.ts'
import { HOUR } from './time.ts'
import type { WeatherHour } from './weather.ts'
import { airOf, clearHour, skyAt } from './weather.ts'

/** Lower sun tells little of panels and much of horizons, W/m2 of cloudless light. */
const LEAST_CLEAR = 50
/** Share of the daylight that has to be known, of the light and of a roof. */
const LEAST_KNOWN = 0.8
/** Under thicker clouds the satellite's own error is large. */
const LEAST_LIGHT = 0.4
const CLEAR_LIGHT = 0.8
/** A roof that makes less stands still, or lies under snow. */
const LEAST_MADE = 0.1
const STEPS = 4

/**
 * What each roof made in a day, and what clean panels would have made of the light that was measured, over the hours in which both
 * are known; null where the day tells nothing: too little light, or too little known of it. Hours of `measured` begin at `start`.
 */
export function expectedDay(input: {
  readonly start: number
  readonly site: Site
  readonly roofs: readonly Roof[]
  readonly weather: readonly WeatherHour[]
  readonly measured: CommunityDay
}): Pick<SoilingDay, 'houses' | 'clear'> | null {
  const { start, site, roofs, weather, measured } = input
  const byHour = new Map(weather.map((w) => [(w.start - start) / HOUR, w]))
  const hours = Array.from({ length: 24 }, (_, hour) => {
    const clear = clearHour(start + hour * HOUR, site)
    return { hour, clear, weather: byHour.get(hour) ?? null }
  }).filter((h) => h.clear.ghi > LEAST_CLEAR)
  const seen = hours.flatMap(({ hour, clear, weather }) => (weather ? [{ hour, clear, weather }] : []))
  if (hours.length === 0 || seen.length < LEAST_KNOWN * hours.length) return null
  const light = sum(seen, (h) => h.weather.ghi) / sum(seen, (h) => h.clear.ghi)
  if (light < LEAST_LIGHT) return null
  const skies = seen.map(({ hour, clear, weather }) => ({
    hour,
    air: airOf(weather),
    parts: Array.from({ length: STEPS }, (_, i) =>
      skyAt(clearSky(start + (hour + (i + 0.5) / STEPS) * HOUR, site), clear, weather),
    ),
  }))
  const houses = new Map<string, { madeWh: number; expectedWh: number }>()
  for (const { id, peakPower, plane } of roofs) {
    const produced = measured.houses.get(id)?.produced
    if (!produced || plane === null || peakPower <= 0) continue
    const known = skies.filter(({ hour }) => !Number.isNaN(hourOf(produced, hour)))
    if (known.length < LEAST_KNOWN * hours.length) continue
    const plant = { ...plane, peakPower, dcAcRatio: 1 }
    const madeWh = sum(known, ({ hour }) => hourOf(produced, hour))
    const expectedWh = sum(known, ({ air, parts }) => sum(parts, (sky) => plantPower(sky, air, plant)) / STEPS)
    if (madeWh > LEAST_MADE * expectedWh) houses.set(id, { madeWh, expectedWh: Math.round(expectedWh) })
  }
  return { houses, clear: light >= CLEAR_LIGHT }
}

function sum<T>(of: readonly T[], value: (item: T) => number): number {
  return of.reduce((total, item) => total + value(item), 0)
}
