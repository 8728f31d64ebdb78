import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { Kysely, SqliteDialect } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from './migrations.ts'
import { FILL_SEQ_RANGES, SeqRanges } from './seq-ranges.ts'
import { migrateFile } from './store.ts'

let db: Database.Database
beforeAll(async () => {
  db = new Database(':memory:')
  await migrate(new Kysely<unknown>({ dialect: new SqliteDialect({ database: db }) }), 'readings')
})
afterAll(() => db.close())

const stored = () => db.prepare('select * from seq_range order by house, boot, first').all()

describe('the numbers of stored messages', () => {
  it('are told from new ones in any order, over any number of commits, in ranges that are as few as can be', () => {
    const message = fc.record({ house: fc.constantFrom('a', 'b'), boot: fc.nat(1), seq: fc.nat(12) })
    const commits = fc.array(fc.array(message, { maxLength: 12 }), { maxLength: 8 })
    fc.assert(
      fc.property(commits, (batches) => {
        db.exec('delete from seq_range; delete from reading')
        const insert = db.prepare(
          'insert into reading (id, at, house, series, production_w, boot, seq) values (?, 0, ?, 0, 0, ?, ?)',
        )
        const known = new Set<string>()
        const seqs = new SeqRanges(db)
        let row = 0
        for (const batch of batches) {
          seqs.begin()
          for (const { house, boot, seq } of batch) {
            const range = seqs.take(house, boot, seq)
            const name = `${house} ${boot} ${seq}`
            expect(range !== null).toBe(!known.has(name))
            known.add(name)
            if (!range) continue
            row += 1
            range.lastId = row
            insert.run(row, house, boot, seq)
          }
          seqs.write()
          if (batch.length % 2 === 0) seqs.committed()
        }
        const kept = stored()
        db.exec(`delete from seq_range; ${FILL_SEQ_RANGES}`)
        expect(kept).toEqual(stored())
      }),
      { numRuns: 300 },
    )
  })

  it('of a commit that failed are new again', () => {
    db.exec('delete from seq_range')
    const seqs = new SeqRanges(db)
    seqs.begin()
    expect(seqs.take('a', 1, 5)).not.toBeNull()
    seqs.begin()
    expect(seqs.take('a', 1, 5)).not.toBeNull()
    seqs.write()
    seqs.committed()
    seqs.begin()
    expect(seqs.take('a', 1, 5)).toBeNull()
  })

  it('are those of the file, whoever else writes to it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'solar-family-ranges-'))
    const file = join(dir, 'readings.db')
    await migrateFile(file, 'readings')
    const both = [new Database(file), new Database(file)]
    const [one, other] = both.map((each) => ({ each, seqs: new SeqRanges(each) }))
    const take = (from: typeof one, seq: number) =>
      from?.each
        .transaction(() => {
          from.seqs.begin()
          const isNew = from.seqs.take('a', 1, seq) !== null
          from.seqs.write()
          return isNew
        })
        .immediate()
    try {
      for (const [from, seq, isNew] of [
        [one, 1, true],
        [other, 2, true],
        [one, 2, false],
        [one, 3, true],
        [other, 3, false],
        [other, 4, true],
        [one, 1, false],
      ] as const) {
        expect(take(from, seq)).toBe(isNew)
        from?.seqs.committed()
      }
    } finally {
      for (const each of both) each.close()
      rmSync(dir, { recursive: true })
    }
  })
})
