import Database from 'better-sqlite3'
import fc from 'fast-check'
import { Kysely, SqliteDialect } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import { integrate, NO_SERIES } from '../domain/energy.ts'
import type { IntervalReading, Reading } from '../domain/reading.ts'
import type { SlotEnergy } from '../domain/slot.ts'
import { emptySlot, SLOT_FIELDS } from '../domain/slot.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../domain/time.ts'
import type { IngestBatch } from './ingest-batch.ts'
import { IngestWriter } from './ingest-writer.ts'
import { migrate } from './migrations.ts'
import type { ReadingsSchema } from './schema.ts'
import { SLOT_COLUMNS } from './schema.ts'
import { decodeSeriesState } from './series-state.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const NOW = NOON + 5 * DAY
const LIMITS = { productionW: 7_500, consumptionW: 60_000 }
const NOTHING: IngestBatch = {
  now: NOW,
  readings: [],
  intervals: [],
  nodes: [],
  refusals: [],
  limits: { casa_A: LIMITS, casa_B: LIMITS },
}

const open: Database.Database[] = []
afterEach(() => {
  for (const db of open.splice(0)) db.close()
})

/** A migrated file in memory, emptied rather than made again: a property needs hundreds. */
async function database(): Promise<Database.Database> {
  const db = new Database(':memory:')
  open.push(db)
  await migrate(new Kysely<unknown>({ dialect: new SqliteDialect({ database: db }) }), 'readings')
  return db
}

function empty(db: Database.Database): IngestWriter {
  for (const table of ['reading', 'heard', 'seq_range', 'interval', 'slot', 'unrolled', 'series', 'node', 'refusal'])
    db.exec(`delete from ${table}`)
  return new IngestWriter(db)
}

async function writer(): Promise<{ db: Database.Database; writer: IngestWriter }> {
  const db = await database()
  return { db, writer: new IngestWriter(db) }
}

function reading(at: number, productionW: number, more: Partial<Reading> = {}): Reading {
  const none = { boot: null, seq: null, producedWh: null, consumedWh: null, importedWh: null, exportedWh: null }
  return { house: 'casa_A', series: 'produzione', at, productionW, consumptionW: null, ...none, ...more }
}

function slotsOf(db: Database.Database, house = 'casa_A'): Map<number, SlotEnergy> {
  const rows = db.prepare('select * from slot where house = ? order by start').all(house) as ReadingsSchema['slot'][]
  return new Map(
    rows.map((row) => {
      const slot = emptySlot()
      for (const [i, field] of SLOT_FIELDS.entries()) slot[field] = row[SLOT_COLUMNS[i] ?? 'produced_wh']
      return [row.start, slot]
    }),
  )
}

function stateOf(db: Database.Database, house = 'casa_A') {
  const row = db.prepare('select state from series where house = ?').get(house) as { state: string } | undefined
  return row ? decodeSeriesState(row.state, house) : null
}

function total(slots: ReadonlyMap<number, SlotEnergy>, field: keyof SlotEnergy): number {
  return [...slots.values()].reduce((sum, slot) => sum + slot[field], 0)
}

/** Equal to a millionth of a Wh and of a second, a missing slot being an empty one. */
function expectSame(got: ReadonlyMap<number, SlotEnergy>, wanted: ReadonlyMap<number, SlotEnergy>): void {
  for (const start of new Set([...got.keys(), ...wanted.keys()])) {
    const [a, b] = [got.get(start) ?? emptySlot(), wanted.get(start) ?? emptySlot()]
    for (const field of SLOT_FIELDS) {
      if (!(Math.abs(a[field] - b[field]) < 1e-6))
        expect({ start, field, value: a[field] }).toEqual({ start, field, value: b[field] })
    }
  }
}

const history = fc
  .array(
    fc.record({
      gap: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(10_000, 10_050, 9_900, 300_000) },
        { weight: 3, arbitrary: fc.integer({ min: 1, max: 90_000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 90_000, max: 6 * HOUR }) },
      ),
      production: fc.nat(6000),
      consumption: fc.nat(9000),
      kind: fc.constantFrom('produzione' as const, 'rendimento' as const, 'bilancio' as const, 'bilancio' as const),
      counts: fc.boolean(),
      reboot: fc.integer({ min: 0, max: 12 }),
    }),
    { minLength: 2, maxLength: 70 },
  )
  .map((steps) => {
    let at = NOON
    let boot = 1
    let seq = 0
    let wh = 0
    return steps.map((step): Reading => {
      at += step.gap
      wh += Math.round((step.production * step.gap) / HOUR)
      seq += 1
      if (step.reboot === 0) [boot, seq, wh] = [boot + 1, 0, 0]
      const both = step.kind === 'bilancio'
      const counters = step.counts
        ? { producedWh: wh, ...(both ? { consumedWh: 2 * wh, importedWh: wh, exportedWh: 0 } : {}) }
        : {}
      return reading(at, step.production, {
        series: step.kind,
        boot,
        seq,
        consumptionW: both ? step.consumption : null,
        ...counters,
      })
    })
  })

/** The same messages in another order, cut into batches. */
const shuffled = history.chain((readings) =>
  fc.record({
    readings: fc.constant(readings),
    arrival: fc.oneof(
      fc.shuffledSubarray(readings, { minLength: readings.length }),
      fc.nat(readings.length).map((i) => [...readings.slice(i), ...readings.slice(0, i)]),
      fc
        .tuple(fc.nat(readings.length), fc.nat(readings.length))
        .map(([i, j]) => readings.toSpliced(i, 1).toSpliced(j, 0, ...readings.slice(i, i + 1))),
    ),
    cuts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 10 }),
  }),
)

function* batches<T>(items: readonly T[], sizes: readonly number[]): Generator<T[]> {
  for (let i = 0, n = 0; i < items.length; n += 1) {
    const size = sizes[n % sizes.length] ?? 1
    yield items.slice(i, i + size)
    i += size
  }
}

describe('readings that come late', () => {
  it('give the slots and the state they give in order, whatever the order and the batches', async () => {
    const db = await database()
    fc.assert(
      fc.property(shuffled, ({ readings, arrival, cuts }) => {
        const inOrder = integrate(readings, NO_SERIES, LIMITS)
        const target = empty(db)
        for (const batch of batches(arrival, cuts)) target.commit({ ...NOTHING, readings: batch })
        expectSame(slotsOf(db), inOrder.sheet)
        const state = stateOf(db)
        expect({ ...state, limit: 0 }).toEqual({ ...inOrder.state, limit: 0 })
      }),
      { numRuns: 200 },
    )
  })

  it('take the place of what an interval had filled, in any order', async () => {
    const db = await database()
    const interval = { house: 'casa_A', at: NOON - 20 * MINUTE, durationMs: HOUR, producedWh: 1200, consumedWh: 600 }
    fc.assert(
      fc.property(shuffled, fc.nat(80), ({ readings, arrival, cuts }, when) => {
        const first = empty(db)
        first.commit({ ...NOTHING, readings })
        first.commit({ ...NOTHING, intervals: [interval] })
        const wanted = slotsOf(db)
        const target = empty(db)
        let seen = 0
        for (const batch of batches(arrival, cuts)) {
          const now = seen <= when && when < seen + batch.length
          target.commit({ ...NOTHING, readings: batch, intervals: now ? [interval] : [] })
          seen += batch.length
        }
        if (when >= seen) target.commit({ ...NOTHING, intervals: [interval] })
        expectSame(slotsOf(db), wanted)
      }),
      { numRuns: 80 },
    )
  })

  it('leave alone what no raw reading tells of any more', async () => {
    const { db, writer: target } = await writer()
    const day = Array.from({ length: 361 }, (_, i) => reading(NOON + i * 10 * SECOND, 1800))
    target.commit({ ...NOTHING, readings: day })
    const kept = slotsOf(db)
    db.prepare('delete from reading where at < ?').run(NOON + 32 * MINUTE)
    target.commit({
      ...NOTHING,
      readings: [reading(NOON + 31 * MINUTE + 5 * SECOND, 1800), reading(NOON + 45 * MINUTE + 5 * SECOND, 1800)],
    })
    const slots = slotsOf(db)
    for (const [start, slot] of kept) expect(slots.get(start)?.producedWh).toBeGreaterThan(slot.producedWh - 1e-6)
    for (const minutes of [0, 5, 10, 15, 20, 25, 35, 40, 45, 50, 55]) {
      expect(slots.get(NOON + minutes * MINUTE)?.producedWh).toBeCloseTo(150, 6)
    }
  })

  it('do not move the house back, but tell it what it did not know', async () => {
    const { writer: target } = await writer()
    target.commit({ ...NOTHING, readings: [reading(NOON, 100), reading(NOON + 10_000, 200)] })
    const { latest } = target.commit({
      ...NOTHING,
      readings: [reading(NOON + 9_000, 150, { series: 'bilancio', consumptionW: 700 }), reading(NOON - 10_000, 90)],
    })
    expect(latest).toEqual([
      [
        'casa_A',
        { production: { w: 150, at: NOON + 9_000, series: 'bilancio' }, consumption: { w: 700, at: NOON + 9_000 } },
      ],
    ])
    const { latest: unmoved } = target.commit({
      ...NOTHING,
      readings: [reading(NOON + 5_000, 9, { series: 'rendimento' })],
    })
    expect(unmoved[0]?.[1].production?.at ?? NOON + 9_000).toBe(NOON + 9_000)
  })

  it('are not all readings of an hour because the clock was an hour ahead', async () => {
    const { db, writer: target } = await writer()
    target.commit({
      ...NOTHING,
      now: NOON + HOUR,
      readings: [reading(NOON + HOUR, 100), reading(NOON + HOUR + 10_000, 100)],
    })
    const { latest } = target.commit({ ...NOTHING, now: NOON, readings: [reading(NOON, 500)] })
    expect(latest[0]?.[1].production).toEqual({ w: 500, at: NOON, series: 'produzione' })
    target.commit({
      ...NOTHING,
      now: NOON + 20_000,
      readings: [reading(NOON + 20_000, 500), reading(NOON - 10_000, 500), reading(NOON + 10_000, 500)],
    })
    expect(stateOf(db)?.production?.at).toBe(NOON + 20_000)
    expect(slotsOf(db).get(NOON)?.productionMeasuredS).toBeCloseTo(20, 6)
  })
})

describe('duplicates', () => {
  const first = reading(NOON, 1000, { boot: 1, seq: 1 })
  const second = reading(NOON + 36_000, 1000, { boot: 1, seq: 2 })

  it.each<[string, Reading[][], number[][], number]>([
    ['inside one batch', [[first, second, second]], [[2]], 10],
    [
      'across batches',
      [
        [first, second],
        [second, first],
      ],
      [[], [0, 1]],
      10,
    ],
    ['told under another instant', [[first, second], [{ ...second, at: NOON + 72_000 }]], [[], [0]], 10],
    ['not of another boot', [[first, second], [{ ...second, at: NOON + 72_000, boot: 2 }]], [[], []], 20],
    ['not of another house', [[first, second], [{ ...second, house: 'casa_B' }]], [[], []], 10],
    [
      'not without a boot',
      [
        [
          { ...first, boot: null },
          { ...second, boot: null },
        ],
        [{ ...second, boot: null }],
      ],
      [[], []],
      10,
    ],
    [
      'not without a seq',
      [[{ ...first, seq: null }], [{ ...second, seq: null }], [{ ...second, seq: null }]],
      [[], [], []],
      10,
    ],
    ['not in the same millisecond', [[first, { ...first, seq: 3 }, second]], [[]], 10],
  ])('%s', async (_, commits, duplicates, wh) => {
    const { db, writer: target } = await writer()
    const outcomes = commits.map((readings) => target.commit({ ...NOTHING, readings }).duplicateReadings)
    expect(outcomes).toEqual(duplicates)
    expect(total(slotsOf(db), 'producedWh')).toBeCloseTo(wh, 9)
    const { n } = db.prepare('select count(*) as n from reading').get() as { n: number }
    expect(n).toBe(commits.flat().length - duplicates.flat().length)
  })

  it('of intervals are named and add nothing', async () => {
    const { db, writer: target } = await writer()
    const interval: IntervalReading = { house: 'casa_A', at: NOON, durationMs: HOUR, producedWh: 600, consumedWh: null }
    expect(target.commit({ ...NOTHING, intervals: [interval, interval] }).duplicateIntervals).toEqual([1])
    expect(target.commit({ ...NOTHING, intervals: [interval] }).duplicateIntervals).toEqual([0])
    expect(total(slotsOf(db), 'producedWh')).toBeCloseTo(600, 9)
  })
})

describe('a commit', () => {
  const node = { house: 'casa_A', status: { online: true, at: NOON, fw: '1.0.0', boot: 3, uptimeS: 9 } }
  const refusal = { reason: 'produzione' as const, campo: 'potenza_w', valore: 9e9, atteso: 'less' }
  const full: IngestBatch = {
    ...NOTHING,
    readings: [reading(NOON, 1000), reading(NOON + 10_000, 1000), reading(NOON + 5_000, 1000)],
    intervals: [{ house: 'casa_A', at: NOON - HOUR, durationMs: HOUR, producedWh: 1, consumedWh: 1 }],
    nodes: [node],
    refusals: [{ house: 'casa_A', refusal }],
  }

  it.each(['reading', 'interval', 'slot', 'series', 'node', 'refusal'])(
    'is all or nothing: an error at %s leaves no trace',
    async (table) => {
      const { db, writer: target } = await writer()
      db.exec(`create trigger broken before insert on ${table} begin select raise(abort, 'disk on fire'); end`)
      expect(() => target.commit(full)).toThrow('disk on fire')
      const left = ['reading', 'heard', 'seq_range', 'slot', 'series', 'node', 'refusal'].map(
        (t) => (db.prepare(`select count(*) as n from ${t}`).get() as { n: number }).n,
      )
      expect(left).toEqual([0, 0, 0, 0, 0, 0, 0])
      db.exec('drop trigger broken')
      const { duplicateReadings, latest, tookMs } = target.commit(full)
      expect([duplicateReadings, latest[0]?.[1].production?.at]).toEqual([[], NOON + 10_000])
      expect(tookMs).toBeGreaterThanOrEqual(0)
      expect(total(slotsOf(db), 'productionMeasuredS')).toBeCloseTo(10, 9)
    },
  )

  it('keeps what a node said before where its will says nothing', async () => {
    const { db, writer: target } = await writer()
    target.commit({
      ...NOTHING,
      nodes: [node, { house: 'casa_A', status: { online: false, at: NOON + 5, fw: null, boot: null, uptimeS: null } }],
    })
    expect(db.prepare('select * from node').all()).toEqual([
      { house: 'casa_A', online: 0, at: NOON + 5, fw: '1.0.0', boot: 3, uptime_s: 9 },
    ])
  })

  it('counts refusals per house and reason, and keeps the last, short', async () => {
    const { db, writer: target } = await writer()
    target.commit({
      ...NOTHING,
      refusals: [
        { house: 'casa_A', refusal },
        { house: 'casa_B', refusal },
      ],
    })
    target.commit({
      ...NOTHING,
      now: NOW + 1,
      refusals: [{ house: 'casa_A', refusal: { ...refusal, valore: 'x'.repeat(500) } }],
    })
    const rows = db.prepare('select house, count, last_at, length(valore) as size from refusal order by house').all()
    expect(rows).toEqual([
      { house: 'casa_A', count: 2, last_at: NOW + 1, size: 80 },
      { house: 'casa_B', count: 1, last_at: NOW, size: 10 },
    ])
  })

  it('of one process goes on where another stopped', async () => {
    const { db, writer: target } = await writer()
    target.commit({ ...NOTHING, readings: [reading(NOON, 1000)] })
    new IngestWriter(db).commit({ ...NOTHING, readings: [reading(NOON + 36_000, 1000)] })
    expect(total(slotsOf(db), 'producedWh')).toBeCloseTo(10, 9)
  })
})
