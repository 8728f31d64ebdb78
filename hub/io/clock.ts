/** Where the hub gets its time from: epoch ms. */
export interface Clock {
  readonly now: () => number
}

export const systemClock: Clock = { now: () => Date.now() }

/** A clock that starts at `start` (epoch ms) now, and runs `speed` times as fast as the wall. */
export function startClock(start: number, speed: number): Clock {
  const origin = performance.now()
  return { now: () => Math.floor(start + (performance.now() - origin) * speed) }
}
