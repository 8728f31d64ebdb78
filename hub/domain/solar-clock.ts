import { type DayGrid, dayStart, type HourSeries, hourOf } from './community-day.ts'
import { type ClearSky, clearSky, type Plane, type Site } from './irradiance.ts'
import { plantPower } from './pv-model.ts'
import { median, vertex } from './robust.ts'
import { HOUR, MINUTE } from './time.ts'

/** How far a plant's clock is from the sun's. */
export interface ClockReading {
  /** Minutes by which its hours come late (> 0) or early, in quarters of an hour. */
  readonly minutes: number
  /** Clear days it was read from. */
  readonly days: number
  /** Misfit with the sun's own time over that with the shifted one: 1 = no better, 2 = twice as good. */
  readonly gain: number
}

const STEP = 15 * MINUTE
const PER_HOUR = HOUR / STEP
const REACH = 3 * HOUR + STEP
/** Planes a roof may have: the shape of a day fits one of them at the right time. */
const AZIMUTHS = Array.from({ length: 19 }, (_, i) => 90 + 10 * i)
const TILTS = [5, 13, 21, 30, 40]
const MILD = { airTemperature: 20, windSpeed: 1 }

/** Errors that are worth a word, minutes. */
export const LEAST_MINUTES = 30
/** Days back that clear ones are looked for. */
export const CLOCK_DAYS = 40
/** Clear days that a reading needs, and that it looks at. */
export const LEAST_CLEAR_DAYS = 5
const MOST_CLEAR_DAYS = 5

/** What one house made on one day, in Wh per hour of the grid. */
export interface MadeDay {
  readonly day: number
  readonly produced: HourSeries
}

/**
 * The clear days among those given: smooth from hour to hour and rich in energy for the season. The clock plays no part, so a wrong
 * one hides none.
 */
export function clearDaysOf(days: readonly MadeDay[]): MadeDay[] {
  const energies = days.map((d) => d.produced.reduce((sum, wh) => sum + (Number.isNaN(wh) ? 0 : wh), 0))
  const best = Math.max(...energies)
  return days.filter((d, i) => {
    const energy = energies[i] ?? 0
    if (!(energy > 0.75 * best) || d.produced.some(Number.isNaN)) return false
    let bends = 0
    for (let h = 1; h < 23; h += 1) {
      const bend = hourOf(d.produced, h - 1) - 2 * hourOf(d.produced, h) + hourOf(d.produced, h + 1)
      if (hourOf(d.produced, h) > 0.3 * Math.max(...d.produced)) bends += Math.max(0, bend)
    }
    return bends < 0.015 * energy
  })
}

/** Reads clocks against the sun; keeps the sun's days, which all houses of a place share. */
export class SolarClock {
  readonly #grid: DayGrid
  readonly #site: Site
  readonly #models = new Map<number, Float64Array[]>()

  constructor(grid: DayGrid, site: Site) {
    this.#grid = grid
    this.#site = site
  }

  /** A reading where `today` is itself a clear day, so that each says something new. */
  readIfClear(days: readonly MadeDay[], today: number, plane: Plane | null): ClockReading | null {
    const clear = clearDaysOf(days)
    return clear.at(-1)?.day === today && clear.length >= LEAST_CLEAR_DAYS ? this.#fit(clear, plane) : null
  }

  /**
   * The shift that explains a house's clear days best, whatever its plane (`plane` narrows the search where it is known); null with
   * fewer than LEAST_CLEAR_DAYS clear ones among `days`. Worked value: a clock on summer time without knowing it -> +60.
   */
  read(days: readonly MadeDay[], plane: Plane | null): ClockReading | null {
    const clear = clearDaysOf(days)
    return clear.length < LEAST_CLEAR_DAYS ? null : this.#fit(clear, plane)
  }

  #fit(all: readonly MadeDay[], plane: Plane | null): ClockReading {
    const clear = all.slice(-MOST_CLEAR_DAYS)
    const shifts = Math.floor(REACH / STEP)
    const totals = new Float64Array(2 * shifts + 1).fill(Number.POSITIVE_INFINITY)
    for (const index of planesNear(plane)) {
      for (let s = -shifts; s <= shifts; s += 1) {
        const misfits = clear.map((d) => misfit(d.produced, this.#model(d.day)[index] ?? new Float64Array(0), s))
        totals[s + shifts] = Math.min(totals[s + shifts] as number, median(misfits) ?? Number.POSITIVE_INFINITY)
      }
    }
    let best = shifts
    for (const [i, total] of totals.entries()) if (total < (totals[best] as number)) best = i
    const gain = Math.sqrt((totals[shifts] as number) / Math.max(1e-6, totals[best] as number))
    const minutes = ((best - shifts + vertex(totals, best)) * STEP) / MINUTE
    return { minutes: Math.round(minutes), days: clear.length, gain }
  }

  /** Power of each plane of the search, per Wp, every quarter of an hour from REACH before the day to REACH after it. */
  #model(day: number): Float64Array[] {
    const known = this.#models.get(day)
    if (known) return known
    const from = dayStart(this.#grid, day) - REACH
    const count = (24 * HOUR + 2 * REACH) / STEP
    const skies = Array.from({ length: count }, (_, i): ClearSky => clearSky(from + i * STEP + STEP / 2, this.#site))
    const models = PLANES.map((plane) =>
      Float64Array.from(skies, (sky) =>
        sky.ghi > 0 ? plantPower(sky, MILD, { ...plane, peakPower: 1, dcAcRatio: 1 }) : 0,
      ),
    )
    this.#models.set(day, models)
    if (this.#models.size > MODELS_KEPT) this.#models.delete(this.#models.keys().next().value ?? day)
    return models
  }
}

const MODELS_KEPT = 40
const PLANES: readonly Plane[] = AZIMUTHS.flatMap((azimuth) => TILTS.map((tilt) => ({ azimuth, tilt })))

/** A plane that was entered may be 30 degrees out, no more. */
function planesNear(plane: Plane | null): number[] {
  const all = [...PLANES.keys()]
  if (!plane) return all
  const near = all.filter((i) => Math.abs((PLANES[i]?.azimuth ?? 0) - plane.azimuth) <= 30)
  return near.length > 0 ? near : all
}

/** Squares that are left of a day when the model, `shift` quarters late, is scaled to it; a share of the day's own squares. */
function misfit(made: HourSeries, model: Float64Array, shift: number): number {
  let mm = 0
  let my = 0
  let yy = 0
  const first = REACH / STEP - shift
  for (let h = 0; h < 24; h += 1) {
    let m = 0
    for (let q = 0; q < PER_HOUR; q += 1) m += model[first + h * PER_HOUR + q] ?? 0
    const y = hourOf(made, h)
    mm += m * m
    my += m * y
    yy += y * y
  }
  return yy > 0 && mm > 0 ? Math.max(0, 1 - (my * my) / (mm * yy)) : Number.POSITIVE_INFINITY
}
