/** Where the hub gets its time from. */
export interface Clock {
  /** Epoch ms, as the wall shows it. It is set now and then: for dates, never for durations. */
  readonly now: () => number
  /** Whole ms since some instant: never set, never backwards. Leases, timers and minimum times count on it. */
  readonly elapsed: () => number
}

const monotonic = () => Math.floor(performance.now())

export const systemClock: Clock = { now: () => Date.now(), elapsed: monotonic }

/** A clock that starts at `start` (epoch ms) now, and runs `speed` times as fast as the wall. */
export function startClock(start: number, speed: number): Clock {
  const origin = performance.now()
  const elapsed = () => Math.floor((performance.now() - origin) * speed)
  return { now: () => start + elapsed(), elapsed }
}
