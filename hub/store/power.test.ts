import Database from 'better-sqlite3'
import fc from 'fast-check'
import { Kysely, SqliteDialect } from 'kysely'
import { expect, it } from 'vitest'
import { curve } from '../../ui/queries/energy.ts'
import { HOUR, SLOT } from '../domain/time.ts'
import { migrate } from './migrations.ts'
import { readCommunityPower } from './power.ts'
import { readSlots } from './readings.ts'
import type { ReadingsSchema } from './schema.ts'

const FROM = Date.UTC(2026, 5, 21)
const wh = fc.oneof(fc.constant(0), fc.double({ min: -1, max: 900, noNaN: true }))
const seconds = fc.oneof(
  fc.constantFrom(0, 0, 0.01, 59.9, 60, 269.9, 270, 300),
  fc.integer({ min: 0, max: 300_000 }).map((ms) => ms / 1000),
)

it('is what the slots of all houses add up to, one by one', async () => {
  const db = new Database(':memory:')
  const readings = new Kysely<ReadingsSchema>({ dialect: new SqliteDialect({ database: db }) })
  await migrate(readings as Kysely<unknown>, 'readings')
  const put = db.prepare('insert into slot values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const slots = fc.uniqueArray(
    fc.record({
      n: fc.nat(11),
      house: fc.constantFrom('a', 'b', 'c'),
      values: fc.tuple(wh, wh, wh, wh, seconds, seconds, seconds, seconds, seconds, seconds),
    }),
    { selector: (slot) => `${slot.n} ${slot.house}`, maxLength: 36 },
  )
  await fc.assert(
    fc.asyncProperty(slots, async (some) => {
      db.exec('delete from slot')
      for (const { n, house, values } of some) put.run(FROM + n * SLOT, house, ...values)
      const range = { from: FROM, to: FROM + HOUR }
      const known = new Set(some.map(({ n }) => FROM + n * SLOT))
      const wanted = curve(await readSlots(readings, range), range.from, range.to).filter((p) => known.has(p.start))
      const got = await readCommunityPower(readings, range)
      expect(got.map((p) => [p.start, p.quality])).toEqual(wanted.map((p) => [p.start, p.quality]))
      for (const [i, { productionW, consumptionW }] of got.entries()) {
        for (const [value, other] of [
          [productionW, wanted[i]?.productionW],
          [consumptionW, wanted[i]?.consumptionW],
        ] as const) {
          if (value === null) expect(other).toBeNull()
          else expect(value).toBeCloseTo(other ?? Number.NaN, 6)
        }
      }
    }),
    { numRuns: 300 },
  )
  db.close()
})
