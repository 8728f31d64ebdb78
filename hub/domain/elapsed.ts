import { CLOCK_SOUND_FROM } from './time.ts'

/** Both clocks of the hub read at once, ms: the wall's, which is set now and then, and the monotonic one. */
export interface ClockReading {
  readonly now: number
  readonly elapsed: number
}

/**
 * Where the monotonic clock goes on after a restart: from what was saved, and the time the hub was away as the wall clock
 * tells it. A clock that shows less than when it was saved tells nothing: then the hub was away for no time, so that a
 * minimum time lasts longer, never shorter. Nor does what a clock without the time had saved.
 * Worked values: saved (12:00, 500 s), now 12:10 -> 1100 s; now 1970 -> 500 s; nothing saved -> 0.
 */
export function resumeElapsed(saved: ClockReading | null, now: number): number {
  if (!saved) return 0
  return saved.elapsed + (saved.now < CLOCK_SOUND_FROM ? 0 : Math.max(0, now - saved.now))
}
