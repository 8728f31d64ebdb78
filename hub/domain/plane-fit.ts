import { type DayGrid, dayStart, hourOf } from './community-day.ts'
import { type ClearSky, clearSky, DEFAULT_TURBIDITY, type Plane, type Site } from './irradiance.ts'
import { type AirOverRoof, plantPower } from './pv-model.ts'
import { median } from './robust.ts'
import { clearDaysOf, type MadeDay } from './solar-clock.ts'
import { DAY, HOUR } from './time.ts'

/** A roof's direction as its own clear days tell it, degrees. Errors are one standard deviation. */
export interface PlaneFit extends Plane {
  readonly tiltError: number
  readonly azimuthError: number
  /** Clear days it was read from, and the number of the last of them. */
  readonly days: number
  readonly lastDay: number
  /** Days from the first of them to the last. */
  readonly span: number
  /** What the fitted plane leaves of the clear days' hours, root mean square as a share of each day's peak. */
  readonly misfit: number
}

/** Clear days that a fit needs, and the most it looks at in a stretch of the year. */
export const LEAST_FIT_DAYS = 6
const STRETCH_DAYS = 30
const MOST_OF_STRETCH = 4
/** Half-hours stand for hours: the sun moves 7.5 degrees in one. */
const STEPS = 2
/** A miss beyond this share of the day's peak counts by its size alone, not its square: a shadow, a passing cloud, an inverter at its limit. */
const HUBER = 0.04
/** How far clear days' levels lie apart for reasons other than the roof (haze, heat, dirt), as a natural logarithm. */
const LEVEL_SPREAD = 0.08
/**
 * What sky and panel model may be wrong by, as a shift of the roof's normal over the ground, which days that agree cannot tell:
 * east to west, where morning stands beside afternoon, and along the meridian, where only seasons do and days of one season say little.
 */
const MODEL_ERROR = { across: 0.03, along: 0.04, oneSeason: 0.12, seasonDays: 90 }
/** A misfit that haze alone explains; what is above it shifts the normal by so much a unit. */
const USUAL_MISFIT = 0.02
const SHIFT_PER_MISFIT = 3
/** Above this misfit the days are not those of one plane under a clear sky. */
const MOST_MISFIT = 0.05
/** Above this error, degrees, a fit says nothing of use. */
const MOST_TILT_ERROR = 14
const GROUPS = 5
/** A plant that makes less of its energy in daylight is measured wrongly. */
const LEAST_LIT = 0.9

/**
 * Tilt and azimuth of one plant from hours of its days (Wh; any length, oldest first): the plane whose cloudless days have the
 * shape of its clear ones, and, more loosely, their level from season to season. Least squares with Huber's weights, each day with
 * a scale of its own; the errors by leaving out a fifth of the days in turn (jackknife), and what the model may be wrong by. null
 * when there are fewer than LEAST_FIT_DAYS clear days or they do not agree on a plane: several planes on one inverter, deep
 * shade, a wrong clock. Worked value: a roof of 26 degrees to 206, a year of its hours -> within 5 degrees of both.
 */
export function fitPlane(days: readonly MadeDay[], grid: DayGrid, site: Site): PlaneFit | null {
  const skies = clearAmong(days)
    .map((day) => dayOfFit(day, grid, site))
    .filter((day) => day.litShare >= LEAST_LIT)
  const [first, last] = [skies[0], skies.at(-1)]
  if (!first || !last || skies.length < LEAST_FIT_DAYS) return null
  const best = descend(skies, coarse(skies), 8)
  const normals = Array.from({ length: GROUPS }, (_, g) =>
    normalOf(
      descend(
        skies.filter((_, i) => i % GROUPS !== g),
        best,
        2,
      ),
    ),
  )
  const misfit = Math.sqrt(median(skies.map((day) => fitDay(day, best).square)) ?? Number.POSITIVE_INFINITY)
  const span = last.day - first.day
  const { across, along, oneSeason, seasonDays } = MODEL_ERROR
  const excess = SHIFT_PER_MISFIT * Math.max(0, misfit - USUAL_MISFIT)
  const east = Math.hypot(jackknife(normals.map(([x]) => x)), across)
  const north = Math.hypot(
    jackknife(normals.map(([, y]) => y)),
    along + oneSeason * Math.exp(-span / seasonDays),
    excess,
  )
  const [sin, cos] = [Math.sin(best.azimuth * RAD), Math.cos(best.azimuth * RAD)]
  const tiltError = degrees(Math.hypot(east * sin, north * cos) / Math.cos(best.tilt * RAD))
  if (misfit > MOST_MISFIT || tiltError > MOST_TILT_ERROR) return null
  return {
    tilt: best.tilt,
    azimuth: best.azimuth,
    tiltError,
    // A flat roof faces nowhere.
    azimuthError: degrees(Math.hypot(east * cos, north * sin) / Math.max(1e-3, Math.sin(best.tilt * RAD))),
    days: skies.length,
    lastDay: last.day,
    span,
    misfit,
  }
}

/** Standard deviation of a figure by what becomes of it when each group is left out. */
function jackknife(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(((values.length - 1) / values.length) * squares)
}

/** The clear days of each stretch of the year, the richest few, so that no season outweighs the others. */
function clearAmong(days: readonly MadeDay[]): MadeDay[] {
  const stretches = Map.groupBy(days, ({ day }) => Math.floor(day / STRETCH_DAYS))
  return [...stretches.values()]
    .flatMap((stretch) =>
      clearDaysOf(stretch)
        .map((day) => ({ day, energy: day.produced.reduce((sum, wh) => sum + wh, 0) }))
        .sort((a, b) => b.energy - a.energy)
        .slice(0, MOST_OF_STRETCH)
        .map(({ day }) => day),
    )
    .sort((a, b) => a.day - b.day)
}

interface SkiesOfDay {
  readonly day: number
  /** Share of the day's energy that was made with the sun in sight, 0..1. */
  readonly litShare: number
  /** Lit hours: their skies, and what was made over the day's best hour. */
  readonly hours: readonly { readonly skies: readonly ClearSky[]; readonly made: number }[]
  readonly best: number
  readonly air: AirOverRoof
}

function dayOfFit({ day, produced }: MadeDay, grid: DayGrid, site: Site): SkiesOfDay {
  const best = Math.max(...produced)
  const summer = summerAt(dayStart(grid, day), site)
  const air = { airTemperature: AIR.mean + AIR.swing * summer, windSpeed: 1 }
  const turbidity = DEFAULT_TURBIDITY + HAZE_SWING * summer
  const hours = Array.from({ length: 24 }, (_, hour) => {
    const start = dayStart(grid, day) + hour * HOUR
    const skies = Array.from({ length: STEPS }, (_, i) => clearSky(start + ((i + 0.5) * HOUR) / STEPS, site, turbidity))
    return { skies, made: hourOf(produced, hour) / best }
  }).filter(({ skies }) => skies.some((sky) => sky.sun.elevation > LEAST_ELEVATION))
  const lit = hours.reduce((sum, { made }) => sum + made * best, 0)
  return { day, best, air, hours, litShare: lit / produced.reduce((sum, wh) => sum + wh, 0) }
}

/** Clear days of summer are hazier and hotter than those of winter, which a tilt would else have to make up for. */
const HAZE_SWING = 0.5
const AIR = { mean: 20, swing: 8 }
/** 20 July 1970, a month after the solstice: heat and haze come late. */
const MIDSUMMER = 200 * DAY

/** 1 at the height of summer, -1 of winter. */
function summerAt(at: number, site: Site): number {
  return Math.sign(site.latitude) * Math.cos(((at - MIDSUMMER) / (365.2425 * DAY)) * 2 * Math.PI)
}

/** Lower than this the sun is behind roofs and trees more often than not, degrees. */
const LEAST_ELEVATION = 6

/** How well a plane fits a day: mean Huber cost and square of its hours, and the scale that fits best. */
function fitDay(day: SkiesOfDay, plane: Plane): { cost: number; square: number; scale: number } {
  const plant = { ...plane, peakPower: 1, dcAcRatio: 1 }
  const model = day.hours.map(({ skies }) => {
    let sum = 0
    for (const sky of skies) sum += plantPower(sky, day.air, plant)
    return sum / STEPS
  })
  let scale = 0
  const weights = new Float64Array(model.length).fill(1)
  for (let round = 0; round < ROUNDS; round += 1) {
    let mm = 0
    let my = 0
    for (const [i, m] of model.entries()) {
      const weight = weights[i] ?? 1
      mm += weight * m * m
      my += weight * m * (day.hours[i]?.made ?? 0)
    }
    scale = mm > 0 ? my / mm : 0
    for (const [i, m] of model.entries()) {
      const miss = Math.abs((day.hours[i]?.made ?? 0) - scale * m)
      weights[i] = miss <= HUBER ? 1 : HUBER / miss
    }
  }
  let cost = 0
  let square = 0
  for (const [i, m] of model.entries()) {
    const miss = Math.abs((day.hours[i]?.made ?? 0) - scale * m)
    square += miss * miss
    cost += miss <= HUBER ? miss * miss : 2 * HUBER * miss - HUBER * HUBER
  }
  return { cost: cost / model.length, square: square / model.length, scale: scale * day.best }
}

const ROUNDS = 3

function costOf(days: readonly SkiesOfDay[], plane: Plane): number {
  const fits = days.map((day) => fitDay(day, plane))
  const levels = fits.map(({ scale }) => Math.log(Math.max(1e-9, scale)))
  const middle = median(levels) ?? 0
  let cost = 0
  for (const [i, fit] of fits.entries()) {
    const apart = Math.min(2, Math.abs((levels[i] ?? 0) - middle) / LEVEL_SPREAD)
    cost += fit.cost + LEVEL_WEIGHT * apart * apart
  }
  return cost / days.length
}

/** The level of a day says as much as two hours of it that miss by a fiftieth of the peak. */
const LEVEL_WEIGHT = 1e-4

const FIRST = { azimuths: Array.from({ length: 12 }, (_, i) => 30 * i), tilts: [10, 25, 45] }

/** A look at planes far apart, on a few of the days. */
function coarse(days: readonly SkiesOfDay[]): Plane {
  const few = days.filter((_, i) => i % Math.ceil(days.length / 8) === 0)
  const planes = FIRST.azimuths.flatMap((azimuth) => FIRST.tilts.map((tilt) => ({ azimuth, tilt })))
  return lowest(planes.map((plane) => ({ plane, cost: costOf(few, plane) }))).plane
}

/** Goes downhill over the roof's normal, in steps that are halved when none leads down; `first` is the longest, degrees. */
function descend(days: readonly SkiesOfDay[], from: Plane, first: number): Plane {
  let here = { plane: from, cost: costOf(days, from) }
  for (let step = first; step >= LAST_STEP; ) {
    const [east, north] = normalOf(here.plane)
    const length = step * RAD
    const around = DIRECTIONS.map(([x, y]) => planeOf(east + x * length, north + y * length))
    const next = lowest([here, ...around.map((plane) => ({ plane, cost: costOf(days, plane) }))])
    if (next.plane === here.plane) step /= 2
    here = next
  }
  return here.plane
}

const LAST_STEP = 0.5
const DIRECTIONS = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const

function lowest<T extends { readonly cost: number }>(all: readonly T[]): T {
  return all.reduce((best, one) => (one.cost < best.cost ? one : best))
}

const RAD = Math.PI / 180
const degrees = (radians: number) => Math.min(180, radians / RAD)

/** Where the normal of a plane points over the ground: east and north parts of its unit vector. */
function normalOf({ tilt, azimuth }: Plane): readonly [number, number] {
  const flat = Math.sin(tilt * RAD)
  return [flat * Math.sin(azimuth * RAD), flat * Math.cos(azimuth * RAD)]
}

/** Steeper than any roof that is lit all day. */
const STEEPEST = 75

function planeOf(east: number, north: number): Plane {
  const flat = Math.min(Math.hypot(east, north), Math.sin(STEEPEST * RAD))
  return { tilt: Math.asin(flat) / RAD, azimuth: (Math.atan2(east, north) / RAD + 360) % 360 }
}
