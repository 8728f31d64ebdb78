import Database from 'better-sqlite3'
import fc from 'fast-check'
import { Kysely, SqliteDialect } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DoubtfulTime } from '../domain/clock-trust.ts'
import { integrate, NO_SERIES } from '../domain/energy.ts'
import type { Reading } from '../domain/reading.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../domain/time.ts'
import { IngestWriter } from './ingest-writer.ts'
import { migrate } from './migrations.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const LIMITS = { productionW: 7_500, consumptionW: 60_000 }
const RUN = 'this run of the machine'
/** The machine started an hour before noon. */
const RIGHT: DoubtfulTime = { machineRun: RUN, offset: NOON - HOUR }

let db: Database.Database
let writer: IngestWriter
beforeEach(async () => {
  db = new Database(':memory:')
  await migrate(new Kysely<unknown>({ dialect: new SqliteDialect({ database: db }) }), 'readings')
  writer = new IngestWriter(db)
})
afterEach(() => {
  db.close()
})

function reading(at: number, productionW: number, more: Partial<Reading> = {}): Reading {
  const none = { boot: null, seq: null, producedWh: null, consumedWh: null, importedWh: null, exportedWh: null }
  return { house: 'casa_A', series: 'bilancio', at, productionW, consumptionW: 400, ...none, ...more }
}

function commit(readings: Reading[], more: { now?: number; doubt?: DoubtfulTime } = {}) {
  const { doubt, now = doubt ? Number.POSITIVE_INFINITY : Math.max(...readings.map((r) => r.at)) } = more
  return writer.commit({
    now,
    readings,
    intervals: [],
    nodes: [],
    refusals: [],
    limits: { casa_A: LIMITS, casa_B: LIMITS },
    ...(doubt ? { doubtful: new Map(readings.map((_, i) => [i, doubt])) } : {}),
  })
}

function dateAll(right = RIGHT, now = NOON + HOUR): number {
  for (let dated = 0; ; ) {
    const step = writer.date({ now, right, limits: { casa_A: LIMITS, casa_B: LIMITS } })
    if (step.done) return dated
    dated += step.dated
  }
}

interface Slot {
  readonly start: number
  readonly produced_wh: number
  readonly consumed_wh: number
  readonly production_measured_s: number
  readonly exchange_measured_s: number
}
const slots = (house = 'casa_A') => db.prepare('select * from slot where house = ? order by start').all(house) as Slot[]
const total = (field: keyof Slot, house?: string) => slots(house).reduce((sum, slot) => sum + slot[field], 0)
const left = () => db.prepare('select count(*) from reading where clock_doubt is not null').pluck().get()

/** A house at 1200 W every 10 s, `minutes` from `from`. */
const steadily = (from: number, minutes: number, more: Partial<Reading> = {}) =>
  Array.from({ length: minutes * 6 + 1 }, (_, i) => reading(from + i * 10 * SECOND, 1200, more))

describe('readings of a time in doubt', () => {
  it('are stored and shown, and in no slot before they are dated', () => {
    const doubt = { machineRun: RUN, offset: 0 }
    const { latest } = commit([reading(5 * MINUTE, 1200)], { doubt })
    expect(latest).toMatchObject([['casa_A', { production: { w: 1200, at: 5 * MINUTE } }]])
    expect([slots(), left()]).toEqual([[], 1])
  })

  it('of 1970 come where they belong, between what was measured before and after', () => {
    commit(steadily(NOON - 2 * HOUR, 10))
    // From the machine's start on, 11:00, by a clock that begins in 1970.
    commit(steadily(0, 20), { doubt: { machineRun: RUN, offset: 0 } })
    commit(steadily(NOON - HOUR + 20 * MINUTE, 10))
    expect(dateAll()).toBe(121)
    expect(slots().map((s) => s.start)).toEqual([
      ...[0, 5, 10].map((m) => NOON - 2 * HOUR + m * MINUTE).slice(0, 2),
      ...[0, 5, 10, 15, 20, 25].map((m) => NOON - HOUR + m * MINUTE),
    ])
    expect(total('produced_wh')).toBeCloseTo(1200 * (40 / 60), 6)
    expect(total('production_measured_s')).toBeCloseTo(40 * 60, 6)
    expect([left(), db.prepare('select count(*) from clock_doubt').pluck().get()]).toEqual([0, 0])
  })

  it('taken while the clock was a day ahead leave nothing behind on that day', () => {
    commit(steadily(NOON, 10))
    commit(steadily(NOON + DAY + 10 * MINUTE, 10), { doubt: { machineRun: RUN, offset: RIGHT.offset + DAY } })
    commit(steadily(NOON + 20 * MINUTE, 10))
    dateAll()
    expect(slots().every((s) => s.start < NOON + HOUR)).toBe(true)
    expect(total('produced_wh')).toBeCloseTo(600, 6)
    expect(total('consumed_wh')).toBeCloseTo(200, 6)
  })

  it('of an earlier run of the machine stay undated', () => {
    commit([reading(5 * MINUTE, 1200)], { doubt: { machineRun: 'another', offset: 0 } })
    expect([dateAll(), left()]).toEqual([0, 1])
  })

  it('are known again when they are sent twice', () => {
    const doubt = { machineRun: RUN, offset: 0 }
    const once = reading(5 * MINUTE, 1200, { boot: 3, seq: 7 })
    commit([once], { doubt })
    expect(commit([once], { doubt }).duplicateReadings).toEqual([0])
    dateAll()
    expect(commit([{ ...once, at: NOON }]).duplicateReadings).toEqual([0])
  })

  it('that the node itself has dated are counted at once', () => {
    commit([...steadily(NOON, 5)], { now: Number.POSITIVE_INFINITY })
    expect(total('produced_wh')).toBeCloseTo(100, 6)
  })

  it('come to the same energy as if the clock had been right, whatever it showed and in whatever pieces', () => {
    const story = fc.record({
      powers: fc.array(fc.integer({ min: 0, max: 6_000 }), { minLength: 2, maxLength: 60 }),
      period: fc.integer({ min: 1, max: 200 }),
      from: fc.nat(59),
      until: fc.nat(59),
      wrong: fc.oneof(fc.constant(0), fc.constant(NOON - 2 * HOUR), fc.integer({ min: 0, max: 2 * NOON })),
      firstAfter: fc.boolean(),
    })
    fc.assert(
      fc.property(story, ({ powers, period, from, until, wrong, firstAfter }) => {
        for (const table of ['reading', 'heard', 'seq_range', 'slot', 'unrolled', 'series', 'clock_doubt', 'ahead'])
          db.exec(`delete from ${table}`)
        writer = new IngestWriter(db)
        const all = powers.map((w, i) => reading(NOON + i * period * SECOND, w))
        const [a, b] = [Math.min(from, until), Math.max(from, until)]
        const doubt = { machineRun: RUN, offset: wrong }
        const during = all.slice(a, b).map((r) => ({ ...r, at: r.at - RIGHT.offset + wrong }))
        if (a > 0) commit(all.slice(0, a))
        if (during.length > 0) commit(during, { doubt })
        const now = NOON + 4 * HOUR
        if (!firstAfter) dateAll(RIGHT, now)
        if (b < all.length) commit(all.slice(b), { now })
        dateAll(RIGHT, now)
        const wanted = integrate(all, NO_SERIES, LIMITS).sheet
        for (const slot of slots()) {
          expect(slot.produced_wh).toBeCloseTo(wanted.get(slot.start)?.producedWh ?? 0, 6)
          expect(slot.consumed_wh).toBeCloseTo(wanted.get(slot.start)?.consumedWh ?? 0, 6)
        }
        expect(slots()).toHaveLength([...wanted.values()].filter((s) => s.productionMeasuredS > 0).length)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a clock that was rightly set back by an hour', () => {
  it('no time counts twice, and what is measured now is what is shown', () => {
    commit(steadily(NOON, 62))
    for (const r of steadily(NOON + 2 * MINUTE, 70)) {
      const { latest } = commit([{ ...r, productionW: 600 }], { now: r.at })
      expect(latest).toMatchObject([['casa_A', { production: { w: 600, at: r.at } }]])
    }
    expect(total('production_measured_s')).toBeCloseTo(72 * 60, 3)
    for (const slot of slots()) {
      expect(slot.production_measured_s).toBeLessThanOrEqual(300 + 1e-6)
      expect(slot.exchange_measured_s).toBeLessThanOrEqual(300 + 1e-6)
      expect(slot.produced_wh).toBeGreaterThanOrEqual(0)
      expect(slot.produced_wh).toBeLessThanOrEqual(100 + 1e-6)
    }
    expect(db.prepare('select count(*) from ahead').pluck().get()).toBe(0)
  })
})
