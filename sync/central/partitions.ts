import { sql } from 'kysely'
import type { Central } from './database.ts'

const LOCK = 0x50_41_52_54

/** Months that are known to have their partition; a process finds out anew after its start. */
export class Partitions {
  readonly #known = new Set<string>()

  /** Makes the partitions that rows beginning at these seconds need; SQLite has none. */
  async provide({ db, engine }: Central, starts: Iterable<number>): Promise<void> {
    if (engine === 'sqlite') return
    const months = new Set([...starts].map(monthOf).filter((month) => !this.#known.has(month)))
    if (months.size === 0) return
    await db.transaction().execute(async (trx) => {
      // One process at a time: two that make the same table at once would both fail.
      await sql`select pg_advisory_xact_lock(${LOCK})`.execute(trx)
      for (const month of months) {
        const from = Temporal.PlainYearMonth.from(month)
        const second = (of: Temporal.PlainYearMonth) =>
          of.toPlainDate({ day: 1 }).toZonedDateTime('UTC').epochMilliseconds / 1000
        const name = `aggregate_${month.replace('-', '_')}`
        await sql
          .raw(
            `create table if not exists ${name} partition of aggregate for values from (${second(from)}) to (${second(from.add({ months: 1 }))})`,
          )
          .execute(trx)
      }
    })
    for (const month of months) this.#known.add(month)
  }
}

/** Worked value: 1782043260 -> "2026-06". */
function monthOf(second: number): string {
  return new Date(second * 1000).toISOString().slice(0, 7)
}
