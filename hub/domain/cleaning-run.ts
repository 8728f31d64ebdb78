import type { Hold } from './cleaning.ts'
import { ANSWER_TIME } from './command.ts'
import type { NodeClock } from './node-clock.ts'
import { deadlineUptimeS } from './node-clock.ts'
import type { CleaningReport, CommandError, CommandResult } from './relay.ts'
import { DAY, HOUR, MINUTE, SECOND } from './time.ts'

/** How far a house of a proposal has come. `control` stays uncleaned for comparison. */
export const RUN_STATES = [
  'proposed',
  'control',
  'approved',
  'sent',
  'running',
  'done',
  'refused',
  'stopped',
  'failed',
] as const
export type RunState = (typeof RUN_STATES)[number]

/** One house of a proposal. Instants are epoch ms, `sentElapsed` is monotonic. */
export interface CleaningRun {
  readonly proposal: number
  readonly house: string
  readonly state: RunState
  /** Who approved it, or refused, or stopped it, and when. */
  readonly by: string | null
  readonly byAt: number | null
  readonly dueAt: number | null
  readonly attempts: number
  /** Id of the last command; every attempt has one of its own. */
  readonly command: string | null
  readonly sentElapsed: number | null
  readonly endedAt: number | null
  /** Why it waits or has failed: a word of the node, or of ours. */
  readonly why: CommandError | Hold | RunProblem | null
  /** A person wants it to end. */
  readonly stop: boolean
}

export const RUN_PROBLEMS = ['irraggiungibile', 'senza_risposta', 'scaduta'] as const
export type RunProblem = (typeof RUN_PROBLEMS)[number]

/** What is known of a house's node now. `report` with the monotonic ms it was heard at. */
export interface RunFacts {
  readonly now: number
  readonly elapsed: number
  readonly clock: NodeClock | null
  readonly reachable: boolean
  readonly answer: CommandResult | null
  readonly report: (CleaningReport & { readonly at: number }) | null
  readonly hold: Hold | null
  readonly runS: number
  /** For a new command. */
  readonly nextId: () => string
}

/** What goes to a node: one bounded run, or its end. */
export type CleaningMessage =
  | {
      readonly kind: 'clean'
      readonly house: string
      readonly id: string
      readonly ttlS: number
      readonly boot: number | null
      readonly byUptimeS: number | null
    }
  | { readonly kind: 'stop'; readonly house: string; readonly id: string }

/** Nobody's approval holds for longer. */
const APPROVAL_HOLDS = 7 * DAY
const MOST_ATTEMPTS = 5
/** After an attempt that came to nothing. */
const RETRY = 10 * MINUTE
/** What the panels or the valve lack passes in a while. */
const PASSES: readonly CommandError[] = ['gelo', 'caldo', 'scaduto', 'boot']
const LATER = HOUR
const OVER = 30 * SECOND

/**
 * A run, one look later, and what is to be said to the node: once saved, then sent, never repeated under the same id and never
 * renewed. Same run and facts, same outcome; the same object when nothing changed.
 */
export function advanceRun(run: CleaningRun, facts: RunFacts): { run: CleaningRun; message: CleaningMessage | null } {
  const { now, elapsed, answer, report } = facts
  const silent = (next: CleaningRun) => ({ run: next, message: null })
  const isActive = report?.active === true && report.at >= (run.sentElapsed ?? Number.POSITIVE_INFINITY)
  if (run.stop && (run.state === 'sent' || run.state === 'running' || run.state === 'approved')) {
    const stopped = { ...run, state: 'stopped' as const, endedAt: now }
    return run.state === 'approved'
      ? silent(stopped)
      : { run: stopped, message: { kind: 'stop', house: run.house, id: facts.nextId() } }
  }
  switch (run.state) {
    case 'approved':
      return start(run, facts)
    case 'sent': {
      if (isActive || answer?.ok) return silent({ ...run, state: 'running', why: null })
      if (answer && !answer.ok) return silent(refusedByNode(run, answer.error, answer.retryS, now))
      if (elapsed - (run.sentElapsed ?? elapsed) < ANSWER_TIME) return { run, message: null }
      return silent(again(run, now, 'senza_risposta', RETRY))
    }
    case 'running': {
      const sent = run.sentElapsed ?? elapsed
      const ended = report !== null && !report.active && report.at > sent && elapsed - sent > SECOND
      const isOver = elapsed - sent > facts.runS * SECOND + OVER
      return ended || isOver ? silent({ ...run, state: 'done', endedAt: now, why: null }) : { run, message: null }
    }
    default:
      return { run, message: null }
  }
}

function start(run: CleaningRun, facts: RunFacts): { run: CleaningRun; message: CleaningMessage | null } {
  const { now, elapsed, clock, reachable, hold, runS } = facts
  const waiting = (why: CleaningRun['why']) => ({ run: why === run.why ? run : { ...run, why }, message: null })
  if (now - (run.byAt ?? now) > APPROVAL_HOLDS)
    return { run: { ...run, state: 'failed', why: 'scaduta', endedAt: now }, message: null }
  if (now < (run.dueAt ?? now)) return { run, message: null }
  if (hold !== null) return waiting(hold)
  if (!reachable) return waiting('irraggiungibile')
  const id = facts.nextId()
  const attempt = { state: 'sent' as const, command: id, sentElapsed: elapsed, attempts: run.attempts + 1, why: null }
  const bound = clock
    ? { boot: clock.boot, byUptimeS: deadlineUptimeS(clock, elapsed) }
    : { boot: null, byUptimeS: null }
  return { run: { ...run, ...attempt }, message: { kind: 'clean', house: run.house, id, ttlS: runS, ...bound } }
}

function refusedByNode(run: CleaningRun, why: CommandError, retryS: number | null, now: number): CleaningRun {
  // Within the node's own interval after an attempt that nobody answered: that one was carried out.
  if (why === 'intervallo' && run.attempts > 1) return { ...run, state: 'done', endedAt: now, why: null }
  if (PASSES.includes(why) || (why === 'intervallo' && retryS !== null))
    return again(run, now, why, Math.max(RETRY, retryS === null ? LATER : retryS * SECOND))
  return { ...run, state: 'failed', endedAt: now, why }
}

function again(run: CleaningRun, now: number, why: CommandError | RunProblem, wait: number): CleaningRun {
  if (run.attempts >= MOST_ATTEMPTS) return { ...run, state: 'failed', endedAt: now, why }
  return { ...run, state: 'approved', dueAt: now + wait, why }
}

/** A house that still waits for something to be done or decided. */
export function isOpen({ state }: Pick<CleaningRun, 'state'>): boolean {
  return state === 'proposed' || state === 'approved' || state === 'sent' || state === 'running'
}
