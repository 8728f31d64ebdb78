import { clearSky, type Plane, type Site } from './irradiance.ts'
import { type PlantElectrics, plantPower } from './pv-model.ts'
import type { Position } from './sun.ts'
import { DAY, HOUR } from './time.ts'

/**
 * Days on which roofs are compared: 24 whole hours of UTC that begin near the sun's midnight at the place, so that daylight is
 * never cut and daylight saving does not exist. A day is known by its number; hours are counted 0..23 within it.
 */
export interface DayGrid {
  /** What is added to an instant before it is cut into days, ms. */
  readonly shift: number
}

/** Worked value: 7.7 E -> a shift of 1 h: a day begins at 23:00 UTC. */
export function dayGrid(place: Pick<Position, 'longitude'>): DayGrid {
  return { shift: Math.round(place.longitude / 15) * HOUR }
}

export function dayNumber(grid: DayGrid, at: number): number {
  return Math.floor((at + grid.shift) / DAY)
}

export function dayStart(grid: DayGrid, day: number): number {
  return day * DAY - grid.shift
}

/** Wh of each hour of a day; NaN where it is not known. Always 24 long. */
export type HourSeries = Float64Array

/** What one house measured in a day. */
export interface HouseDay {
  readonly produced: HourSeries
  readonly consumed: HourSeries
}

export interface CommunityDay {
  readonly day: number
  readonly houses: ReadonlyMap<string, HouseDay>
}

export function unknownHours(): HourSeries {
  return new Float64Array(24).fill(Number.NaN)
}

export function hourOf(series: HourSeries, hour: number): number {
  return series[hour] ?? Number.NaN
}

/** What a roof is, as far as the comparison needs it; `plane` null where nobody has entered it. */
export interface Roof {
  readonly id: string
  readonly peakPower: number
  readonly plane: Plane | null
}

/** A roof whose plane is not known is taken for one that faces south; learned ratios make up for it. */
export const ASSUMED_PLANE: Plane = { tilt: 20, azimuth: 180 }

/** Light in the middle of each quarter of an hour stands for the quarter. */
const STEPS = 4
const MILD = { airTemperature: 20, windSpeed: 1 }

/**
 * Energy of each roof under a cloudless sky, Wh per hour of the day, with an inverter that never clips. One sky for all roofs:
 * houses of a community lie within some kilometres. Worked value: 21 June, 45 N, 3 kWp to the south at 30 degrees -> about 21 kWh.
 */
export function clearDay(grid: DayGrid, day: number, site: Site, roofs: readonly Roof[]): Map<string, HourSeries> {
  const start = dayStart(grid, day)
  const step = HOUR / STEPS
  const skies = Array.from({ length: 24 * STEPS }, (_, i) => clearSky(start + i * step + step / 2, site))
  const byPlane = new Map<string, HourSeries>()
  return new Map(
    roofs.map((roof) => {
      const plane = roof.plane ?? ASSUMED_PLANE
      const key = `${plane.tilt} ${plane.azimuth}`
      const perWp = byPlane.get(key) ?? clearPerWp(skies, plane)
      byPlane.set(key, perWp)
      return [roof.id, perWp.map((wh) => wh * roof.peakPower)]
    }),
  )
}

function clearPerWp(skies: readonly ReturnType<typeof clearSky>[], plane: Plane): HourSeries {
  const wh = new Float64Array(24)
  const plant: PlantElectrics & Plane = { ...plane, peakPower: 1, dcAcRatio: 1 }
  for (const [i, sky] of skies.entries()) {
    if (sky.ghi <= 0) continue
    const hour = Math.floor(i / STEPS)
    wh[hour] = hourOf(wh, hour) + plantPower(sky, MILD, plant) / STEPS
  }
  return wh
}
