import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import type { DatabaseKind } from './migrations.ts'
import { migrate } from './migrations.ts'
import { SLOT_COLUMNS } from './schema.ts'

const open: Database.Database[] = []
afterEach(() => {
  for (const db of open.splice(0)) db.close()
})

function memory() {
  const file = new Database(':memory:')
  open.push(file)
  return { file, db: new Kysely<unknown>({ dialect: new SqliteDialect({ database: file }) }) }
}

const columnsOf = (file: Database.Database, table: string) =>
  (file.prepare(`select name from pragma_table_info(?)`).all(table) as { name: string }[]).map((c) => c.name)

describe('migrate', () => {
  it.each<[DatabaseKind, string[]]>([
    [
      'control',
      [
        ...[
          'alert',
          'armed',
          'audit',
          'cleaning',
          'cleaning_run',
          'cycle',
          'decision',
          'effect',
          'house',
          'load',
          'load_declaration',
          'load_override',
          'notice_book',
          'notice_outbox',
          'notice_wish',
        ],
        ...['pairing', 'saving', 'session', 'setting', 'switching', 'token', 'user'],
      ],
    ],
    [
      'readings',
      [
        'ahead',
        'arrival',
        'clock_doubt',
        'community_hour',
        'emission',
        'forecast',
        'forecast_day',
        'forecast_model',
        'heard',
        'hour',
        'interval',
        'node',
        'outbox',
        'plane',
        'plant_record',
        'reading',
        'refusal',
        'seq_range',
        'series',
        'slot',
        'soiling_day',
        'sync_batch',
        'sync_state',
        'unrolled',
        'weather',
      ],
    ],
  ])('makes the tables of %s, and nothing the second time', async (kind, tables) => {
    const { file, db } = memory()
    await migrate(db, kind)
    const made = () =>
      (
        file.prepare(`select name from sqlite_schema where type = 'table' order by name`).all() as { name: string }[]
      ).map((t) => t.name)
    expect(made().filter((name) => !name.startsWith('kysely_') && !name.startsWith('sqlite_'))).toEqual(tables)
    const before = made()
    await migrate(db, kind)
    expect(made()).toEqual(before)
  })

  it('names slot columns as the schema does', async () => {
    const { file, db } = memory()
    await migrate(db, 'readings')
    expect(columnsOf(file, 'slot')).toEqual(['start', 'house', ...SLOT_COLUMNS])
  })

  it('names the migration that failed', async () => {
    const { file, db } = memory()
    file.exec('create table reading (something text)')
    await expect(migrate(db, 'readings')).rejects.toThrow(
      /0001-readings-slots of readings\.db failed: .*already exists/,
    )
  })
})
