import type { SolarGrid } from './solar-grid.ts'
import { HOUR } from './time.ts'

/**
 * What a roof makes of the modelled output, slot by slot of the solar day: shade, a plane that is not as written, dirt. Learned
 * as the median of the last 45 days on which the plant was well, so that no odd day counts; and a bias by the day that follows
 * slowly, as an EWMA.
 */
export interface RatioModel {
  /** The days learned from, newest last: slot -> measured / modelled, NaN where the model was too dark to tell. */
  readonly days: readonly Float64Array[]
  /** Median of `days` by slot, shrunk to its neighbours. */
  readonly ratios: Float64Array
  /** EWMA of measured over forecast energy of a day, 1 = none. */
  readonly bias: number
}

const DAYS_KEPT = 45
/** Modelled W/Wp under which a ratio is noise. */
const LEAST_MODELLED = 0.05
/** Samples under which a slot leans on its neighbours. */
const ENOUGH_SAMPLES = 6
const BIAS_RATE = 0.1
const RATIO_RANGE = [0, 1.6] as const
const BIAS_RANGE = [0.6, 1.4] as const
/** Share of the modelled output assumed of a roof of which nothing is known: PVWatts' losses are in the model already. */
const PRIOR_RATIO = 1
/** A slot's neighbours to both sides, hours. */
const NEIGHBOUR_HOURS = 1

export function emptyRatio(slots: number): RatioModel {
  return { days: [], ratios: new Float64Array(slots).fill(PRIOR_RATIO), bias: 1 }
}

/** Forecast W/Wp of each slot from the modelled one. Never above what an inverter of the plant's size gives: the model clips there. */
export function applyRatio(model: RatioModel, modelled: Float64Array): Float64Array {
  const most = Math.max(0, ...modelled)
  return modelled.map((value, slot) =>
    Math.min(Math.max(most, MOST_YIELD), value * (model.ratios[slot] ?? 1) * model.bias),
  )
}

/** Panels over inverter 1.2: no plant gives more. */
const MOST_YIELD = 1 / 1.2

/** Learns from a whole day of W/Wp; `measured` is NaN where nothing is known. Give only days on which the plant was well. */
export function learnRatio(
  model: RatioModel,
  grid: SolarGrid,
  day: { readonly measured: Float64Array; readonly modelled: Float64Array },
): RatioModel {
  const forecast = applyRatio(model, day.modelled)
  let measured = 0
  let expected = 0
  const ratios = day.modelled.map((modelled, slot) => {
    const fact = day.measured[slot] ?? Number.NaN
    if (Number.isNaN(fact)) return Number.NaN
    measured += fact
    expected += forecast[slot] ?? 0
    return modelled < LEAST_MODELLED ? Number.NaN : within(fact / modelled, RATIO_RANGE)
  })
  if (ratios.every(Number.isNaN)) return model
  const days = [...model.days, ratios].slice(-DAYS_KEPT)
  const missed = expected * (grid.slotMs / HOUR) < LEAST_DAY ? 1 : within(measured / expected, DAY_RANGE)
  return {
    days,
    ratios: shrunkMedians(days, grid),
    bias: days.length < ENOUGH_SAMPLES ? 1 : within(model.bias * (1 + BIAS_RATE * (missed - 1)), BIAS_RANGE),
  }
}

/** kWh/kWp of a day under which its bias says nothing. */
const LEAST_DAY = 0.3
const DAY_RANGE = [0.5, 2] as const

function shrunkMedians(days: readonly Float64Array[], grid: SolarGrid): Float64Array {
  const samples = Array.from({ length: grid.slots }, (_, slot) =>
    days.map((day) => day[slot] ?? Number.NaN).filter((v) => !Number.isNaN(v)),
  )
  const reach = Math.max(1, Math.round((NEIGHBOUR_HOURS * HOUR) / grid.slotMs))
  return Float64Array.from(samples, (own, slot) => {
    const around = samples.slice(Math.max(0, slot - reach), slot + reach + 1).flat()
    const prior = around.length === 0 ? PRIOR_RATIO : shrink(median(around), around.length, PRIOR_RATIO)
    return own.length === 0 ? prior : shrink(median(own), own.length, prior)
  })
}

function shrink(value: number, n: number, prior: number): number {
  const weight = n / (n + ENOUGH_SAMPLES / 2)
  return weight * value + (1 - weight) * prior
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

function within(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value))
}
