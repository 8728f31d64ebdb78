import type { AlertCode } from './alert.ts'
import { HOUR, MINUTE } from './time.ts'

/** An alert as messages are made of: open, or closed at some time. */
export interface AlertFact {
  readonly id: number
  readonly house: string
  readonly code: AlertCode
  readonly openedAt: number
  readonly closedAt: number | null
}

/** What somebody wants to be told. */
export interface NoticeWish {
  /** Whose alerts; null = those of every house. */
  readonly houses: readonly string[] | null
  /** No message in these minutes of the civil day, `to` excluded; it may lie past midnight. Null = at any time. */
  readonly quiet: QuietHours | null
  /** Whether to be told that an alert is over. */
  readonly recovery: boolean
  /** Alerts that were over before, or open since before, are not told (epoch ms). */
  readonly since: number
}

export interface QuietHours {
  readonly fromMin: number
  readonly toMin: number
}

/** What somebody was told, plain JSON. */
export interface NoticeBook {
  /** Alert id -> when its opening was told, and whether its end was. */
  readonly told: { readonly [id: string]: { readonly at: number; readonly over: boolean } }
  /** "house/code" -> when an opening of it was told last. */
  readonly last: { readonly [key: string]: number }
  /** Something was held back by the quiet hours that have just been. */
  readonly held: boolean
}

export const EMPTY_BOOK: NoticeBook = { told: {}, last: {}, held: false }

export interface NoticeLine {
  /** `opened`, `closed` (its opening was told), `passed`: came and went while nothing was to be said. */
  readonly what: 'opened' | 'closed' | 'passed'
  readonly house: string
  readonly code: AlertCode
  readonly openedAt: number
  readonly closedAt: number | null
}

/** One message, whatever the number of alerts it is about. */
export interface Notice {
  /** `digest` = what came in quiet hours. */
  readonly kind: 'news' | 'digest'
  readonly lines: readonly NoticeLine[]
}

/** The same alert of the same house is not told again sooner than this: one that comes and goes is told once. */
export const NO_REPEAT = 6 * HOUR
/** An alert that ends before it is so old is not worth a message. */
export const SETTLE = MINUTE

/**
 * What somebody is to be told now, if anything, and what then stands in their book. `alerts` are all that are open and
 * those that ended lately; an alert that is no longer among them is forgotten. `zone` is that of the quiet hours.
 */
export function noticeDue(
  alerts: readonly AlertFact[],
  { book, wish, now, zone }: { book: NoticeBook; wish: NoticeWish; now: number; zone: string },
): { readonly book: NoticeBook; readonly notice: Notice | null } {
  const own = alerts
    .filter((a) => wish.houses === null || wish.houses.includes(a.house))
    .filter((a) => a.openedAt >= wish.since)
    .sort((a, b) => a.openedAt - b.openedAt || a.id - b.id)
  const told: Record<string, { at: number; over: boolean }> = {}
  const last: Record<string, number> = {}
  for (const [key, at] of Object.entries(book.last)) if (now - at < NO_REPEAT) last[key] = at
  for (const { id } of own) {
    const known = book.told[id]
    if (known) told[id] = known
  }
  const quiet = isQuiet(wish.quiet, now, zone)
  const lines: NoticeLine[] = []
  let held = book.held
  for (const alert of own) {
    const line = lineOf(alert, told[alert.id], { last, wish, now, held })
    if (line === null) continue
    if (quiet) {
      held = true
      continue
    }
    lines.push({ what: line, ...pick(alert) })
    told[alert.id] = { at: now, over: alert.closedAt !== null }
    if (line === 'opened') last[keyOf(alert)] = now
  }
  // What passed in the night is told with the first message after it; the next one tells of now alone.
  const notice = quiet || lines.length === 0 ? null : { kind: held ? ('digest' as const) : ('news' as const), lines }
  if (!quiet) {
    held = false
    for (const alert of own) if (alert.closedAt !== null) told[alert.id] = { at: now, over: true }
  }
  return { book: { told, last, held }, notice }
}

/** What is to be said of an alert; null = nothing, or not yet. */
function lineOf(
  alert: AlertFact,
  told: { readonly over: boolean } | undefined,
  { last, wish, now, held }: { last: Record<string, number>; wish: NoticeWish; now: number; held: boolean },
): NoticeLine['what'] | null {
  if (alert.closedAt === null) {
    const before = last[keyOf(alert)]
    const repeated = before !== undefined && now - before < NO_REPEAT
    return told || repeated || now - alert.openedAt < SETTLE ? null : 'opened'
  }
  if (told) return !told.over && wish.recovery ? 'closed' : null
  return held && wish.recovery && alert.closedAt - alert.openedAt >= SETTLE ? 'passed' : null
}

/** Whether nothing is to be said at a time. */
export function isQuiet(quiet: QuietHours | null, now: number, zone: string): boolean {
  if (quiet === null || quiet.fromMin === quiet.toMin) return false
  const { hour, minute } = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone)
  const at = hour * 60 + minute
  const { fromMin, toMin } = quiet
  return fromMin < toMin ? at >= fromMin && at < toMin : at >= fromMin || at < toMin
}

function keyOf({ house, code }: AlertFact): string {
  return `${house}/${code}`
}

function pick({ house, code, openedAt, closedAt }: AlertFact) {
  return { house, code, openedAt, closedAt }
}

const TIMES_LONGER = 2
const FIRST_WAIT = MINUTE
export const LONGEST_WAIT = HOUR
/** A message that could not be delivered for so long says nothing that is still news. */
export const GIVEN_UP_AFTER = 24 * HOUR

/** When a message that failed `attempts` times is tried again, ms from now: 1, 2, 4 ... 60 min; what only a change of settings can heal, each hour. */
export function retryIn(attempts: number, permanent: boolean): number {
  return permanent ? LONGEST_WAIT : Math.min(LONGEST_WAIT, FIRST_WAIT * TIMES_LONGER ** Math.max(0, attempts - 1))
}
