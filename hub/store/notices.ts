import type { AlertCode } from '../domain/alert.ts'
import { ALERTS } from '../domain/alert.ts'
import type { AlertFact, NoticeBook, QuietHours } from '../domain/notice.ts'
import { EMPTY_BOOK } from '../domain/notice.ts'
import type { Channel, NoticeLanguage, NoticeMessage } from '../domain/notice-message.ts'
import { CHANNELS, NOTICE_LANGUAGES } from '../domain/notice-message.ts'
import type { ControlDb } from './store.ts'

/** Where a person wants to be told, and when. */
export interface PersonalWish {
  readonly email: string | null
  /** Topic on the community's ntfy server. */
  readonly ntfy: string | null
  readonly language: NoticeLanguage
  readonly quiet: QuietHours | null
  readonly recovery: boolean
  readonly since: number
}

/** One who is told, and whose alerts: null = those of every house. */
export interface Recipient extends PersonalWish {
  readonly who: string
  readonly houses: readonly string[] | null
}

export async function findWish(db: ControlDb, user: string): Promise<PersonalWish | null> {
  const row = await db.selectFrom('notice_wish').selectAll().where('user', '=', user).executeTakeFirst()
  return row ? wishOf(row) : null
}

/** Sets or, with null, forgets where a person is told. */
export async function saveWish(db: ControlDb, user: string, wish: PersonalWish | null): Promise<void> {
  if (wish === null) {
    await db.deleteFrom('notice_wish').where('user', '=', user).execute()
    await db.deleteFrom('notice_book').where('who', '=', user).execute()
    return
  }
  const row = {
    email: wish.email,
    ntfy: wish.ntfy,
    language: wish.language,
    quiet_from: wish.quiet?.fromMin ?? null,
    quiet_to: wish.quiet?.toMin ?? null,
    recovery: wish.recovery ? 1 : 0,
    since: wish.since,
  }
  await db
    .insertInto('notice_wish')
    .values({ user, ...row })
    .onConflict((c) => c.column('user').doUpdateSet(row))
    .execute()
}

/** Everybody who wants to be told: residents of their own house, the others of all. */
export async function listRecipients(db: ControlDb): Promise<Recipient[]> {
  const rows = await db
    .selectFrom('notice_wish')
    .innerJoin('user', 'user.name', 'notice_wish.user')
    .selectAll('notice_wish')
    .select(['user.role', 'user.house'])
    .execute()
  return rows.map((row) => ({
    ...wishOf(row),
    who: row.user,
    houses: row.role === 'resident' ? (row.house === null ? [] : [row.house]) : null,
  }))
}

function wishOf(row: {
  email: string | null
  ntfy: string | null
  language: string
  quiet_from: number | null
  quiet_to: number | null
  recovery: number
  since: number
}): PersonalWish {
  const { quiet_from: fromMin, quiet_to: toMin } = row
  return {
    email: row.email,
    ntfy: row.ntfy,
    language: NOTICE_LANGUAGES.find((l) => l === row.language) ?? 'it',
    quiet: fromMin === null || toMin === null ? null : { fromMin, toMin },
    recovery: row.recovery === 1,
    since: row.since,
  }
}

/** Alerts that are open, and those that ended after a time. */
export async function recentAlerts(db: ControlDb, closedAfter: number): Promise<AlertFact[]> {
  const rows = await db
    .selectFrom('alert')
    .select(['id', 'house', 'code', 'opened_at', 'closed_at'])
    .where((eb) => eb.or([eb('closed_at', 'is', null), eb('closed_at', '>', closedAfter)]))
    .execute()
  const isCode = (code: string): code is AlertCode => (ALERTS as readonly string[]).includes(code)
  return rows.flatMap(({ id, house, code, opened_at: openedAt, closed_at: closedAt }) =>
    isCode(code) ? [{ id, house, code, openedAt, closedAt }] : [],
  )
}

export async function readBooks(db: ControlDb): Promise<Map<string, NoticeBook>> {
  const rows = await db.selectFrom('notice_book').selectAll().execute()
  return new Map(rows.map((row) => [row.who, { ...EMPTY_BOOK, ...(JSON.parse(row.book) as Partial<NoticeBook>) }]))
}

export interface Outgoing {
  readonly channel: Channel
  readonly target: string | null
  readonly message: NoticeMessage
}

/** What somebody was told, and the messages that say it: both or neither. */
export async function saveNotice(
  db: ControlDb,
  { who, book, outgoing, at }: { who: string; book: NoticeBook; outgoing: readonly Outgoing[]; at: number },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const row = { book: JSON.stringify(book) }
    await trx
      .insertInto('notice_book')
      .values({ who, ...row })
      .onConflict((c) => c.column('who').doUpdateSet(row))
      .execute()
    for (const { channel, target, message } of outgoing) {
      await trx
        .insertInto('notice_outbox')
        .values({
          ...{ at, channel, target, message: JSON.stringify(message) },
          ...{ attempts: 0, next_at: at, done_at: null, problem: null, lost: 0 },
        })
        .execute()
    }
  })
}

export interface Waiting extends Outgoing {
  readonly id: number
  readonly at: number
  readonly attempts: number
}

/** Messages whose turn it is; those too that a clock set back would keep waiting for longer than `longestWait`. */
export async function dueMessages(
  db: ControlDb,
  { now, longestWait, limit }: { now: number; longestWait: number; limit: number },
): Promise<Waiting[]> {
  const rows = await db
    .selectFrom('notice_outbox')
    .selectAll()
    .where('done_at', 'is', null)
    .where((eb) => eb.or([eb('next_at', '<=', now), eb('next_at', '>', now + longestWait)]))
    .orderBy('next_at')
    .limit(limit)
    .execute()
  return rows.flatMap((row) => {
    const channel = CHANNELS.find((c) => c === row.channel)
    return channel
      ? [
          {
            ...{ id: row.id, at: row.at, attempts: row.attempts, channel, target: row.target },
            message: JSON.parse(row.message) as NoticeMessage,
          },
        ]
      : []
  })
}

/** Writes down how a message fared: `doneAt` = it is over, delivered or (`problem`) given up. */
export async function settleMessage(
  db: ControlDb,
  id: number,
  fared: { attempts: number; nextAt: number; doneAt: number | null; problem: string | null },
): Promise<void> {
  await db
    .updateTable('notice_outbox')
    .set({
      ...{ attempts: fared.attempts, next_at: fared.nextAt, done_at: fared.doneAt, problem: fared.problem },
      lost: fared.doneAt !== null && fared.problem !== null ? 1 : 0,
    })
    .where('id', '=', id)
    .execute()
}

export async function retireMessages(db: ControlDb, before: number): Promise<void> {
  await db.deleteFrom('notice_outbox').where('done_at', '<', before).execute()
}

export interface SentMessage {
  readonly at: number
  readonly channel: Channel
  readonly target: string | null
  readonly subject: string
  readonly attempts: number
  readonly state: 'attesa' | 'inviato' | 'perso'
  readonly problem: string | null
}

/** The last messages, newest first, for the admin. */
export async function listMessages(db: ControlDb, limit: number): Promise<SentMessage[]> {
  const rows = await db.selectFrom('notice_outbox').selectAll().orderBy('id', 'desc').limit(limit).execute()
  return rows.flatMap((row) => {
    const channel = CHANNELS.find((c) => c === row.channel)
    if (!channel) return []
    const { at, target, attempts, problem } = row
    const { subject } = JSON.parse(row.message) as NoticeMessage
    const state = row.done_at === null ? 'attesa' : row.lost === 1 ? 'perso' : 'inviato'
    return [{ at, channel, target, subject, attempts, state, problem }]
  })
}
