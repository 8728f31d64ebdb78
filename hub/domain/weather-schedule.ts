import { HOUR, MINUTE } from './time.ts'

/** When the weather was asked for, and how that went. Instants of the hub's monotonic clock, ms. */
export interface WeatherCalls {
  /** The next call is not made before this. */
  readonly notBefore: number
  /** Calls that failed since one went well. */
  readonly failures: number
}

export const FIRST_CALL: WeatherCalls = { notBefore: 0, failures: 0 }

/** Between two calls that go well, ms. */
const EVERY = HOUR
/** So many hubs on one service: none calls on the stroke, ms. */
const JITTER = 5 * MINUTE
const FIRST_PAUSE = MINUTE
const LONGEST_PAUSE = 3 * HOUR
/** Too many calls: at least so long, ms. */
const AFTER_TOO_MANY = HOUR

/** After a call. `random` is in 0..1; `retryAfterS` what the service asks to wait; `tooMany` its status 429. */
export function afterCall(
  calls: WeatherCalls,
  now: number,
  outcome: { readonly ok: boolean; readonly tooMany?: boolean; readonly retryAfterS?: number | null },
  random: number,
): WeatherCalls {
  if (outcome.ok) return { notBefore: now + EVERY + random * JITTER, failures: 0 }
  const doubled = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** calls.failures)
  const asked = Math.max(outcome.tooMany ? AFTER_TOO_MANY : 0, (outcome.retryAfterS ?? 0) * 1000)
  // Half of the pause and up to half again: failures of many hubs do not come back together.
  const pause = doubled * (0.75 + 0.5 * random)
  return { notBefore: now + Math.max(pause, asked + random * JITTER), failures: calls.failures + 1 }
}
