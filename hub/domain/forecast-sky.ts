import type { ModelledDay } from './forecast.ts'
import type { ClearSky, Site } from './irradiance.ts'
import { clearSky } from './irradiance.ts'
import type { AirOverRoof, Plant } from './pv-model.ts'
import { plantPower } from './pv-model.ts'
import type { SolarGrid } from './solar-grid.ts'
import { solarDayStart } from './solar-grid.ts'
import { HOUR, slotStart } from './time.ts'
import type { WeatherHour } from './weather.ts'
import { airOf, clearHour, skyAt } from './weather.ts'

/** The skies over a neighbourhood on one solar day, slot by slot: computed once, for every roof of it. */
export interface SkyDay {
  readonly day: number
  readonly clear: readonly ClearSky[]
  /** The skies of the day's weather with its air; null where an hour of light is not known. */
  readonly weather: readonly { readonly sky: ClearSky; readonly air: AirOverRoof }[] | null
}

/** Air taken for the cloudless yardstick: a mild calm day. */
const MILD: AirOverRoof = { airTemperature: 20, windSpeed: 1 }

/** Skies of a solar day; `weather` holds the hours that are known, by their start. */
export function skyDay(grid: SolarGrid, day: number, site: Site, weather: ReadonlyMap<number, WeatherHour>): SkyDay {
  const start = solarDayStart(grid, day)
  const instants = Array.from({ length: grid.slots }, (_, slot) => start + (slot + 0.5) * grid.slotMs)
  const clear = instants.map((at) => clearSky(at, site))
  const clearHours = new Map<number, ReturnType<typeof clearHour>>()
  const skies: { sky: ClearSky; air: AirOverRoof }[] = []
  if (weather.size === 0) return { day, clear, weather: null }
  for (const [slot, at] of instants.entries()) {
    const sky = clear[slot]
    if (!sky) continue
    const hourStart = slotStart(at, HOUR)
    const hour = weather.get(hourStart)
    if (!hour) {
      if (sky.ghi > 0) return { day, clear, weather: null }
      skies.push({ sky, air: MILD })
      continue
    }
    const whole = clearHours.get(hourStart) ?? clearHour(hourStart, site)
    clearHours.set(hourStart, whole)
    skies.push({ sky: skyAt(sky, whole, hour), air: airOf(hour) })
  }
  return { day, clear, weather: skies }
}

/** What a plant would make of a day's skies, W/Wp. */
export function modelDay(sky: SkyDay, plant: Omit<Plant, 'peakPower'>): ModelledDay {
  const unit = { ...plant, peakPower: 1 }
  return {
    day: sky.day,
    clear: Float64Array.from(sky.clear, (clear) => plantPower(clear, MILD, unit)),
    weather: sky.weather ? Float64Array.from(sky.weather, (w) => plantPower(w.sky, w.air, unit)) : null,
  }
}
