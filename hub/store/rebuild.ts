import type Database from 'better-sqlite3'
import type { PowerLimits } from '../domain/energy.ts'
import { integrate, NO_SERIES } from '../domain/energy.ts'
import type { ReadingRow } from './neighbours.ts'
import { toReading } from './neighbours.ts'
import { SLOT_COLUMNS } from './schema.ts'
import { valuesOf } from './slot-row.ts'

/**
 * Slots that were lost, or are there only as far as they were filled when the backup was made, from their raw readings:
 * one takes the place of what is there when more of its time is measured. How many there were. `db` has tables like those
 * of readings.db.
 */
export function rebuildSlots(db: Database.Database, limits: ReadonlyMap<string, PowerLimits>): number {
  db.exec('create index reading_of_house on reading (house, at) where clock_doubt is null')
  const readings = db.prepare('select * from reading where house = ? and clock_doubt is null order by at')
  const values = SLOT_COLUMNS.map(() => '?').join(', ')
  const put = db.prepare(
    `insert into slot (start, house, ${SLOT_COLUMNS.join(', ')}) values (?, ?, ${values})
     on conflict (start, house) do update set ${SLOT_COLUMNS.map((c) => `${c} = excluded.${c}`).join(', ')}
     where excluded.production_measured_s > production_measured_s + 1`,
  )
  let rebuilt = 0
  for (const [house, limit] of limits) {
    const { sheet } = integrate(eachReading(readings.iterate(house) as Iterable<ReadingRow>), NO_SERIES, limit)
    for (const [start, slot] of sheet) rebuilt += put.run(start, house, ...valuesOf(slot)).changes
  }
  db.exec('drop index reading_of_house')
  return rebuilt
}

function* eachReading(rows: Iterable<ReadingRow>) {
  for (const row of rows) yield toReading(row)
}
