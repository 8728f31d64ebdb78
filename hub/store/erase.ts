import { existsSync } from 'node:fs'
import { DAY } from '../domain/time.ts'
import { openDatabase } from './database.ts'
import type { ControlDb } from './store.ts'
import { storeFiles } from './store.ts'

/** Rows looked at in one transaction: a hub that writes to the same file waits no longer than for these. */
const STEP = 20_000
const MONTH = 31 * DAY

/** Deletes a removed house for good: all that was measured there, every alert, the house itself. How many readings and intervals there were. */
export async function eraseHouse(control: ControlDb, dataDir: string, house: string): Promise<number> {
  const erased = eraseMeasured(dataDir, house)
  for (const table of [
    'load',
    'load_declaration',
    'cleaning_run',
    'load_override',
    'armed',
    'decision',
    'switching',
    'saving',
  ] as const)
    await control.deleteFrom(table).where('house', '=', house).execute()
  await control.deleteFrom('alert').where('house', '=', house).execute()
  await control.deleteFrom('house').where('id', '=', house).where('removed_at', 'is not', null).execute()
  return erased
}

/** Deletes the past alerts of a house that stays; what is open is no past yet. */
export async function erasePastAlerts(control: ControlDb, house: string): Promise<void> {
  await control.deleteFrom('alert').where('house', '=', house).where('closed_at', 'is not', null).execute()
}

/**
 * Deletes all that was measured at a house, for good: freed pages are overwritten, and the write-ahead log is emptied as
 * far as a running hub lets it. How many readings and intervals there were. Takes its time: not for the hub's own thread.
 */
export function eraseMeasured(dataDir: string, house: string): number {
  const { readings: file } = storeFiles(dataDir)
  if (!existsSync(file)) return 0
  const db = openDatabase({ name: 'readings', file, readonly: false })
  try {
    let erased = 0
    db.pragma('secure_delete = ON')
    const { last } = db.prepare('select coalesce(max(id), 0) as last from reading').get() as { last: number }
    const some = db.prepare('delete from reading where id > ? and id <= ? and house = ?')
    for (let from = 0; from < last; from += STEP) erased += some.run(from, from + STEP, house).changes
    erased += db.prepare('delete from interval where house = ?').run(house).changes
    const slots = db.prepare('delete from slot where start >= ? and start < ? and house = ?')
    for (const from of pieces(db.prepare(`select min(start) as first, max(start) as last from slot`).get(), DAY))
      slots.run(from, from + DAY, house)
    // Its hours are marked, so that those of the community are added up anew, without it.
    const mark = db.prepare(
      'insert or ignore into unrolled select start from hour where house = ? and start >= ? and start < ?',
    )
    const hours = db.prepare('delete from hour where house = ? and start >= ? and start < ?')
    const both = db.transaction((from: number) => {
      mark.run(house, from, from + MONTH)
      hours.run(house, from, from + MONTH)
    })
    const ends = db.prepare(`select min(start) as first, max(start) as last from hour where house = ?`)
    for (const from of pieces(ends.get(house), MONTH)) both.immediate(from)
    const tables = [
      'heard',
      'seq_range',
      'series',
      'ahead',
      'node',
      'refusal',
      'forecast_model',
      'forecast',
      'forecast_day',
      'plane',
      'plant_record',
      'soiling_day',
    ]
    for (const table of tables) db.prepare(`delete from ${table} where house = ?`).run(house)
    // What a central was told of it is taken back, and no copy of what was sent is kept.
    db.prepare(
      `update outbox set version = version + 1, body = 'null' where body <> 'null'
        and (kind = 'casa_giorno' and subject = @house or kind = 'avviso' and body ->> 'casa' = @house)`,
    ).run({ house })
    db.prepare('delete from sync_batch where houses = 1').run()
    db.pragma('wal_checkpoint(TRUNCATE)')
    return erased
  } finally {
    db.close()
  }
}

/** Starts of the pieces, `length` ms each, that a table is gone through in. */
function pieces(ends: unknown, length: number): number[] {
  const { first, last } = ends as { first: number | null; last: number | null }
  if (first === null || last === null) return []
  return Array.from({ length: Math.floor((last - first) / length) + 1 }, (_, i) => first + i * length)
}
