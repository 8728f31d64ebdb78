import { sql } from 'kysely'
import type { ReadingsDb } from './store.ts'

/** Which aggregate, and which version of it; `start` in Unix seconds. */
export interface Place {
  readonly kind: string
  readonly start: number
  readonly subject: string
  readonly version: number
}

export interface OutboxRow extends Place {
  /** JSON; "null" = take back what was sent for this place. */
  readonly body: string
}

export interface SyncBatch {
  readonly id: number
  readonly lot: string
  readonly at: number
  readonly rows: number
  /** It tells of single houses. */
  readonly houses: boolean
  /** gzip, base64: the very bytes that are sent. */
  readonly body: string
  readonly answeredAt: number | null
  readonly answer: string | null
}

const HOUSE_KIND = 'casa_giorno'

/** Puts aggregates into the outbox: what is new, or another than before and then under the next version. One statement. */
export async function putAggregates(
  db: ReadingsDb,
  rows: readonly Omit<OutboxRow, 'version'>[],
  at: number,
): Promise<void> {
  if (rows.length === 0) return
  const list = JSON.stringify(rows.map((row) => [row.kind, row.start, row.subject, row.body]))
  await sql`
    insert into outbox (kind, start, subject, version, body, sent_version, held_until, changed_at)
    select value ->> 0, value ->> 1, value ->> 2, 1, value ->> 3, 0, 0, ${at} from json_each(${list}) where true
    on conflict do update set version = version + 1, body = excluded.body, held_until = 0, changed_at = excluded.changed_at
    where body <> excluded.body`.execute(db)
}

/** What waits to be sent, oldest first. */
export async function pendingAggregates(db: ReadingsDb, limit: number, now: number): Promise<OutboxRow[]> {
  return db
    .selectFrom('outbox')
    .select(['kind', 'start', 'subject', 'version', 'body'])
    .where(sql<boolean>`sent_version < version`)
    .where('held_until', '<=', now)
    .orderBy('start')
    .limit(limit)
    .execute()
}

/** How much waits, of it how much is held back for a while, and since when the oldest waits. */
export async function outboxState(db: ReadingsDb, now: number) {
  const row = await db
    .selectFrom('outbox')
    .select((eb) => [
      eb.fn.countAll<number>().as('waiting'),
      eb.fn.sum<number | null>(sql<number>`held_until > ${now}`).as('held'),
      eb.fn.min<number | null>('changed_at').as('since'),
    ])
    .where(sql<boolean>`sent_version < version`)
    .executeTakeFirstOrThrow()
  return { waiting: row.waiting, held: row.held ?? 0, since: row.since }
}

const asList = (places: readonly Place[]) => JSON.stringify(places.map((p) => [p.kind, p.start, p.subject, p.version]))
const OF_PLACE = sql.raw(
  `where outbox.kind = p.value ->> 0 and outbox.start = p.value ->> 1 and outbox.subject = p.value ->> 2`,
)

/** The central has committed these versions. */
export async function markSent(db: ReadingsDb, places: readonly Place[]): Promise<void> {
  await sql`update outbox set sent_version = max(sent_version, p.value ->> 3) from json_each(${asList(places)}) p ${OF_PLACE}`.execute(
    db,
  )
}

/** The central holds these versions from another life of this hub: count on from there, and send again. */
export async function countOn(db: ReadingsDb, places: readonly Place[]): Promise<void> {
  await sql`update outbox set version = (p.value ->> 3) + 1, sent_version = p.value ->> 3 from json_each(${asList(places)}) p ${OF_PLACE}
    and outbox.version <= p.value ->> 3`.execute(db)
}

/** Rows that the central does not want now, for whatever is wrong with them. */
export async function holdBack(db: ReadingsDb, places: readonly Place[], until: number): Promise<void> {
  await sql`update outbox set held_until = ${until} from json_each(${asList(places)}) p ${OF_PLACE}`.execute(db)
}

/** Single houses are no longer told of: what was sent is taken back, what was not is forgotten. */
export async function takeBackHouses(db: ReadingsDb, at: number): Promise<void> {
  await db.deleteFrom('outbox').where('kind', '=', HOUSE_KIND).where('sent_version', '=', 0).execute()
  await db
    .updateTable('outbox')
    .set((eb) => ({ version: eb('version', '+', 1), body: 'null', changed_at: at }))
    .where('kind', '=', HOUSE_KIND)
    .where('body', '<>', 'null')
    .execute()
}

/** What the central has taken back need not be known any more. */
export async function forgetTakenBack(db: ReadingsDb): Promise<void> {
  await db.deleteFrom('outbox').where('body', '=', 'null').where(sql<boolean>`sent_version = version`).execute()
}

/** The batch that has no answer yet, to be sent again as it was. */
export async function openBatch(db: ReadingsDb): Promise<SyncBatch | null> {
  const row = await db.selectFrom('sync_batch').selectAll().where('answered_at', 'is', null).limit(1).executeTakeFirst()
  return row ? toBatch(row) : null
}

/** The last batches, newest first. */
export async function recentBatches(db: ReadingsDb, limit: number): Promise<SyncBatch[]> {
  return (await db.selectFrom('sync_batch').selectAll().orderBy('id', 'desc').limit(limit).execute()).map(toBatch)
}

export async function saveBatch(db: ReadingsDb, batch: Pick<SyncBatch, 'lot' | 'at' | 'rows' | 'houses' | 'body'>) {
  await db
    .insertInto('sync_batch')
    .values({ ...batch, houses: batch.houses ? 1 : 0, answered_at: null, answer: null })
    .execute()
}

/** Bodies of so many batches are kept, to be looked at. */
const BATCHES_KEPT = 200

export async function answerBatch(db: ReadingsDb, lot: string, at: number, answer: string): Promise<void> {
  await db.updateTable('sync_batch').set({ answered_at: at, answer }).where('lot', '=', lot).execute()
  await db
    .deleteFrom('sync_batch')
    .where('id', '<=', (eb) => eb.selectFrom('sync_batch').select(sql<number>`max(id) - ${BATCHES_KEPT}`.as('last')))
    .execute()
}

/** A batch that may not go out any more, or never will. */
export async function dropBatch(db: ReadingsDb, lot: string): Promise<void> {
  await db.deleteFrom('sync_batch').where('lot', '=', lot).execute()
}

export async function readSyncState<T>(db: ReadingsDb, key: string): Promise<T | null> {
  const row = await db.selectFrom('sync_state').select('value').where('key', '=', key).executeTakeFirst()
  return row ? (JSON.parse(row.value) as T) : null
}

export async function writeSyncState(db: ReadingsDb, key: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value)
  await db
    .insertInto('sync_state')
    .values({ key, value: text })
    .onConflict((c) => c.column('key').doUpdateSet({ value: text }))
    .execute()
}

function toBatch(row: {
  id: number
  lot: string
  at: number
  rows: number
  houses: number
  body: string
  answered_at: number | null
  answer: string | null
}): SyncBatch {
  const { id, lot, at, rows, body, answer } = row
  return { id, lot, at, rows, body, answer, houses: row.houses === 1, answeredAt: row.answered_at }
}

/** Whatever was to be waited for, the agent collects and sends at its next look. */
export function wakeSync(db: ReadingsDb): Promise<void> {
  return writeSyncState(db, 'agent', { failures: 0, problem: null, triedAt: 0, nextAt: 0 })
}
