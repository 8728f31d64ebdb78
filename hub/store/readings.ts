import { sql } from 'kysely'
import type { Latest } from '../domain/latest.ts'
import { latestOf } from '../domain/latest.ts'
import type { NodeStatus } from '../domain/presence.ts'
import { HOUR, SLOT } from '../domain/time.ts'
import type { StoredSlot } from './hours.ts'
import { readHours } from './hours.ts'
import { SLOT_COLUMNS } from './schema.ts'
import { decodeSeriesState } from './series-state.ts'
import type { SlotColumns } from './slot-row.ts'
import { energyOf } from './slot-row.ts'
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

/**
 * Slots with from <= start < to, in order of time, of all houses or of the named ones, summed over `groupMs` (a multiple of
 * the slot). From the hour on they are whole hours, which outlive their slots: see `readHours`.
 */
export async function readSlots(
  db: ReadingsDb,
  range: { from: number; to: number; houses?: readonly string[]; groupMs?: number },
): Promise<StoredSlot[]> {
  const { from, to, houses, groupMs = SLOT } = range
  if (groupMs % HOUR === 0) return readHours(db, range)
  const named = houses ? sql`and s.house in (select value from json_each(${JSON.stringify(houses)}))` : sql``
  const source =
    houses && (to - from) / SLOT <= MOST_SEEKS
      ? sql`(with recursive t(start) as (
              select ${Math.ceil(from / SLOT) * SLOT} union all select start + ${sql.lit(SLOT)} from t where start + ${sql.lit(SLOT)} < ${to}
            ) select s.* from t cross join slot s on s.start = t.start ${named})`
      : sql`(select s.* from slot s where s.start >= ${from} and s.start < ${to} ${named})`
  const grouped =
    groupMs === SLOT
      ? sql`select * from ${source} order by start, house`
      : sql`select start - start % ${sql.lit(groupMs)} as start, house, ${SUMS} from ${source} group by 1, 2 order by 1, 2`
  const { rows } = await grouped.execute(db)
  return (rows as (SlotColumns & { start: number; house: string })[]).map((row) => ({
    start: row.start,
    house: row.house,
    energy: energyOf(row),
  }))
}

/** Beyond so many slots a house's own are found by reading all. */
const MOST_SEEKS = 20_000
const SUMS = sql.raw(SLOT_COLUMNS.map((c) => `sum(${c}) as ${c}`).join(', '))

/** Whether anything was ever stored of a house: it may have left the community since. Asked of the tables that begin with the house. */
export async function hasHistory(db: ReadingsDb, house: string): Promise<boolean> {
  const { rows } = await sql<{ known: number }>`
    select exists (select 1 from series where house = ${house}) or exists (select 1 from interval where house = ${house})
      or exists (select 1 from hour where house = ${house}) as known`.execute(db)
  return rows[0]?.known === 1
}

export async function countReadings(db: ReadingsDb): Promise<number> {
  const row = await db
    .selectFrom('reading')
    .select((eb) => eb.fn.max('id').as('n'))
    .executeTakeFirst()
  return Number(row?.n ?? 0)
}
