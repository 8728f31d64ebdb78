import { type ClearSky, clearSky, erbs, type Site } from './irradiance.ts'
import type { AirOverRoof } from './pv-model.ts'
import { HOUR } from './time.ts'

/** The weather of one hour, mean over it. What a provider left out is null. */
export interface WeatherHour {
  /** Start of the hour, epoch ms. */
  readonly start: number
  /** Irradiance on the horizontal and, facing the sun, direct; W/m2. */
  readonly ghi: number
  readonly dni: number | null
  readonly dhi: number | null
  /** Air, degrees C; wind at 10 m, m/s. */
  readonly airTemperature: number | null
  readonly windSpeed: number | null
  /** mm in the hour, as water; depth of lying snow, m. */
  readonly precipitation: number | null
  readonly snowDepth: number | null
}

/** Wind at a roof is a good half of that at 10 m (power law, exponent 0.2 over built-up ground, 3 m over a roof). */
const ROOF_WIND = 0.6
const MILD = { airTemperature: 20, windSpeed: 1 } as const
/** Under the edges of clouds there is for a while more light than under none. */
const MOST_CLEARNESS = 1.35
/** With the sun lower the hour's mean says little of its parts, W/m2 of cloudless GHI. */
const LOW_SUN = 20

export function airOf(weather: WeatherHour): AirOverRoof {
  return {
    airTemperature: weather.airTemperature ?? MILD.airTemperature,
    windSpeed: weather.windSpeed === null ? MILD.windSpeed : weather.windSpeed * ROOF_WIND,
  }
}

/** The cloudless sky of an hour: what an hour's mean is compared with to find its parts. */
export interface ClearHour {
  readonly ghi: number
  readonly dni: number
}

/** Means of the cloudless sky over an hour that starts at `start`, W/m2. */
export function clearHour(start: number, site: Site): ClearHour {
  let ghi = 0
  let dni = 0
  for (let part = 0; part < PARTS; part++) {
    const sky = clearSky(start + ((part + 0.5) * HOUR) / PARTS, site)
    ghi += sky.ghi / PARTS
    dni += sky.dni / PARTS
  }
  return { ghi, dni }
}

const PARTS = 6

/**
 * The sky at an instant of an hour whose means are known: the hour's share of the cloudless GHI and DNI applied to the cloudless
 * sky of the instant, so that the sun's path inside the hour is kept. Without DNI the split is that of Erbs.
 */
export function skyAt(clear: ClearSky, hour: ClearHour, weather: WeatherHour): ClearSky {
  const cosZenith = Math.sin((clear.sun.elevation * Math.PI) / 180)
  if (hour.ghi < LOW_SUN || cosZenith <= 0) {
    const ghi = cosZenith <= 0 ? 0 : Math.min(Math.max(0, weather.ghi), clear.ghi)
    return { ...clear, ghi, dni: 0, dhi: ghi }
  }
  const ghi = clear.ghi * Math.min(MOST_CLEARNESS, Math.max(0, weather.ghi) / hour.ghi)
  if (weather.dni === null || hour.dni <= 0)
    return { ...clear, ...erbs(ghi, 90 - clear.sun.elevation, clear.extraterrestrial) }
  const share = Math.min(MOST_CLEARNESS, Math.max(0, weather.dni) / hour.dni)
  const dni = Math.min(clear.dni * share, ghi / cosZenith)
  return { ...clear, ghi, dni, dhi: ghi - dni * cosZenith }
}
