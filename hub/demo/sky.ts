import { type ClearSky, clearSky, type Site } from '../domain/irradiance.ts'
import { DAY, HOUR, MINUTE } from '../domain/time.ts'
import { chance, ease, noise } from './random.ts'

/** The weather over the street: clear-sky index (GHI over that of a cloudless sky), air in degrees C, wind in m/s. */
export interface Weather {
  readonly clearSkyIndex: number
  readonly airTemperature: number
  readonly windSpeed: number
}

export const DAY_TYPES = ['clear', 'broken', 'overcast'] as const
export type DayType = (typeof DAY_TYPES)[number]

/** Days around which the year turns in the Po valley: the coldest comes about 20 January. */
const COLDEST = Date.parse('2026-01-20T00:00:00Z')
const YEAR = 365.2425 * DAY

/** Which lines of noise belong to what. */
const LINE = { type: 1, haze: 2, cover: 3, cloud: 4, wisp: 5, layer: 6, front: 7, wind: 8, gust: 9 } as const

/** How far into the warm half of the year an instant is: 0 in late January, 1 in late July. */
function warmth(at: number): number {
  return (1 - Math.cos((2 * Math.PI * (at - COLDEST)) / YEAR)) / 2
}

/** The kind of sky of a day (whole days since the epoch, UTC). Near Turin: about half the summer clear, a third of the winter overcast. */
export function dayType(seed: number, day: number): DayType {
  const summer = warmth(day * DAY)
  const lot = chance(seed, LINE.type, day)
  if (lot < 0.38 + 0.12 * summer) return 'clear'
  return lot < 0.66 + 0.2 * summer ? 'broken' : 'overcast'
}

/** Index under each kind of sky; `at` is already shifted to when this sky reaches the house. */
function indexUnder(type: DayType, seed: number, at: number): number {
  if (type === 'clear') return 0.96 + 0.05 * noise(seed, LINE.haze, at / (4 * HOUR))
  if (type === 'overcast') {
    const layer = 0.7 * noise(seed, LINE.layer, at / (2 * HOUR)) + 0.3 * noise(seed, LINE.wisp, at / (9 * MINUTE))
    return 0.14 + 0.36 * layer
  }
  const field = 0.75 * noise(seed, LINE.cloud, at / (17 * MINUTE)) + 0.25 * noise(seed, LINE.wisp, at / (5 * MINUTE))
  const threshold = 0.36 + 0.3 * noise(seed, LINE.cover, at / (3 * HOUR))
  const shade = ease((field - threshold) / 0.2)
  const depth = 0.3 + 0.45 * noise(seed, LINE.layer, at / (40 * MINUTE))
  // Light reflected by the flanks of clouds lifts the gaps a little over a cloudless sky.
  return 1.03 - depth * shade
}

/**
 * The weather at `at` (epoch ms, UTC), the same for the same seed, at any instant, without state. `cloudDelay` (ms) is how much
 * later the clouds reach one house than the start of the street. Days change type between midnight and 2 h UTC, in the dark.
 */
export function weatherAt(seed: number, at: number, cloudDelay = 0): Weather {
  const seen = at - cloudDelay
  const day = Math.floor(seen / DAY)
  const type = dayType(seed, day)
  const before = dayType(seed, day - 1)
  const turned = ease((seen - day * DAY) / (2 * HOUR))
  const now = indexUnder(type, seed, seen)
  const clearSkyIndex =
    type === before || turned === 1 ? now : now * turned + indexUnder(before, seed, seen) * (1 - turned)

  const sunny = (type === 'overcast' ? 0.35 : 1) * turned + (before === 'overcast' ? 0.35 : 1) * (1 - turned)
  const hour = (at % DAY) / HOUR
  const daily = sunny * (2.5 + 3 * warmth(at)) * Math.cos(((hour - 14) / 24) * 2 * Math.PI)
  const front = 7 * (noise(seed, LINE.front, at / (3 * DAY)) - 0.5)
  const breeze = 0.4 + 2.2 * noise(seed, LINE.wind, at / (5 * HOUR)) ** 2
  return {
    clearSkyIndex,
    airTemperature: 2 + 22 * warmth(at) + daily + front,
    windSpeed: breeze * (0.7 + 0.6 * noise(seed, LINE.gust, at / (2 * MINUTE))),
  }
}

/** Share of the direct light that a sky of this index lets through: none under 0.3, all of it from 1. */
function directShare(clearSkyIndex: number): number {
  return Math.min(1, Math.max(0, (clearSkyIndex - 0.3) / 0.7))
}

/** The light over `site` under the given weather: GHI scaled by the clear-sky index, what the direct beam loses turned diffuse. */
export function skyUnder(weather: Weather, at: number, site: Site): ClearSky {
  const clear = clearSky(at, site)
  const ghi = clear.ghi * weather.clearSkyIndex
  const dni = clear.dni * directShare(weather.clearSkyIndex)
  const dhi = ghi - dni * Math.max(0, Math.sin((clear.sun.elevation * Math.PI) / 180))
  return { ...clear, ghi, dni, dhi: Math.max(0, dhi) }
}
