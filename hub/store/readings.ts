import { sql } from 'kysely'
import type { Latest } from '../domain/latest.ts'
import { latestOf } from '../domain/latest.ts'
import type { NodeStatus } from '../domain/presence.ts'
import type { SlotEnergy } from '../domain/slot.ts'
import { SLOT_FIELDS } from '../domain/slot.ts'
import { SLOT_COLUMNS } from './schema.ts'
import { decodeSeriesState } from './series-state.ts'
import type { ReadingsDb } from './store.ts'

/** Where every house stands, as last committed. */
export async function readLatest(db: ReadingsDb): Promise<Map<string, Latest>> {
  const rows = await db.selectFrom('series').selectAll().execute()
  return new Map(rows.map((row) => [row.house, latestOf(decodeSeriesState(row.state, row.house))]))
}

export async function readNodes(db: ReadingsDb): Promise<Map<string, NodeStatus>> {
  const rows = await db.selectFrom('node').selectAll().execute()
  return new Map(
    rows.map((r) => [r.house, { online: r.online === 1, at: r.at, fw: r.fw, boot: r.boot, uptimeS: r.uptime_s }]),
  )
}

export async function readRefusals(db: ReadingsDb) {
  return db.selectFrom('refusal').selectAll().orderBy('house').orderBy('last_at', 'desc').execute()
}

export interface StoredSlot {
  readonly start: number
  readonly house: string
  readonly energy: SlotEnergy
}

/** Slots with from <= start < to, in order of time, of all houses or of the named ones, summed over `groupMs` (a multiple of the slot). */
export async function readSlots(
  db: ReadingsDb,
  range: { from: number; to: number; houses?: readonly string[]; groupMs?: number },
): Promise<StoredSlot[]> {
  const group = range.groupMs
  const start = group ? sql<number>`start - start % ${sql.lit(group)}` : sql<number>`start`
  let query = db
    .selectFrom('slot')
    .select([
      'house',
      start.as('start'),
      ...SLOT_COLUMNS.map((c) => (group ? sql<number>`sum(${sql.ref(c)})`.as(c) : c)),
    ] as never)
    .where('start', '>=', range.from)
    .where('start', '<', range.to)
  if (range.houses) query = query.where('house', 'in', range.houses)
  if (group) query = query.groupBy([sql`1`, sql`2`])
  const rows = (await query.orderBy(sql`2`).orderBy('house').execute()) as unknown as ({
    start: number
    house: string
  } & Record<(typeof SLOT_COLUMNS)[number], number>)[]
  return rows.map((row) => ({
    start: row.start,
    house: row.house,
    energy: Object.fromEntries(
      SLOT_FIELDS.map((field, i) => [field, row[SLOT_COLUMNS[i] ?? 'produced_wh']]),
    ) as unknown as SlotEnergy,
  }))
}

/** First and last slot of the history, or null when there is none. */
export async function historyRange(db: ReadingsDb): Promise<{ from: number; to: number } | null> {
  const row = await db
    .selectFrom('slot')
    .select((eb) => [eb.fn.min('start').as('from'), eb.fn.max('start').as('to')])
    .executeTakeFirst()
  return row && row.from !== null ? { from: Number(row.from), to: Number(row.to) } : null
}

export async function countReadings(db: ReadingsDb): Promise<number> {
  const row = await db
    .selectFrom('reading')
    .select((eb) => eb.fn.max('id').as('n'))
    .executeTakeFirst()
  return Number(row?.n ?? 0)
}
