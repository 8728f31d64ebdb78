import type { NodeClock } from './node-clock.ts'
import { DELIVERY_TIME, deadlineUptimeS } from './node-clock.ts'
import type { CommandError, CommandResult, RelayReport } from './relay.ts'
import { MAX_PROGRAM_S, MIN_TTL_S } from './relay.ts'
import { SECOND } from './time.ts'

/** What became of a command. Every instant here is monotonic ms that go on over restarts. */
export const PHASES = ['queued', 'sent', 'acknowledged', 'confirmed', 'failed', 'expired'] as const
export type Phase = (typeof PHASES)[number]

/** What a command is for: `start` alone waits until it is saved. */
export const PURPOSES = ['rest', 'renewal', 'override', 'start'] as const
export type Purpose = (typeof PURPOSES)[number]

export interface Command {
  readonly id: string
  readonly on: boolean
  /** It ends a lease rather than being one. */
  readonly toRest: boolean
  readonly ttlS: number
  readonly boot: number | null
  readonly byUptimeS: number | null
  readonly purpose: Purpose
  readonly madeAt: number
  /** When it was handed to the network, as it came to be known; null = not yet. */
  readonly sentAt: number | null
  /** How long it waits to be fetched, ms; 0 = it is sent at once. */
  readonly patienceMs: number
  /** When the relay was told to switch, by the first of the leases that this one renews; null = by this one, once it is sent. */
  readonly switchedAt: number | null
  /** It renews a lease that was seen in the measured power. */
  readonly proven: boolean
  readonly phase: Phase
  /** When it came into its phase. */
  readonly phaseAt: number
  /** Why it failed. */
  readonly error: CommandError | null
  /** The node will not take it for so long, s. */
  readonly retryS: number | null
}

/** What is known of a command beside itself. */
export interface Evidence {
  /** When it was handed to the network; null = not yet. */
  readonly sentAt: number | null
  readonly result: CommandResult | null
  /** The last report of the load, if it is fresh. */
  readonly report: Pick<RelayReport, 'on' | 'lease'> | null
  /** The measured power changed by what the load takes. */
  readonly stepSeen: boolean
}

/** No answer by then, and the node will not carry it out any more. */
export const ANSWER_TIME = DELIVERY_TIME + 5 * SECOND

/**
 * A command, one look later. queued -> sent -> acknowledged -> confirmed, or failed (the node said no), or expired (no answer in
 * time; or its lease ran out). Same command and evidence, same outcome; the same object when nothing changed.
 */
export function advance(command: Command, evidence: Evidence, elapsed: number): Command {
  const { result, report, sentAt } = evidence
  const to = (phase: Phase, more: Partial<Command> = {}): Command =>
    phase === command.phase ? command : { ...command, ...more, phase, phaseAt: elapsed }
  switch (command.phase) {
    case 'queued':
    case 'sent': {
      const known = { sentAt: command.sentAt ?? sentAt }
      const taken = () => to(command.proven ? 'confirmed' : 'acknowledged', known)
      if (result && !result.ok) return to('failed', { ...known, error: result.error, retryS: result.retryS })
      if (result?.ok || report?.lease === command.id) return taken()
      // A node that is where it was told to be, and holds no lease, has done what a command to rest asks for.
      if (command.toRest && sentAt !== null && report && report.on === command.on && report.lease === null)
        return taken()
      const due =
        known.sentAt === null ? command.madeAt + Math.max(ANSWER_TIME, command.patienceMs) : known.sentAt + ANSWER_TIME
      if (elapsed > due) return to('expired', known)
      return known.sentAt === null ? command : to('sent', known)
    }
    case 'acknowledged':
    case 'confirmed':
      if (!command.toRest && elapsed >= leaseEnds(command)) return to('expired')
      return evidence.stepSeen ? to('confirmed') : command
    case 'failed':
    case 'expired':
      return command
  }
}

/** A lease of the hub's own that may still hold at the node: an unanswered one may have got there. */
export function isLive(command: Command | null, elapsed: number): command is Command {
  return command !== null && command.phase !== 'failed' && command.phase !== 'expired' && !hasLapsed(command, elapsed)
}

function isWaiting({ phase }: Command): boolean {
  return phase === 'queued' || phase === 'sent'
}

function hasLapsed(command: Command, elapsed: number): boolean {
  return !command.toRest && elapsed >= leaseEnds(command)
}

/** When the node's lease ends if it came there when it was sent; it may have come a little later. */
export function leaseEnds(command: Command): number {
  return (command.sentAt ?? command.madeAt) + command.ttlS * SECOND
}

/** When the change of power that a command stands for is to be looked for: at the first of its leases, not at a renewal. */
export function switchingOf(command: Command): number {
  return command.switchedAt ?? command.sentAt ?? command.madeAt
}

/** What became of the switching: a renewal on its way leaves it as it was. */
export function phaseOfSwitching(command: Command): Phase {
  if (command.purpose !== 'renewal' || !isWaiting(command)) return command.phase
  return command.proven ? 'confirmed' : 'acknowledged'
}

/** What the hub does with one relay; saved with the tick. */
export interface Drive {
  readonly house: string
  readonly load: string
  /** The last command, whatever became of it. */
  readonly command: Command | null
  /** Until when the node may hold a lease of an earlier command; null when none can. */
  readonly heldUntil: number | null
  /** Refused or unanswered in a row. */
  readonly failures: number
}

export function idleDrive(house: string, load: string): Drive {
  return { house, load, command: null, heldUntil: null, failures: 0 }
}

/** What is wanted of a relay. `leave` = nothing is said to it. */
export interface Wanted {
  readonly on: boolean
  readonly act: 'lease' | 'rest' | 'leave'
  /** Length of the lease, s; null = the usual one, which is renewed. */
  readonly ttlS: number | null
  readonly purpose: 'override' | 'start'
  /** Goes on although nothing fresh is known of the house: overrides, programs and minimum on-times. */
  readonly outlivesData: boolean
}

/** What sending depends on. */
export interface Conditions {
  readonly elapsed: number
  readonly clock: NodeClock | null
  /** The node is there to be told. */
  readonly reachable: boolean
  /** How long a command waits until the node comes for it, ms; 0 = it is sent. */
  readonly patienceMs: number
  /** The house's measurements are at most 120 s old. */
  readonly fresh: boolean
  /** What is decided can be saved: else nothing is started by the hub's own choice. */
  readonly mayStart: boolean
  /** The last report of the load, if it is fresh, and when it came. */
  readonly report: (Pick<RelayReport, 'on' | 'origin' | 'lease'> & { readonly at: number }) | null
  readonly usualTtlS: number
  readonly newId: () => string
}

/**
 * The next command for a relay, if one is due: a lease away from rest, its renewal once a third of it has passed, or the return
 * to rest. Nothing is renewed but here.
 */
export function drive(before: Drive, wanted: Wanted, conditions: Conditions): Drive {
  const { elapsed, reachable, fresh, mayStart, report } = conditions
  if (!reachable || wanted.act === 'leave') return before
  const { command } = before
  const make = (purpose: Purpose) => withCommand(before, wanted, purpose, conditions)
  if (wanted.act === 'rest') {
    const lease = command && !command.toRest && isLive(command, elapsed) ? command : null
    const held = lease !== null || (before.heldUntil ?? 0) > elapsed
    const newer = report !== null && report.at >= (lease?.phaseAt ?? 0) ? report : null
    const away = newer ? newer.origin === 'comando' && newer.on !== wanted.on : held
    const onItsWay = command?.toRest === true && isWaiting(command)
    return away && !onItsWay && !isResting(before, elapsed) ? make('rest') : before
  }
  if (!fresh && !wanted.outlivesData) return before
  const current = command && !command.toRest && command.on === wanted.on && isLive(command, elapsed) ? command : null
  if (current && isWaiting(current)) return before
  if (current) {
    // A program has one lease for all of it.
    if (wanted.ttlS !== null) return before
    return elapsed - current.madeAt >= (current.ttlS * SECOND) / 3 ? make('renewal') : before
  }
  const holds = report === null || (report.on === wanted.on && report.origin === 'comando')
  const renews = (before.heldUntil ?? 0) > elapsed && holds
  if (renews && wanted.ttlS !== null) return before
  if (isResting(before, elapsed)) return before
  if (renews) return make('renewal')
  return mayStart || wanted.purpose === 'override' ? make(wanted.purpose) : before
}

/** The settled command is taken note of: how often in a row it went wrong, and until when the node may hold a lease. */
export function settle(before: Drive, evidence: Evidence, elapsed: number): Drive {
  if (!before.command) return before
  const command = advance(before.command, evidence, elapsed)
  const heldUntil = before.heldUntil !== null && before.heldUntil <= elapsed ? null : before.heldUntil
  if (command === before.command) return heldUntil === before.heldUntil ? before : { ...before, heldUntil }
  const waited = isWaiting(before.command)
  const failed = waited && (command.phase === 'failed' || command.phase === 'expired')
  const taken = waited && (command.phase === 'acknowledged' || command.phase === 'confirmed')
  return {
    ...before,
    command,
    heldUntil: taken ? (command.toRest ? null : leaseEnds(command)) : heldUntil,
    failures: taken ? 0 : failed ? before.failures + 1 : before.failures,
  }
}

/** After a failure the same is not tried again at once: what the node asked for, else 10 s doubling up to 2 min. */
function isResting({ command, failures }: Drive, elapsed: number): boolean {
  if (!command || failures === 0 || (command.phase !== 'failed' && command.phase !== 'expired')) return false
  const { error, retryS } = command
  const quick = error === null || error === 'scaduto' || error === 'boot'
  const own = quick ? Math.min(120, failures <= 2 ? 0 : 10 * 2 ** (failures - 2)) : (DEFAULT_RETRY_S[error] ?? 60)
  return elapsed - command.phaseAt < Math.max(own, retryS ?? 0) * SECOND
}

const DEFAULT_RETRY_S: { readonly [E in CommandError]?: number } = { carico_sconosciuto: 600, formato: 600 }

function withCommand(before: Drive, wanted: Wanted, purpose: Purpose, conditions: Conditions): Drive {
  const { clock, elapsed, newId, patienceMs, usualTtlS } = conditions
  const ttlS = wanted.ttlS === null ? usualTtlS : Math.min(MAX_PROGRAM_S, Math.max(MIN_TTL_S, Math.ceil(wanted.ttlS)))
  const command: Command = {
    id: newId(),
    on: wanted.on,
    toRest: wanted.act === 'rest',
    ttlS,
    boot: clock?.boot ?? null,
    byUptimeS: clock && deadlineUptimeS(clock, elapsed),
    purpose,
    madeAt: elapsed,
    sentAt: null,
    patienceMs,
    switchedAt: purpose === 'renewal' && before.command?.on === wanted.on ? switchingOf(before.command) : null,
    proven: purpose === 'renewal' && before.command?.phase === 'confirmed',
    phase: 'queued',
    phaseAt: elapsed,
    error: null,
    retryS: null,
  }
  return { ...before, command }
}

/** A start that could not be saved is not sent: it is as if it had not been decided. */
export function withhold(
  drives: Readonly<Record<string, Drive>>,
  ids: ReadonlySet<string>,
): Readonly<Record<string, Drive>> {
  return Object.fromEntries(
    Object.entries(drives).map(([key, d]) => [key, d.command && ids.has(d.command.id) ? { ...d, command: null } : d]),
  )
}
