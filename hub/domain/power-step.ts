import { MINUTE, SECOND } from './time.ts'

/** A measured power and when it came in, W and monotonic ms. */
export interface Sample {
  readonly w: number
  readonly at: number
}

/** Below this a load's step is not looked for, W. */
export const LEAST_STEP_W = 150
/** Samples that a house's noise is reckoned from at least. */
const LEAST_SAMPLES = 8
/** Share of the rated power that counts as the step. */
const STEP_SHARE = 0.6
/** How long before and after a switching a sample belongs to it. */
const BEFORE = 2 * MINUTE
const AFTER = 2 * MINUTE
/** A meter that averages sees the switching in its next sample but one. */
const SETTLING = 2 * SECOND

/**
 * Noise of a house's consumption: the standard deviation that its changes from sample to sample suggest, by their median so
 * that appliances going on and off do not count. Null while too few samples are known.
 */
export function noiseW(trace: readonly Sample[]): number | null {
  if (trace.length < LEAST_SAMPLES) return null
  const changes = trace.slice(1).map((s, i) => Math.abs(s.w - (trace[i]?.w ?? s.w)))
  return (1.4826 * median(changes)) / Math.SQRT2
}

/** Whether switching a load can be told from the house's consumption: rated above 150 W and above 3 sigma. */
export function isMeasurable(ratedW: number, trace: readonly Sample[]): boolean {
  const sigma = noiseW(trace)
  return ratedW > LEAST_STEP_W && sigma !== null && ratedW > 3 * sigma
}

export type StepVerdict = 'seen' | 'absent' | 'unknown'

/**
 * Did the consumption change by the load's power when it was switched at `at` (to `on`)? `absent` needs five samples over two
 * minutes that stayed where they were. Worked value: 300, 310, 2290, 2310 W around a 2000 W load going on -> seen.
 */
export function stepVerdict(trace: readonly Sample[], at: number, on: boolean, ratedW: number): StepVerdict {
  if (!isMeasurable(ratedW, trace)) return 'unknown'
  const before = trace.filter((s) => s.at <= at && s.at > at - BEFORE).slice(-3)
  const after = trace.filter((s) => s.at > at + SETTLING && s.at <= at + AFTER + MINUTE)
  if (before.length === 0 || after.length === 0) return 'unknown'
  const level = median(before.map((s) => s.w))
  const changes = after.map((s) => (on ? s.w - level : level - s.w))
  if (changes.some((c, i) => c >= STEP_SHARE * ratedW && (changes[i + 1] ?? 0) >= STEP_SHARE * ratedW)) return 'seen'
  const span = (after.at(-1)?.at ?? at) - at
  const still = changes.every((c) => Math.abs(c) < 0.3 * ratedW)
  return still && after.length >= FAULT_SAMPLES && span >= FAULT_AFTER ? 'absent' : 'unknown'
}

/** Commanded and measured must disagree this often and this long before a relay is called faulty, and agree this long after. */
export const FAULT_SAMPLES = 5
export const FAULT_AFTER = 120 * SECOND
export const FAULT_CLEARED_AFTER = 300 * SECOND

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}
