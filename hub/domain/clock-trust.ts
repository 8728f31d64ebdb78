import type { ClockReading } from './elapsed.ts'
import { CLOCK_SOUND_FROM, HOUR, isoSeconds, MINUTE, SECOND } from './time.ts'

/** What the hub makes of its wall clock. Plain data; offsets are `now` - `elapsed`, ms: they change when the clock is set. */
export interface ClockTrust {
  readonly offset: number
  /** The offset that was last known to be right; null until one was. */
  readonly right: number | null
  /** Why the time is not to be relied on; null = it is. */
  readonly doubt: ClockDoubt | null
  /** `elapsed` since which the clock has gone evenly. */
  readonly since: number
  /** A clock that shows less than this cannot be right. */
  readonly least: number
}

/**
 * `behind`: it shows less than it did when the hub last ran; `boot`: the machine has no battery for its clock and has only
 * just started; `set`: it was set, and nothing tells which of the two was right.
 */
export type ClockDoubt = 'behind' | 'boot' | 'set'

/**
 * A stretch of time in which the clock was in doubt, named by the machine's run and by how far its clocks lay apart: once
 * they are known to be right at another distance, what was dated in it is moved by the difference.
 */
export interface DoubtfulTime {
  readonly machineRun: string
  readonly offset: number
}

/** What is known of a machine when the hub starts. */
export interface ClockStart {
  /** The wall clock when the hub last saved its state; null when it never did. */
  readonly savedAt: number | null
  /** How long the machine has been running, ms. */
  readonly upFor: number
  /** Whether the machine's clock goes on while it is off. */
  readonly keepsTime: boolean
  /** When the system last got the time from the network, by the wall clock; null when it does not tell. */
  readonly syncedAt: number | null
}

/** Set by less, ms, is put right as it goes: no reading is misdated by what anybody would notice. */
const STEP = 5 * SECOND
/** Back to where it was, as far as clocks drift apart meanwhile. */
const RETURNED = 30 * SECOND
/** A clock that was set, and has gone evenly for so long, is taken to be right. */
export const STEADY = 15 * MINUTE
/** The same of one that is behind what it showed before: it may have been ahead then. */
const STEADY_BEHIND = HOUR
/** What is saved may be ahead of a clock that was put right by a little. */
const SAVED_SLACK = 5 * MINUTE

/** The clock as found at start. */
export function firstTrust({ now, elapsed }: ClockReading, start: ClockStart): ClockTrust {
  const least = Math.max(CLOCK_SOUND_FROM, (start.savedAt ?? 0) - SAVED_SLACK)
  const synced = now >= CLOCK_SOUND_FROM && isSynced(start.syncedAt, now, start.upFor)
  const doubt: ClockDoubt | null = synced
    ? null
    : now < least
      ? 'behind'
      : !start.keepsTime && start.upFor < STEADY
        ? 'boot'
        : null
  const offset = now - elapsed
  return { offset, right: doubt ? null : offset, doubt, since: elapsed, least }
}

/**
 * The clock as it is now. It becomes doubtful when it is set by more than 5 s, and is relied on again when the system says
 * that it is synchronised, when it is back where it was, when a clock that could not be right is set to a time that can, or
 * when it has gone evenly for 15 min. The same object when nothing changed but drift.
 * Worked value: 1970 at boot, set to 2026 -> relied on at once; 12:00 set to 11:00 -> `set`, relied on 15 min later.
 */
export function followClock(state: ClockTrust, { now, elapsed }: ClockReading, syncedAt: number | null): ClockTrust {
  const offset = now - elapsed
  const step = offset - state.offset
  if (Math.abs(step) > STEP) return afterStep({ ...state, offset, since: elapsed }, now, step)
  const { doubt, since, least } = state
  if (doubt === null) return step === 0 ? state : { ...state, offset, right: offset }
  const even = elapsed - since
  const steady = even >= (now >= least ? STEADY : STEADY_BEHIND)
  const sound = now >= CLOCK_SOUND_FROM && (steady || isSynced(syncedAt, now, even))
  return sound ? { ...state, offset, right: offset, doubt: null } : state
}

function afterStep(state: ClockTrust, now: number, step: number): ClockTrust {
  const { offset, right, doubt, least } = state
  const trusted = { ...state, right: offset, doubt: null }
  if (doubt !== null && right !== null && Math.abs(offset - right) <= RETURNED) return trusted
  // Whoever sets a clock that has lost its time sets it right.
  if ((doubt === 'behind' || doubt === 'boot') && step > 0 && now >= least) return trusted
  return { ...state, doubt: now < CLOCK_SOUND_FROM ? 'behind' : doubt === 'behind' ? doubt : 'set' }
}

function isSynced(syncedAt: number | null, now: number, within: number): boolean {
  return syncedAt !== null && syncedAt >= now - within - STEP && syncedAt <= now + STEP
}

/** For whoever looks after the hub; null when all is well. */
export function clockProblem({ doubt, right, offset, least }: ClockTrust, now: number): string | null {
  switch (doubt) {
    case null:
      return null
    case 'behind':
      return `the clock shows ${isoSeconds(now)}, which is before ${isoSeconds(least)}: set it, or connect the hub to the network`
    case 'boot':
      return `the clock shows ${isoSeconds(now)} after a start without a battery for it: it is relied on after 15 min, or once it is synchronised`
    case 'set':
      return `the clock was set by ${Math.round((offset - (right ?? offset)) / SECOND)} s to ${isoSeconds(now)}: it is relied on when it has gone evenly for 15 min`
  }
}
