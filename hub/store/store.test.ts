import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { sql } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import { SLOT } from '../domain/time.ts'
import { addHouses, listHouses } from './houses.ts'
import type { IngestBatch } from './ingest-batch.ts'
import { countReadings, readLatest, readNodes, readRefusals, readSlots } from './readings.ts'
import type { Store } from './store.ts'
import { dataVersion, openControl, openStore, storeFiles } from './store.ts'
import { DatabaseThread, StoreError } from './thread.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'solar-family-store-'))
  cleanups.push(() => rmSync(dir, { recursive: true }))
  return dir
}

async function store(dir = folder()): Promise<Store> {
  const opened = await openStore(dir)
  cleanups.push(() => opened.close())
  return opened
}

function thread(file: string, readonly = false): DatabaseThread {
  const made = new DatabaseThread([{ name: 'db', file, readonly }])
  made.start()
  cleanups.push(() => made.stop())
  return made
}

const query = (on: DatabaseThread, text: string, parameters: unknown[] = [], database = 'db') =>
  on.call({ op: 'query', database, sql: text, parameters })

const bare = { boot: null, seq: null, producedWh: null, consumedWh: null, importedWh: null, exportedWh: null }
function batch(minutes: readonly number[], more: Partial<IngestBatch> = {}): IngestBatch {
  const readings = minutes.map((m) => ({
    ...{ house: 'a', series: 'bilancio' as const, at: NOON + m * 60_000, productionW: 1200, consumptionW: 600 },
    ...bare,
  }))
  return {
    now: NOON,
    readings,
    intervals: [],
    nodes: [],
    refusals: [],
    limits: { a: { productionW: 5000, consumptionW: 60_000 } },
    ...more,
  }
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error) => (error instanceof StoreError ? error.code : error),
  )

describe('the thread', () => {
  it.each([
    ['a constraint', 'insert into t values (1)', [], 'db', 'SQLITE_CONSTRAINT_PRIMARYKEY'],
    ['bad SQL', 'selec 1', [], 'db', 'SQLITE_ERROR'],
    ['a value SQLite has no type for', 'select ?', [true], 'db', 'INTERNAL'],
    ['an unknown database', 'select 1', [], 'other', 'INTERNAL'],
  ])('says what SQLite said: %s', async (_, text, parameters, database, code) => {
    const db = thread(join(folder(), 'a.db'))
    await query(db, 'create table t (id integer primary key)')
    await query(db, 'insert into t values (1)')
    expect(await codeOf(query(db, text, parameters, database))).toBe(code)
    expect(await query(db, 'select count(*) as n from t')).toMatchObject({ rows: [{ n: 1 }] })
  })

  it('says when a file is no database, is missing, or may not be written', async () => {
    const dir = folder()
    expect(await codeOf(query(thread(join(dir, 'none.db'), true), 'select 1'))).toBe('SQLITE_CANTOPEN')
    const junk = new Database(join(dir, 'a.db'))
    junk.exec('create table t (x)')
    junk.close()
    expect(await codeOf(query(thread(join(dir, 'a.db'), true), 'insert into t values (1)'))).toBe('SQLITE_READONLY')
  })

  it('says SQLITE_FULL when there is no room, and goes on when there is again', async () => {
    const db = thread(join(folder(), 'a.db'))
    await query(db, 'create table t (x)')
    await query(db, 'pragma max_page_count = 4')
    expect(await codeOf(query(db, 'insert into t values (zeroblob(100000))'))).toBe('SQLITE_FULL')
    await query(db, 'pragma max_page_count = 1000')
    expect(await codeOf(query(db, 'insert into t values (zeroblob(100000))'))).toBe('done')
  })

  it('answers what was asked before it stopped, and refuses what comes after', async () => {
    const db = thread(join(folder(), 'a.db'))
    const asked = [
      query(db, 'create table t (x)'),
      ...Array.from({ length: 50 }, (_, i) => query(db, 'insert into t values (?)', [i])),
      query(db, 'select count(*) as n from t'),
    ]
    const stopped = db.stop()
    const after = codeOf(query(db, 'select 1'))
    expect((await Promise.all(asked)).at(-1)).toMatchObject({ rows: [{ n: 50 }] })
    await stopped
    expect([await after, await codeOf(query(db, 'select 1'))]).toEqual(['CLOSED', 'CLOSED'])
    await db.stop()
  })

  it('is not running before it starts', async () => {
    const db = new DatabaseThread([{ name: 'db', file: ':memory:', readonly: false }])
    expect(await codeOf(query(db, 'select 1'))).toBe('CLOSED')
    await db.stop()
  })

  it('lives on when it is asked what cannot be sent to it', async () => {
    const db = thread(join(folder(), 'a.db'))
    expect(await codeOf(query(db, 'select ?', [() => 1]))).not.toBe('done')
    expect(await query(db, 'select 1 as one')).toEqual({ rows: [{ one: 1 }] })
  })
})

describe('the control database', () => {
  const keyed = {
    id: 'a',
    name: 'A',
    peakPower: 3000,
    tilt: null,
    azimuth: null,
    connectionLimit: null,
    shown: true,
    keyHash: 'x',
  }

  it('rolls a transaction back over the thread', async () => {
    const { control, view } = await store()
    const failed = control.transaction().execute(async (trx) => {
      await trx.insertInto('setting').values({ key: 'k', value: '1', updated_at: 1 }).execute()
      throw new Error('changed my mind')
    })
    await expect(failed).rejects.toThrow('changed my mind')
    await expect(addHouses(control, [keyed, keyed], NOON)).rejects.toMatchObject({
      code: 'SQLITE_CONSTRAINT_PRIMARYKEY',
    })
    expect(await view.selectFrom('setting').selectAll().execute()).toEqual([])
    expect(await listHouses(view)).toEqual([])
  })

  it('keeps transactions that run at once apart', async () => {
    const { control } = await store()
    const work = Array.from({ length: 8 }, (_, i) =>
      control.transaction().execute(async (trx) => {
        await trx
          .insertInto('setting')
          .values({ key: `k${i}`, value: '1', updated_at: 1 })
          .execute()
        await trx.selectFrom('setting').selectAll().execute()
        if (i % 2 === 1) throw new Error('no')
      }),
    )
    await Promise.allSettled(work)
    expect((await control.selectFrom('setting').select('key').orderBy('key').execute()).map((r) => r.key)).toEqual([
      'k0',
      'k2',
      'k4',
      'k6',
    ])
  })

  it('counts what was changed', async () => {
    const { control } = await store()
    await addHouses(control, [keyed, { ...keyed, id: 'b' }], NOON)
    const { numUpdatedRows } = await control.updateTable('house').set({ shown: 0 }).executeTakeFirstOrThrow()
    const inserted = await control
      .insertInto('audit')
      .values({ at: 1, who: 'a', what: 'b', detail: '' })
      .returning('id')
      .executeTakeFirstOrThrow()
    expect([numUpdatedRows, inserted.id]).toEqual([2n, 1])
  })

  it('is read only through the view, and tells it of every change of a command', async () => {
    const dir = folder()
    const { view, control } = await store(dir)
    await expect(view.deleteFrom('house').execute()).rejects.toMatchObject({ code: 'SQLITE_READONLY' })
    const before = await dataVersion(view)
    expect(await dataVersion(view)).toBe(before)
    const command = await openControl(dir)
    await addHouses(command, [keyed], NOON)
    await command.destroy()
    const after = await dataVersion(view)
    expect(after).not.toBe(before)
    expect(await listHouses(view)).toEqual([keyed])
    await control.deleteFrom('house').execute()
    expect(await dataVersion(view)).not.toBe(after)
  })
})

describe('the readings database', () => {
  it('shows what was committed, and keeps it', async () => {
    const dir = folder()
    const first = await openStore(dir)
    const status = { online: true, at: NOON, fw: '1.0.0', boot: 1, uptimeS: 5 }
    const refusal = { reason: 'formato' as const, campo: 'ts', valore: 'x', atteso: 'y' }
    const outcome = await first.ingest(
      batch([0, 5, 10], { nodes: [{ house: 'a', status }], refusals: [{ house: 'a', refusal }] }),
    )
    expect(outcome.latest).toEqual([
      [
        'a',
        {
          production: { w: 1200, at: NOON + 2 * SLOT, series: 'bilancio' },
          consumption: { w: 600, at: NOON + 2 * SLOT },
        },
      ],
    ])
    await first.close()
    const { readings } = await store(dir)
    expect(await readLatest(readings)).toEqual(new Map(outcome.latest))
    expect(await readNodes(readings)).toEqual(new Map([['a', status]]))
    expect(await readRefusals(readings)).toMatchObject([{ house: 'a', reason: 'formato', count: 1, campo: 'ts' }])
    expect(await countReadings(readings)).toBe(3)
  })

  it('sums slots by group, house and range', async () => {
    const { readings, ingest } = await store()
    expect(await countReadings(readings)).toBe(0)
    await ingest(batch([0, 5, 10, 15, 20]))
    await ingest({ ...batch([0, 5]), readings: batch([0, 5]).readings.map((r) => ({ ...r, house: 'b' })), limits: {} })
    const rows = async (range: Parameters<typeof readSlots>[1]) =>
      (await readSlots(readings, range)).map((s) => [
        s.house,
        (s.start - NOON) / 60_000,
        Math.round(s.energy.producedWh),
        Math.round(s.energy.consumptionMeasuredS),
      ])
    const day = { from: NOON, to: NOON + 12 * SLOT }
    expect(await rows({ from: NOON, to: NOON + 2 * SLOT })).toEqual([
      ['a', 0, 100, 300],
      ['b', 0, 100, 300],
      ['a', 5, 100, 300],
    ])
    expect(await rows({ ...day, groupMs: 3 * SLOT })).toEqual([
      ['a', 0, 300, 900],
      ['b', 0, 100, 300],
      ['a', 15, 100, 300],
    ])
    expect(await rows({ ...day, houses: ['b'] })).toEqual([['b', 0, 100, 300]])
    expect(await rows({ ...day, houses: [] })).toEqual([])
  })

  it('is written and read while a transaction of control is open', async () => {
    const { readings, control, view, ingest } = await store()
    await control.transaction().execute(async (trx) => {
      await trx.insertInto('setting').values({ key: 'k', value: '1', updated_at: 1 }).execute()
      await ingest(batch([0, 5]))
      expect(await countReadings(readings)).toBe(2)
      expect(await view.selectFrom('setting').selectAll().execute()).toEqual([])
    })
    expect(await view.selectFrom('setting').selectAll().execute()).toHaveLength(1)
  })
})

describe('opening', () => {
  it('syncs every commit and keeps the folder from others', async () => {
    const dir = join(folder(), 'data')
    const { control } = await store(dir)
    expect((await sql<{ synchronous: number }>`pragma synchronous`.execute(control)).rows).toEqual([{ synchronous: 2 }])
    expect((await sql<{ journal_mode: string }>`pragma journal_mode`.execute(control)).rows).toEqual([
      { journal_mode: 'wal' },
    ])
    expect(statSync(dir).mode & 0o007).toBe(0)
    expect(storeFiles(dir)).toEqual({ control: join(dir, 'control.db'), readings: join(dir, 'readings.db') })
  })
})
