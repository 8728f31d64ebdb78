import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOUR } from '../domain/time.ts'
import type { Manifest } from './backup.ts'
import { checkBackup, instantIn, makeBackup, stampedName } from './backup.ts'
import { checkDatabase, copyDatabase } from './copy.ts'
import { putInPlace, SLOTS_COPY, unpackBackup } from './restore.ts'
import { updateSlotsCopy } from './slots-copy.ts'
import { openStore, storeFiles } from './store.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
let dir = ''
let data = ''
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'solar-family-backup-'))
  data = join(dir, 'data')
  await (await openStore(data)).close()
  write('readings', (db) => addRows(db, 0, 50))
  write('control', (db) => db.exec(`insert into setting values ('name', '"Via Roma"', 1)`))
})
afterEach(() => rmSync(dir, { recursive: true }))

function write(kind: 'control' | 'readings', work: (db: Database.Database) => unknown): void {
  const db = new Database(storeFiles(data)[kind])
  try {
    work(db)
  } finally {
    db.close()
  }
}

function addRows(db: Database.Database, from: number, to: number): void {
  const reading = db.prepare(`insert into reading (at, house, series, production_w) values (?, 'a', 0, 100)`)
  const slot = db.prepare(`insert or replace into slot values (?, 'a', 8, 4, 0, 4, 300, 0, 300, 0, 300, 0)`)
  db.transaction(() => {
    for (let i = from; i < to; i += 1) {
      reading.run(NOON + i * 1000)
      slot.run(NOON - i * HOUR)
    }
  })()
}

function rows(file: string, table: string): number {
  const db = new Database(file, { readonly: true })
  try {
    return Number(db.prepare(`select count(*) from ${table}`).pluck().get())
  } finally {
    db.close()
  }
}

const file = () => join(dir, 'street.tar')
const backup = (withRaw = true): Promise<Manifest> =>
  makeBackup({ dataDir: data, file: file(), withRaw, at: NOON, program: '1.2.3' })

async function unpack(into: string, source: string) {
  const archive = openSync(source, 'r')
  try {
    return await unpackBackup(into, { file: archive, name: source })
  } finally {
    closeSync(archive)
  }
}

describe('a backup', () => {
  it('holds everything, says so, and opens with any tar', async () => {
    const manifest = await backup()
    expect(manifest).toMatchObject({ created: '2026-06-21T12:00:00Z', program: '1.2.3', raw: true })
    expect(manifest.files.map((f) => [f.name, f.rows['reading'], f.rows['setting']])).toEqual([
      ['control.db', undefined, 1],
      ['readings.db', 50, undefined],
    ])
    expect(execFileSync('tar', ['tf', file()], { encoding: 'utf8' }).trim().split('\n')).toEqual([
      'manifest.json',
      'control.db',
      'readings.db',
    ])
    expect(statSync(file()).mode & 0o077).toBe(0)
    expect(checkBackup(file())).toBeNull()
    expect(readdirSync(dir).sort()).toEqual(['data', 'street.tar'])
  })

  it('without raw readings keeps their tables, empty', async () => {
    const manifest = await backup(false)
    expect(manifest.files[1]?.rows).toMatchObject({ reading: 0, heard: 0, slot: 50 })
  })

  it('is of one instant, whatever is written meanwhile', async () => {
    const { ingest, close } = await openStore(data)
    const nothing = { readings: [], intervals: [], nodes: [], limits: {} }
    const writes = Array.from({ length: 200 }, (_, i) =>
      ingest({
        ...nothing,
        now: NOON + i,
        refusals: [{ house: `h${i}`, refusal: { reason: 'x', campo: '', valore: '', atteso: '' } as never }],
      }),
    )
    const manifest = await backup()
    await Promise.all(writes)
    await close()
    const restored = await unpack(join(dir, 'other'), file())
    expect(restored).toMatchObject({ ok: true })
    expect(manifest.files[1]?.rows['refusal']).toBeLessThanOrEqual(200)
  })

  it('of a damaged database is not made', async () => {
    const { readings } = storeFiles(data)
    const bytes = readFileSync(readings)
    bytes.fill(0xa5, 8192, bytes.length - 4096)
    writeFileSync(readings, bytes)
    await expect(backup()).rejects.toThrow()
    expect(readdirSync(dir)).toEqual(['data'])
  })

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 20_000), 'not a complete backup'],
    ['with a byte changed', (bytes: Buffer) => bytes.fill(bytes[9000] === 7 ? 8 : 7, 9000, 9001), 'is damaged'],
    ['that is something else', () => Buffer.from('hello'), 'not a complete backup'],
    ['without its manifest', (bytes: Buffer) => bytes.subarray(1024), 'not a complete backup'],
  ])('%s is not restored', async (_, damage, why) => {
    await backup()
    writeFileSync(file(), damage(readFileSync(file())))
    const unpacked = await unpack(join(dir, 'other'), file())
    expect(unpacked).toMatchObject({ ok: false, error: expect.stringContaining(why) })
    expect(readdirSync(join(dir, 'other'))).toEqual([])
  })
})

describe('restoring', () => {
  it('puts every row back on a blank machine', async () => {
    await backup()
    const other = join(dir, 'other')
    const unpacked = await unpack(other, file())
    if (!unpacked.ok) throw new Error(unpacked.error)
    expect(putInPlace(other, unpacked.value, NOON)).toEqual([])
    expect(readdirSync(other).sort()).toEqual(['control.db', 'readings.db'])
    expect(rows(storeFiles(other).readings, 'reading')).toBe(50)
    await (await openStore(other)).close()
  })

  it('keeps what was there, with what was in its log', async () => {
    await backup()
    const before = new Database(storeFiles(data).readings)
    addRows(before, 50, 60)
    const unpacked = await unpack(data, file())
    if (!unpacked.ok) throw new Error(unpacked.error)
    const aside = putInPlace(data, unpacked.value, NOON)
    before.close()
    expect(aside).toEqual(['readings.db.before-restore-20260621T120000Z', 'control.db.before-restore-20260621T120000Z'])
    expect(rows(join(data, aside[0] ?? ''), 'reading')).toBe(60)
    expect(rows(storeFiles(data).readings, 'reading')).toBe(50)
  })

  it('refuses what a newer program made', async () => {
    write('readings', (db) => db.exec(`insert into kysely_migration values ('9999-later', '2030')`))
    await backup()
    expect(await unpack(join(dir, 'other'), file())).toMatchObject({
      ok: false,
      error: expect.stringContaining('9999-later'),
    })
  })

  it('takes the newest sound copies from the folder of the scheduled backups', async () => {
    const folder = join(dir, 'scheduled')
    const copy = async (at: number) => {
      const to = join(folder, stampedName('control', at, '.db'))
      await copyDatabase({ from: storeFiles(data).control, to, withRaw: true })
      return to
    }
    expect(await unpackBackup(join(dir, 'other'), { folder: dir })).toMatchObject({ ok: false })
    await makeBackup({ dataDir: data, file: file(), withRaw: false, at: NOON, program: '1' })
    execFileSync('mkdir', [folder])
    const good = await copy(NOON)
    writeFileSync(await copy(NOON + HOUR), 'garbage')
    execFileSync('cp', [file(), join(folder, stampedName('nightly', NOON, '.tar'))])
    const fromNight = await unpackBackup(join(dir, 'other'), { folder })
    expect(fromNight).toMatchObject({
      ok: true,
      value: {
        parts: [
          { kind: 'control', from: good },
          { kind: 'readings', from: expect.stringContaining('nightly') },
        ],
      },
    })
    await updateSlotsCopy({ from: storeFiles(data).readings, to: join(folder, SLOTS_COPY), since: null })
    const fromSlots = await unpackBackup(join(dir, 'other'), { folder })
    expect(fromSlots).toMatchObject({
      ok: true,
      value: { parts: [{ from: good }, { from: join(folder, SLOTS_COPY) }] },
    })
  })
})

describe('the copy of the slots', () => {
  const to = () => join(dir, SLOTS_COPY)
  const update = (since: number | null) => updateSlotsCopy({ from: storeFiles(data).readings, to: to(), since })

  it('is made whole, then takes only what is new or differs', async () => {
    expect((await update(NOON)).facts).not.toBeNull()
    expect([rows(to(), 'slot'), rows(to(), 'reading')]).toEqual([50, 0])
    expect(await update(NOON - 24 * HOUR)).toEqual({ changed: 0, facts: null })
    write('readings', (db) => {
      addRows(db, 50, 52)
      db.exec(`update slot set produced_wh = 9 where start >= ${NOON - HOUR}`)
      db.exec(`insert into slot values (${NOON + HOUR}, 'b', 1,1,1,1,1,1,1,1,1,1)`)
    })
    expect(await update(NOON - 24 * HOUR)).toMatchObject({ changed: 3 })
    expect(await update(NOON - 99 * HOUR)).toMatchObject({ changed: 2 })
    expect(rows(to(), 'slot')).toBe(53)
    expect(checkDatabase(to())).toBeNull()
  })

  it('is what the database is once all of it was compared, whatever was changed or deleted, and writes no more than that', async () => {
    await update(null)
    write('readings', (db) => {
      db.exec(`update slot set produced_wh = 9 where start = (select min(start) from slot)`)
      db.exec(`delete from slot where start = (select max(start) from slot)`)
      db.exec(`insert into hour select house, start, 1,1,1,1,1,1,1,1,1,1, 0 from slot limit 3`)
      db.exec(`insert into series values ('a', '[]'), ('b', '[]')`)
    })
    const { facts } = await update(null)
    expect(facts?.rows).toMatchObject({ slot: 49, hour: 3, series: 2, reading: 0 })
    write('readings', (db) => db.exec(`delete from hour; delete from series where house = 'a'`))
    expect(await update(null)).toMatchObject({ changed: 4, facts: { rows: { hour: 0, series: 1 } } })
    expect(await update(null)).toMatchObject({ changed: 0 })
    const all = (file: string) => new Database(file, { readonly: true }).prepare('select * from slot').all()
    expect(all(to())).toEqual(all(storeFiles(data).readings))
  })

  it.each([
    ['damaged', () => writeFileSync(to(), 'garbage '.repeat(4000))],
    ['of another schema', () => writeFileSync(to(), '')],
  ])('that is %s is made anew', async (_, spoil) => {
    await update(null)
    spoil()
    expect((await update(NOON)).facts).not.toBeNull()
    expect(rows(to(), 'slot')).toBe(50)
  })
})

it('reads the instant back from a name', () => {
  const name = stampedName('control', NOON + 1500, '.db')
  expect([name, instantIn(`/x/${name}`, 'control', '.db'), instantIn('control-x.db', 'control', '.db')]).toEqual([
    'control-20260621T120001Z.db',
    NOON + 1000,
    null,
  ])
  expect(instantIn(`/x/${name}.partial`, 'control', '.db')).toBeNull()
})
