/**
 * How far facts fall from forecasts, learned from a plant's own: misses as a share of the cloudless output, in rings by
 * how clear the forecast was and by part of the day. What P10 and P90 are made of.
 */
export interface Band {
  /** Misses (fact - forecast) / clear of slots, newest last: index clearness * PARTS + part. */
  readonly slots: readonly (readonly number[])[]
  /** The same of whole days' energies. */
  readonly days: readonly number[]
  /** By how much the bands are widened so that four facts of five fall inside: follows what happened. */
  readonly stretch: { readonly slots: number; readonly days: number }
}

export interface Quantiles {
  readonly p10: number
  readonly p50: number
  readonly p90: number
}

const CLEARNESS_LIMITS = [0.45, 0.75] as const
const CLEARNESS_MIDDLES = [0.3, 0.6, 0.9] as const
const PARTS = 3
const PART_MIDDLES = [1 / 6, 3 / 6, 5 / 6] as const
const SLOTS_KEPT = 120
const DAYS_KEPT = 60

/** Until a ring has samples of its own these speak with the weight of `PRIOR_SAMPLES`; wide on purpose. */
const PRIOR = { low: -0.35, high: 0.25 } as const
const DAY_PRIOR = { low: -0.3, high: 0.2 } as const
const PRIOR_SAMPLES = 8
/** Cloudless W/Wp under which a slot tells nothing. */
export const LEAST_CLEAR = 0.05

export const EMPTY_BAND: Band = {
  slots: Array.from({ length: (CLEARNESS_LIMITS.length + 1) * PARTS }, () => []),
  days: [],
  stretch: { slots: 1, days: 1 },
}

/** One slot of a day for its band: forecast and cloudless output in the same unit, and when in the light of the day, 0..1. */
export interface BandSlot {
  readonly forecast: number
  readonly clear: number
  readonly partOfDay: number
}

/** P10, P50 and P90 of a slot, never negative. */
export function slotQuantiles(band: Band, slot: BandSlot): Quantiles {
  const { forecast, clear, partOfDay } = slot
  if (clear <= 0 || forecast <= 0) return { p10: 0, p50: Math.max(0, forecast), p90: Math.max(0, forecast) }
  // Between the middles of two rings it is a share of each: the band has no steps where one ring ends.
  const [level, nextLevel, clearer] = between(forecast / clear, CLEARNESS_MIDDLES)
  const [part, nextPart, later] = between(partOfDay, PART_MIDDLES)
  const { low, high } = spread(
    [
      [band.slots[level * PARTS + part] ?? [], (1 - clearer) * (1 - later)],
      [band.slots[level * PARTS + nextPart] ?? [], (1 - clearer) * later],
      [band.slots[nextLevel * PARTS + part] ?? [], clearer * (1 - later)],
      [band.slots[nextLevel * PARTS + nextPart] ?? [], clearer * later],
    ],
    PRIOR,
    band.stretch.slots,
  )
  return {
    p10: Math.max(0, Math.min(forecast, forecast + low * clear)),
    p50: forecast,
    p90: Math.max(forecast, forecast + high * clear),
  }
}

/** The same of a day's energy. */
export function dayQuantiles(band: Band, forecast: number, clear: number): Quantiles {
  if (clear <= 0) return { p10: 0, p50: Math.max(0, forecast), p90: Math.max(0, forecast) }
  const { low, high } = spread([[band.days, 1]], DAY_PRIOR, band.stretch.days)
  return {
    p10: Math.max(0, Math.min(forecast, forecast + low * clear)),
    p50: forecast,
    p90: Math.max(forecast, forecast + high * clear),
  }
}

const AIM = 0.8
/** How fast the stretch follows; a day of slots, and a day's energy, count as one step. */
const STRETCH_RATE = { slots: 0.15, days: 0.08 } as const
const STRETCH_RANGE = [0.7, 2] as const

/** A fact about a slot that had been forecast. */
export interface BandFact extends BandSlot {
  readonly fact: number
}

/** Adds the misses of a day. Of neighbouring slots, which miss together, give one in an hour. */
export function learnBand(
  band: Band,
  facts: readonly BandFact[],
  day: { readonly forecast: number; readonly fact: number; readonly clear: number } | null,
): Band {
  const slots = band.slots.map((ring) => [...ring])
  let inside = 0
  let seen = 0
  for (const fact of facts) {
    if (fact.clear < LEAST_CLEAR || Number.isNaN(fact.fact)) continue
    slots[ringOf(fact)]?.push((fact.fact - fact.forecast) / fact.clear)
    const { p10, p90 } = slotQuantiles(band, fact)
    seen += 1
    if (fact.fact >= p10 && fact.fact <= p90) inside += 1
  }
  const { p10, p90 } = day ? dayQuantiles(band, day.forecast, day.clear) : { p10: 0, p90: 0 }
  const isInside = day !== null && day.fact >= p10 && day.fact <= p90
  return {
    slots: slots.map((ring) => ring.slice(-SLOTS_KEPT)),
    days: day && day.clear > 0 ? [...band.days, (day.fact - day.forecast) / day.clear].slice(-DAYS_KEPT) : band.days,
    stretch: {
      slots: stretched(band.stretch.slots, seen === 0 ? null : inside / seen, STRETCH_RATE.slots),
      days: stretched(band.stretch.days, day ? Number(isInside) : null, STRETCH_RATE.days),
    },
  }
}

function stretched(stretch: number, hit: number | null, rate: number): number {
  if (hit === null) return stretch
  return Math.min(STRETCH_RANGE[1], Math.max(STRETCH_RANGE[0], stretch * Math.exp(rate * (AIM - hit))))
}

/** The two middles that a value lies between, and how far towards the second, 0..1; at either end one alone. */
function between(value: number, middles: readonly number[]): [first: number, second: number, share: number] {
  const second = middles.findIndex((middle) => value < middle)
  if (second === 0) return [0, 0, 0]
  if (second < 0) return [middles.length - 1, middles.length - 1, 0]
  const [from, to] = [middles[second - 1] ?? 0, middles[second] ?? 1]
  return [second - 1, second, (value - from) / (to - from)]
}

function ringOf({ forecast, clear, partOfDay }: BandSlot): number {
  const clearness = forecast / clear
  const level = CLEARNESS_LIMITS.filter((limit) => clearness >= limit).length
  return level * PARTS + Math.min(PARTS - 1, Math.max(0, Math.floor(partOfDay * PARTS)))
}

/** A ring is read hundreds of times between two changes, and is never changed in place. */
const sortedRings = new WeakMap<readonly number[], readonly number[]>()

function sortedOf(ring: readonly number[]): readonly number[] {
  const sorted = sortedRings.get(ring) ?? ring.toSorted((a, b) => a - b)
  sortedRings.set(ring, sorted)
  return sorted
}

/** Tenth and ninetieth part of rings, each with its weight and by its samples, leaning on the prior while these are few. */
function spread(
  rings: readonly (readonly [ring: readonly number[], weight: number])[],
  prior: { readonly low: number; readonly high: number },
  stretch: number,
) {
  let samples = PRIOR_SAMPLES
  let low = PRIOR_SAMPLES * prior.low
  let high = PRIOR_SAMPLES * prior.high
  for (const [ring, share] of rings) {
    const weight = share * ring.length
    if (weight === 0) continue
    const sorted = sortedOf(ring)
    const middle = at(sorted, 0.5 * (sorted.length + 1) - 1)
    // Split-conformal: the sample quantile for one more fact.
    const own = (q: number) => middle + stretch * (at(sorted, q * (sorted.length + 1) - 1) - middle)
    samples += weight
    low += weight * own(0.1)
    high += weight * own(0.9)
  }
  return { low: low / samples, high: high / samples }
}

function at(sorted: readonly number[], position: number): number {
  const index = Math.min(sorted.length - 1, Math.max(0, position))
  const below = sorted[Math.floor(index)] ?? 0
  const above = sorted[Math.ceil(index)] ?? 0
  return below + (above - below) * (index - Math.floor(index))
}
