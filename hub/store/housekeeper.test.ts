import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { Kysely, SqliteDialect } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import type { IntervalReading, Reading } from '../domain/reading.ts'
import { MAX_AGE } from '../domain/reading.ts'
import { DEFAULT_RETENTION, retentionDue } from '../domain/retention.ts'
import { SLOT_FIELDS } from '../domain/slot.ts'
import { DAY, HOUR, MINUTE, SLOT } from '../domain/time.ts'
import { openDatabase } from './database.ts'
import type { HourSum, StoredSlot } from './hours.ts'
import { readHours, sumHours } from './hours.ts'
import { Housekeeper } from './housekeeper.ts'
import type { IngestBatch } from './ingest-batch.ts'
import { IngestWriter } from './ingest-writer.ts'
import { migrate } from './migrations.ts'
import { readSlots } from './readings.ts'
import type { ReadingsSchema } from './schema.ts'
import { SLOT_COLUMNS } from './schema.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const MIDNIGHT = Date.UTC(2026, 5, 19, 22)
const LATER = Date.UTC(2027, 7, 1)
const HOUSES = ['casa_A', 'casa_B', 'casa_C']
const cleanups: (() => unknown)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

async function setUp(file = ':memory:') {
  const db = file === ':memory:' ? new Database(file) : openDatabase({ name: '', file, readonly: false })
  cleanups.push(() => db.close())
  const readings = new Kysely<ReadingsSchema>({ dialect: new SqliteDialect({ database: db }) })
  await migrate(readings as Kysely<unknown>, 'readings')
  return { db, readings, writer: new IngestWriter(db), keeper: new Housekeeper(db) }
}

type Hub = Awaited<ReturnType<typeof setUp>>

/** Every step that is due at `now`, one after the other. */
function keep({ keeper }: Pick<Hub, 'keeper'>, now: number, mayDelete = true): string[] {
  const due = retentionDue(now, DEFAULT_RETENTION, 'Europe/Rome')
  const did: string[] = []
  for (let afterReading = 0; ; ) {
    const step = keeper.step({ now, due, delete: mayDelete, afterReading })
    if (step.did === 'nothing') return did
    did.push(step.did)
    afterReading = step.afterReading
  }
}

function putSlot(db: Database.Database, start: number, house: string, values: readonly number[]): void {
  const marks = SLOT_COLUMNS.map(() => '?').join(', ')
  db.prepare(`insert or replace into slot values (?, ?, ${marks})`).run(start, house, ...values)
  db.prepare('insert or ignore into unrolled values (?)').run(start - (start % HOUR))
}

const wh = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.double({ min: 0, max: 900, noNaN: true }) },
)
const seconds = fc.constantFrom(0, 300, 300, 150, 299.95)
const slots = fc.uniqueArray(
  fc.record({
    n: fc.nat(6 * 12 - 1),
    house: fc.constantFrom(...HOUSES),
    values: fc.tuple(wh, wh, wh, wh, seconds, seconds, seconds, seconds, seconds, seconds),
  }),
  { selector: (slot) => `${slot.n} ${slot.house}`, minLength: 1, maxLength: 80 },
)

const DAYS = [
  { start: MIDNIGHT, end: MIDNIGHT + 2 * HOUR },
  { start: MIDNIGHT + 2 * HOUR, end: MIDNIGHT + 6 * HOUR },
]

async function numbers({ readings }: Pick<Hub, 'readings'>) {
  const range = { from: MIDNIGHT, to: MIDNIGHT + 6 * HOUR }
  return {
    hours: await readHours(readings, range),
    pairs: await readSlots(readings, { ...range, houses: ['casa_B', 'casa_C'], groupMs: 2 * HOUR }),
    community: await sumHours(readings, DAYS, null),
    house: await sumHours(readings, DAYS, 'casa_B'),
  }
}

type Numbers = Awaited<ReturnType<typeof numbers>>

function expectSame(got: Numbers, wanted: Numbers): void {
  const flat = ({ hours, pairs, community, house }: Numbers) => [
    ...[...hours, ...pairs].flatMap((s: StoredSlot) => [s.start, s.house, ...SLOT_FIELDS.map((f) => s.energy[f])]),
    ...[...community, ...house].flatMap((s: HourSum | null) =>
      s === null ? [null] : [s.givenWh, s.takenWh, ...SLOT_FIELDS.map((f) => s.energy[f])],
    ),
  ]
  const [a, b] = [flat(got), flat(wanted)]
  expect(a.length).toBe(b.length)
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? null
    if (typeof value !== 'number' || typeof other !== 'number') expect(value).toBe(other)
    else if (!(Math.abs(value - other) <= 1e-9 * Math.max(1, Math.abs(other))))
      expect({ i, value }).toEqual({ i, value: other })
  }
}

describe('the numbers of an hour, a day and a month', () => {
  it('are the same before and after roll-up, and when the slots are gone', async () => {
    const hub = await setUp()
    await fc.assert(
      fc.asyncProperty(slots, slots, async (first, late) => {
        for (const table of ['slot', 'hour', 'community_hour', 'unrolled']) hub.db.exec(`delete from ${table}`)
        for (const { n, house, values } of first) putSlot(hub.db, MIDNIGHT + n * SLOT, house, values)
        const before = await numbers(hub)
        keep(hub, NOON, false)
        expectSame(await numbers(hub), before)
        // Late readings change slots of hours that are rolled up already.
        for (const { n, house, values } of late) putSlot(hub.db, MIDNIGHT + n * SLOT, house, values)
        const changed = await numbers(hub)
        keep(hub, NOON, false)
        expectSame(await numbers(hub), changed)
        keep(hub, LATER)
        expect(hub.db.prepare('select count(*) as n from slot').get()).toEqual({ n: 0 })
        expectSame(await numbers(hub), changed)
      }),
      { numRuns: 60 },
    )
  })

  it('in the middle of it: some hours rolled up, some retired', async () => {
    const hub = await setUp()
    for (let n = 0; n < 72; n += 1)
      putSlot(hub.db, MIDNIGHT + n * SLOT, HOUSES[n % 3] ?? '', [n, 2, 1, n / 7, 300, 0, 300, 0, 300, 0])
    const before = await numbers(hub)
    const due = retentionDue(LATER, DEFAULT_RETENTION, 'UTC')
    let did = ''
    while (did !== 'nothing') {
      did = hub.keeper.step({ now: LATER, due, delete: true, afterReading: 0 }).did
      expectSame(await numbers(hub), before)
    }
  })

  it('a finer step than the hour is missing once the slots are gone, not zero', async () => {
    const hub = await setUp()
    putSlot(hub.db, MIDNIGHT, 'casa_A', [5, 5, 0, 0, 300, 0, 300, 0, 300, 0])
    keep(hub, LATER)
    expect(await readSlots(hub.readings, { from: MIDNIGHT, to: MIDNIGHT + HOUR })).toEqual([])
    expect(
      await readSlots(hub.readings, { from: MIDNIGHT, to: MIDNIGHT + HOUR, houses: ['casa_A'], groupMs: 3 * SLOT }),
    ).toEqual([])
    expect(await readHours(hub.readings, { from: MIDNIGHT, to: MIDNIGHT + HOUR })).toHaveLength(1)
  })
})

describe('a step', () => {
  it('that is cut off changes nothing, and is done again', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'solar-family-keep-'))
    cleanups.push(() => rmSync(dir, { recursive: true }))
    const hub = await setUp(join(dir, 'readings.db'))
    for (let n = 0; n < 24; n += 1) putSlot(hub.db, MIDNIGHT + n * SLOT, 'casa_A', [n, n, 0, 0, 300, 0, 300, 0, 300, 0])
    const before = await numbers(hub)
    for (const [table, action] of [
      ['unrolled', 'delete'],
      ['slot', 'delete'],
    ] as const) {
      hub.db.exec(`create trigger power_cut before ${action} on ${table} begin select raise(abort, 'cut'); end`)
      expect(() => keep(hub, LATER)).toThrow('cut')
      expect(hub.db.prepare('select count(*) as n from slot').get()).toEqual({ n: 24 })
      expectSame(await numbers(hub), before)
      hub.db.exec('drop trigger power_cut')
      if (table === 'unrolled') expect(hub.db.prepare('select count(*) as n from hour').get()).toEqual({ n: 0 })
    }
    hub.db.close()
    const again = await setUp(join(dir, 'readings.db'))
    expect(keep(again, LATER)).toEqual(['slots', 'slots'])
    expect(keep(again, LATER)).toEqual([])
    expectSame(await numbers(again), before)
  })

  it('rolls up an hour only when it is over, and keeps what it was told until then', async () => {
    const hub = await setUp()
    putSlot(hub.db, NOON, 'casa_A', [1, 1, 0, 0, 300, 0, 300, 0, 300, 0])
    expect(keep(hub, NOON + HOUR + 4 * MINUTE)).toEqual([])
    expect(keep(hub, NOON + HOUR + 5 * MINUTE)).toEqual(['rolled'])
  })

  it('frees pages that new rows take: the file does not grow', async () => {
    const hub = await setUp()
    const pages = () => Number(hub.db.pragma('page_count', { simple: true }))
    const fill = (from: number) => {
      for (let n = 0; n < 3000; n += 1)
        putSlot(hub.db, from + n * SLOT, 'casa_A', [n, n, 0, n / 3, 300, 0, 300, 0, 300, 0])
    }
    fill(MIDNIGHT)
    keep(hub, LATER)
    const full = pages()
    fill(LATER)
    expect(pages()).toBeLessThanOrEqual(full + 2)
  })
})

const none = { boot: null, seq: null, producedWh: null, consumedWh: null, importedWh: null, exportedWh: null }
const LIMITS = { productionW: 7500, consumptionW: 60_000 }

function batch(now: number, readings: readonly Reading[], intervals: readonly IntervalReading[] = []): IngestBatch {
  return {
    now,
    readings,
    intervals,
    nodes: [],
    refusals: [],
    limits: Object.fromEntries(HOUSES.map((h) => [h, LIMITS])),
  }
}

function reading(at: number, more: Partial<Reading> = {}): Reading {
  return { house: 'casa_A', series: 'bilancio', at, productionW: 1200, consumptionW: 600, ...none, ...more }
}

const total = (slots: readonly StoredSlot[]) => slots.reduce((sum, s) => sum + s.energy.producedWh, 0)

describe('raw readings', () => {
  const count = (hub: Hub, table = 'reading') =>
    (hub.db.prepare(`select count(*) as n from ${table}`).get() as { n: number }).n

  /** A node that reports every minute for ten days, with the keeping of every hour. */
  async function tenDays(): Promise<Hub> {
    const hub = await setUp()
    for (let hour = NOON; hour < NOON + 10 * DAY; hour += HOUR) {
      const readings = Array.from({ length: 60 }, (_, i) => reading(hour + i * MINUTE))
      hub.writer.commit(batch(hour + HOUR, readings))
      keep(hub, hour + HOUR)
    }
    return hub
  }

  it('go after 7 days, with what says that the house was heard', async () => {
    const hub = await tenDays()
    const oldest = (hub.db.prepare('select min(at) as at from reading').get() as { at: number }).at
    const now = NOON + 10 * DAY
    expect(oldest).toBeLessThan(now - MAX_AGE - HOUR)
    expect(oldest).toBeGreaterThan(now - MAX_AGE - DAY)
    expect(hub.db.prepare('select min(start) as at from heard').get()).toEqual({ at: oldest - (oldest % SLOT) })
    expect(total(await readHours(hub.readings, { from: NOON, to: now }))).toBeCloseTo(240 * 1200, -2)
  })

  it('that are 7 days late count as if nothing had been retired', async () => {
    const hub = await tenDays()
    const kept = await setUp()
    for (let hour = NOON; hour < NOON + 10 * DAY; hour += HOUR) {
      kept.writer.commit(
        batch(
          hour + HOUR,
          Array.from({ length: 60 }, (_, i) => reading(hour + i * MINUTE)),
        ),
      )
    }
    const now = NOON + 10 * DAY
    const late = [0, 17, 43].map((m) => reading(now - MAX_AGE + m * MINUTE + 30_000, { productionW: 4000 }))
    for (const h of [hub, kept]) h.writer.commit(batch(now, late))
    const range = { from: NOON, to: now, groupMs: SLOT }
    const [got, wanted] = [await readSlots(hub.readings, range), await readSlots(kept.readings, range)]
    expect(got.length).toBe(wanted.length)
    for (const [i, slot] of got.entries())
      for (const field of SLOT_FIELDS) expect(slot.energy[field]).toBeCloseTo(wanted[i]?.energy[field] ?? Number.NaN, 6)
  })

  it('of a house that fell silent stay until a late one can no longer need them', async () => {
    const hub = await setUp()
    hub.writer.commit(batch(NOON, [reading(NOON), reading(NOON + MINUTE, { house: 'casa_B' })]))
    keep(hub, NOON)
    keep(hub, NOON + 20 * DAY)
    hub.writer.commit(batch(NOON + 20 * DAY, [reading(NOON + 20 * DAY, { house: 'casa_B' })]))
    keep(hub, NOON + 20 * DAY)
    expect(count(hub)).toBe(3)
    keep(hub, NOON + 40 * DAY)
    expect([count(hub), count(hub, 'heard')]).toEqual([1, 1])
  })

  it('of a replayed past stay 7 days from their arrival, and are not counted again after that', async () => {
    const hub = await setUp()
    const past = NOON - 300 * DAY
    const rows = Array.from({ length: 24 * 60 }, (_, i) =>
      reading(past + i * MINUTE, { boot: 0, seq: past + i * MINUTE }),
    )
    hub.writer.commit(batch(NOON, rows))
    keep(hub, NOON)
    expect(count(hub)).toBe(rows.length)
    const before = total(await readHours(hub.readings, { from: 0, to: NOON }))
    hub.writer.commit(batch(NOON + 8 * DAY, [reading(NOON + 8 * DAY)]))
    keep(hub, NOON + 8 * DAY)
    expect(count(hub)).toBeLessThan(rows.length / 2)
    const outcome = hub.writer.commit(batch(NOON + 8 * DAY, rows))
    expect(outcome.duplicateReadings).toHaveLength(rows.length)
    expect(total(await readHours(hub.readings, { from: 0, to: NOON }))).toBeCloseTo(before, 6)
  })

  it('a replay into hours whose slots are gone only fills what they lack', async () => {
    const hub = await setUp()
    const interval = (house: string, producedWh: number, consumedWh: number | null, durationMs = HOUR) => ({
      house,
      at: MIDNIGHT,
      durationMs,
      producedWh,
      consumedWh,
    })
    hub.writer.commit(batch(NOON, [], [interval('casa_A', 600, null)]))
    keep(hub, LATER)
    hub.writer.commit(batch(LATER, [], [interval('casa_A', 800, 300, HOUR + 1), interval('casa_B', 100, 100)]))
    keep(hub, LATER)
    const hours = await readHours(hub.readings, { from: MIDNIGHT, to: MIDNIGHT + HOUR })
    expect(hours.map((h) => [h.house, Math.round(h.energy.producedWh), Math.round(h.energy.consumedWh)])).toEqual([
      ['casa_A', 600, 300],
      ['casa_B', 100, 100],
    ])
  })
})
