import Database from 'better-sqlite3'
import fc from 'fast-check'
import { Kysely, SqliteDialect } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from './migrations.ts'
import { FILL_SEQ_RANGES, SeqRanges } from './seq-ranges.ts'

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
    expect(seqs.take('a', 1, 5)).toBeNull()
  })
})
