/** Where the hub gets its time from. */
export interface Clock {
  /** Epoch ms, as the wall shows it. It is set now and then: for dates, never for durations. */
  readonly now: () => number
  /** Whole ms since some instant: never set, never backwards. Leases, timers and minimum times count on it. */
  readonly elapsed: () => number
}

/** The machine's monotonic clock, whichever process asks. */
const origin = Number(process.hrtime.bigint() / 1_000_000n) - performance.now()

export const systemClock: Clock = { now: () => Date.now(), elapsed: () => Math.floor(origin + performance.now()) }

/** A clock that starts at `start` (epoch ms) now, and runs `speed` times as fast as the wall. */
export function startClock(start: number, speed: number): Clock {
  const from = performance.now()
  const elapsed = () => Math.floor((performance.now() - from) * speed)
  return { now: () => start + elapsed(), elapsed }
}
