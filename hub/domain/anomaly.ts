import { type HourSeries, hourOf, type Roof } from './community-day.ts'
import type { Expected } from './peer-baseline.ts'
import { median, robustSpread } from './robust.ts'

/** What the early warning can find: less than usual at once, nothing at all, little by little, or at some hours alone. */
export const SIGNS = ['level', 'off', 'slow', 'shape'] as const
export type Sign = (typeof SIGNS)[number]

/** A day of one roof beside what its peers foretold. */
export interface Residual {
  readonly day: number
  /** ln(energy made / energy expected) over the hours in which both are known. */
  readonly x: number
  /** Wh in those hours. */
  readonly madeWh: number
  readonly expectedWh: number
  /** Highest hour made and expected, W per Wp: a cut top shows in them. */
  readonly top: number
  readonly expectedTop: number
  /** Nothing is to be learned of the day. */
  readonly unfit: boolean
}

/** What is remembered of a roof from day to day. Plain data. */
export interface Track {
  readonly residuals: readonly Residual[]
  /** Smoothed departure of each hour, (made - expected) / expected, with the energy that stands behind it. */
  readonly hours: readonly { readonly sum: number; readonly weight: number; readonly spread: number }[]
  /** Days in a row on which each sign was seen. */
  readonly runs: { readonly [S in Sign]: number }
}

export const NEW_TRACK: Track = {
  residuals: [],
  hours: Array.from({ length: 24 }, () => ({ sum: 0, weight: 0, spread: 0.1 })),
  runs: { level: 0, off: 0, slow: 0, shape: 0 },
}

/** Days of residuals kept: the slow rule looks back as far. */
export const TRACK_DAYS = 100
const SMOOTHING = 0.35
/** A centre is the middle of so many good days, and there is none before so few. */
const CENTRE_DAYS = 60
export const LEAST_CENTRE_DAYS = 10

export interface Limits {
  /** Days in a row before a level or shape counts; longer where few peers speak. */
  readonly patience: number
  /** Factor on every threshold. */
  readonly width: number
}

/** Fewer peers are less sure: thresholds grow and it takes longer. Worked value: 5 peers -> 2 days and the plain thresholds. */
export function limitsFor(peers: number): Limits {
  if (peers >= 5) return { patience: 2, width: 1 }
  if (peers >= 3) return { patience: 3, width: 1.25 }
  return { patience: 4, width: 1.6 }
}

/** What a day says of a roof. */
export interface Signs {
  readonly seen: readonly Sign[]
  /** Usual ln ratio and its spread, from good days; null while too few. */
  readonly centre: number | null
  readonly spread: number
  /** Smoothed departure from the usual, ln. */
  readonly level: number
  /** Fall of the last twelve days against one to three months ago, ln. */
  readonly slope: number
  /** Hours that are low, 0..23. */
  readonly lowHours: readonly number[]
  /** Hours that stood still while the peers worked. */
  readonly stillHours: number
  /** Today's own departure from the usual, ln. */
  readonly today: number
}

/**
 * One day more: the track with it, and the signs it shows. `made` and `expected` in Wh per hour. Null when the day cannot be
 * compared (too little known, or no peers): the track stays as it is.
 */
export function followDay(
  track: Track,
  {
    roof,
    day,
    made,
    expected,
    excluded,
    running = false,
  }: {
    readonly roof: Roof
    readonly day: number
    readonly made: HourSeries
    readonly expected: Expected
    /** The day is known to be unfit for learning whatever it shows. */
    readonly excluded: boolean
    /** Hours that are still to come are no gap. */
    readonly running?: boolean
  },
): { track: Track; signs: Signs } | null {
  const sums = compareHours(made, expected.wh, roof.peakPower)
  if (sums.expectedWh < LEAST_DAY_WH_PER_WP * roof.peakPower || (!running && sums.known < LEAST_KNOWN)) return null
  const x = Math.log(Math.max(sums.madeWh / sums.expectedWh, 0.01))
  const { centre, spread } = usualOf(track.residuals)
  const limits = limitsFor(expected.peers)
  const residuals = [
    ...track.residuals,
    {
      day,
      x,
      ...topsOf(made, expected.wh, roof.peakPower),
      madeWh: sums.madeWh,
      expectedWh: sums.expectedWh,
      unfit: excluded,
    },
  ]
  const level = smoothed(residuals, centre ?? 0)
  const today = x - (centre ?? 0)
  const seen: Sign[] = []
  const levelLimit = limits.width * Math.max(LEVEL_LIMIT, 3.5 * spread * EWMA_SHARE)
  if (centre !== null && level < -levelLimit && today < -0.6 * levelLimit) seen.push('level')
  if (sums.still >= STILL_HOURS) seen.push('off')
  const slope = slopeOf(residuals)
  if (slope < -limits.width * Math.max(0.05, 2 * spread) && today < -0.02) seen.push('slow')
  const hours = followHours(track.hours, sums.departures, sums.weights, centre ?? 0, seen.includes('level'))
  const lowHours = lowHoursOf(hours, limits.width)
  if (isShape(lowHours, sums, hours)) seen.push('shape')
  const runs = Object.fromEntries(SIGNS.map((s) => [s, seen.includes(s) ? track.runs[s] + 1 : 0])) as Track['runs']
  const odd = Math.abs(today) > ODD_DAY || sums.still > 0
  const marked = residuals.map((r) => (r.day === day && odd ? { ...r, unfit: true } : r))
  return {
    track: { residuals: marked.slice(-TRACK_DAYS), hours, runs },
    signs: { seen, centre, spread, level, slope, lowHours, stillHours: sums.still, today },
  }
}

const LEVEL_LIMIT = 0.045
/** Spread of an EWMA over that of its values. */
const EWMA_SHARE = Math.sqrt(SMOOTHING / (2 - SMOOTHING))
const LEAST_DAY_WH_PER_WP = 0.4
/** Share of the expected energy whose hours must have been measured. */
const LEAST_KNOWN = 0.6
const STILL_HOURS = 3
/** A day so far from the usual teaches nothing: 20 % of its energy. */
const ODD_DAY = 0.2

interface DaySums {
  readonly madeWh: number
  readonly expectedWh: number
  /** Share of the expected energy of the day that falls into measured hours. */
  readonly known: number
  readonly still: number
  readonly departures: Float64Array
  readonly weights: Float64Array
}

function compareHours(made: HourSeries, expected: HourSeries, peak: number): DaySums {
  let madeWh = 0
  let expectedWh = 0
  let unknown = 0
  let still = 0
  const departures = new Float64Array(24).fill(Number.NaN)
  const weights = new Float64Array(24)
  for (let h = 0; h < 24; h += 1) {
    const should = hourOf(expected, h)
    const did = hourOf(made, h)
    if (Number.isNaN(should)) continue
    if (Number.isNaN(did)) {
      unknown += should
      continue
    }
    madeWh += did
    expectedWh += should
    if (should > 0.12 * peak && did < 0.02 * should) still += 1
    if (should > 0.02 * peak) {
      departures[h] = Math.min(1, (did - should) / should)
      weights[h] = should / peak
    }
  }
  const all = expectedWh + unknown
  return { madeWh, expectedWh, known: all > 0 ? expectedWh / all : 0, still, departures, weights }
}

function topsOf(made: HourSeries, expected: HourSeries, peak: number): { top: number; expectedTop: number } {
  let top = 0
  let expectedTop = 0
  for (let h = 0; h < 24; h += 1) {
    if (Number.isNaN(hourOf(made, h)) || Number.isNaN(hourOf(expected, h))) continue
    top = Math.max(top, hourOf(made, h) / peak)
    expectedTop = Math.max(expectedTop, hourOf(expected, h) / peak)
  }
  return { top, expectedTop }
}

/** The usual of good days: centre and spread (floor 1 %) of their ln ratio. */
export function usualOf(residuals: readonly Residual[]): { centre: number | null; spread: number } {
  const good = residuals.filter((r) => !r.unfit).slice(-CENTRE_DAYS)
  if (good.length < LEAST_CENTRE_DAYS) return { centre: null, spread: 0.05 }
  const values = good.map((r) => r.x)
  const centre = median(values) ?? 0
  return { centre, spread: Math.max(0.01, robustSpread(values, centre) ?? 0) }
}

/** EWMA of the departures, each day weighted by its energy, so that a dark day says little. */
function smoothed(residuals: readonly Residual[], centre: number): number {
  let sum = 0
  let weight = 0
  const most = Math.max(...residuals.slice(-20).map((r) => r.expectedWh))
  for (const r of residuals.slice(-20)) {
    const w = Math.min(1, r.expectedWh / (0.6 * most))
    sum = (1 - SMOOTHING) * sum + SMOOTHING * w * Math.max(-1.5, Math.min(0.5, r.x - centre))
    weight = (1 - SMOOTHING) * weight + SMOOTHING * w
  }
  return weight > 0 ? sum / Math.max(weight, 0.3) : 0
}

/** Median of the last twelve days less that of the good days 30 to 90 days back; 0 while there are too few. */
function slopeOf(residuals: readonly Residual[]): number {
  const last = residuals.at(-1)?.day ?? 0
  const recent = residuals.filter((r) => r.day > last - 12).map((r) => r.x)
  const before = residuals.filter((r) => !r.unfit && r.day <= last - 30 && r.day >= last - 90).map((r) => r.x)
  if (recent.length < 8 || before.length < 15) return 0
  return (median(recent) ?? 0) - (median(before) ?? 0)
}

function followHours(
  hours: Track['hours'],
  departures: Float64Array,
  weights: Float64Array,
  centre: number,
  unwell: boolean,
): Track['hours'] {
  return hours.map((hour, h) => {
    const departure = departures[h] ?? Number.NaN
    if (Number.isNaN(departure)) return hour
    const w = Math.min(1, (weights[h] ?? 0) / 0.3)
    const own = departure - centre
    const small = Math.min(0.5, Math.abs(own))
    return {
      sum: (1 - SMOOTHING) * hour.sum + SMOOTHING * w * own,
      weight: (1 - SMOOTHING) * hour.weight + SMOOTHING * w,
      spread: unwell || small > 3 * hour.spread ? hour.spread : hour.spread + 0.05 * w * (1.25 * small - hour.spread),
    }
  })
}

/** Smoothed departure of an hour, -1..1. */
export function hourLevel(hour: Track['hours'][number] | undefined): number {
  return hour && hour.weight > 0.05 ? hour.sum / hour.weight : 0
}

function lowHoursOf(hours: Track['hours'], width: number): number[] {
  return hours.flatMap((hour, h) =>
    hourLevel(hour) < -width * Math.max(0.2, 3.5 * EWMA_SHARE * hour.spread) ? [h] : [],
  )
}

/** A few hours low that cost 4 % of the day, while the rest of it is well. */
function isShape(low: readonly number[], sums: DaySums, hours: Track['hours']): boolean {
  if (low.length === 0 || low.length > MOST_SHADED_HOURS) return false
  let lost = 0
  let all = 0
  for (let h = 0; h < 24; h += 1) {
    const weight = sums.weights[h] ?? 0
    all += weight
    if (low.includes(h)) lost += weight * -hourLevel(hours[h])
  }
  return all > 0 && lost / all > 0.04
}

const MOST_SHADED_HOURS = 4
