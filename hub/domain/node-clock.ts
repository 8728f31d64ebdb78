import { SECOND } from './time.ts'

/** What is known of a node's own clock: which boot it is in, and how its uptime runs against our monotonic time. */
export interface NodeClock {
  readonly boot: number
  /** The node's uptime, ms, less our elapsed time, ms, when it was last learnt. */
  readonly offset: number
  readonly learntAt: number
}

/** A command is worthless this long after it was sent, ms. */
export const DELIVERY_TIME = 15 * SECOND

/** More than any clock drifts: an older estimate loses this share of the time that has passed. */
const DRIFT = 0.001

/**
 * The clock after a message that says `boot` and `uptimeS` came in at `elapsed` (monotonic ms). Messages come late and never early,
 * so that of two estimates the larger is nearer the truth; an old one fades, as clocks drift.
 * Worked value: 100 s of uptime heard at 500 000 and 160 s heard at 563 000 (3 s late) -> still 100 s at 500 000, less 63 ms.
 */
export function learnClock(
  known: NodeClock | null,
  heard: { readonly boot: number; readonly uptimeS: number },
  elapsed: number,
): NodeClock {
  const offset = heard.uptimeS * SECOND - elapsed
  if (known?.boot !== heard.boot) return { boot: heard.boot, offset, learntAt: elapsed }
  const faded = known.offset - Math.max(0, elapsed - known.learntAt) * DRIFT
  return { boot: heard.boot, offset: Math.max(offset, faded), learntAt: elapsed }
}

/** The uptime, whole s, past which a command sent at `elapsed` must not be carried out. */
export function deadlineUptimeS(clock: NodeClock, elapsed: number): number {
  return Math.max(0, Math.ceil((elapsed + clock.offset + DELIVERY_TIME) / SECOND))
}
