import { sql } from 'kysely'
import { MINUTE, SECOND } from '../domain/time.ts'
import type { ReadingsDb } from './store.ts'

const QUARTER = 15 * MINUTE

/** A quarter of an hour of the whole street: energies added up, null where no house knows. */
export interface Quarter {
  readonly start: number
  readonly producedWh: number | null
  readonly consumedWh: number | null
  /** Sums of the houses' own, before sharing. */
  readonly importedWh: number | null
  readonly exportedWh: number | null
  readonly houses: number
  /** Mean over the houses of the share of the time that is covered. */
  readonly coverage: number
}

/** Quarters that begin in from <= start < to of which any slot is stored. */
export async function readQuarters(db: ReadingsDb, { from, to }: { from: number; to: number }): Promise<Quarter[]> {
  const known = (channel: string, column: string) =>
    sql.raw(`sum(case when ${channel} > 0 then max(0, ${column}) end) as ${column}`)
  const { rows } = await sql<{
    quarter: number
    produced_wh: number | null
    consumed_wh: number | null
    imported_wh: number | null
    exported_wh: number | null
    houses: number
    covered: number
  }>`
    select quarter, ${known('production', 'produced_wh')}, ${known('consumption', 'consumed_wh')},
      ${known('exchange', 'imported_wh')}, ${known('exchange', 'exported_wh')}, count(*) as houses,
      sum(min(${sql.lit(QUARTER / SECOND)}, max(production, consumption))) as covered
    from (
      select start - start % ${sql.lit(QUARTER)} as quarter, house, sum(produced_wh) as produced_wh, sum(consumed_wh) as consumed_wh,
        sum(imported_wh) as imported_wh, sum(exported_wh) as exported_wh,
        sum(production_measured_s + production_estimated_s) as production,
        sum(consumption_measured_s + consumption_estimated_s) as consumption,
        sum(exchange_measured_s + exchange_estimated_s) as exchange
      from slot where start >= ${from} and start < ${to} group by 1, 2
    ) where production > 0 or consumption > 0 group by quarter order by quarter`.execute(db)
  return rows.map((row) => ({
    start: row.quarter,
    producedWh: row.produced_wh,
    consumedWh: row.consumed_wh,
    importedWh: row.imported_wh,
    exportedWh: row.exported_wh,
    houses: row.houses,
    coverage: Math.min(1, row.covered / row.houses / (QUARTER / SECOND)),
  }))
}

/** Start of the oldest slot, or null. */
export async function oldestSlot(db: ReadingsDb): Promise<number | null> {
  const row = await db.selectFrom('slot').select('start').orderBy('start').limit(1).executeTakeFirst()
  return row?.start ?? null
}
