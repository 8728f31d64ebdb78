import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, SLOT } from '../domain/time.ts'
import { stampedName } from './backup.ts'
import { copyDatabase } from './copy.ts'
import type { IngestBatch } from './ingest-batch.ts'
import { IngestWriter } from './ingest-writer.ts'
import { makeFresh, mendFiles } from './mend.ts'
import type { RecoverOutcome } from './recover.ts'
import { recoverReadings } from './recover.ts'
import { SLOTS_COPY } from './restore.ts'
import { SLOT_COLUMNS } from './schema.ts'
import { updateSlotsCopy } from './slots-copy.ts'
import { migrateFile, openStore, storeFiles } from './store.ts'
import { swapReadings } from './swap.ts'

// On real files, damaged as cards and disks damage them.

const NOON = Date.UTC(2026, 5, 21, 12)
const HOUSES = ['a', 'b', 'c', 'd', 'e']
const PAGE = 4096
const MINUTES = 1440

let dir = ''
let files = storeFiles('')
let backups = ''
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'solar-family-recover-'))
  files = storeFiles(dir)
  backups = join(dir, 'backups')
  await migrateFile(files.control, 'control')
  await migrateFile(files.readings, 'readings')
})
afterEach(() => rmSync(dir, { recursive: true }))

function batch(fromMinute: number, minutes: number): IngestBatch {
  const readings = Array.from({ length: minutes }, (_, m) =>
    HOUSES.map((house) => ({
      ...{ house, series: 'bilancio' as const, at: NOON - DAY + (fromMinute + m) * MINUTE },
      ...{ productionW: 1200, consumptionW: 600, boot: 1, seq: fromMinute + m },
      ...{ producedWh: null, consumedWh: null, importedWh: null, exportedWh: null },
    })),
  ).flat()
  const limits = Object.fromEntries(HOUSES.map((house) => [house, { productionW: 5000, consumptionW: 60_000 }]))
  return { now: NOON + DAY, readings, intervals: [], nodes: [], refusals: [], limits }
}

/** A day of five houses, and a backup of its first twenty hours. */
async function fill(): Promise<void> {
  const db = new Database(files.readings)
  const writer = new IngestWriter(db)
  for (let m = 0; m < MINUTES; m += 60) {
    writer.commit(batch(m, 60))
    if (m === 20 * 60) {
      db.pragma('wal_checkpoint(TRUNCATE)')
      await updateSlotsCopy({ from: files.readings, to: prepared(SLOTS_COPY), since: null })
    }
  }
  db.close()
}

function prepared(name: string): string {
  mkdirSync(backups, { recursive: true })
  return join(backups, name)
}

const count = (table: string, where = 'true', file = files.readings): number => {
  const db = new Database(file, { readonly: true })
  try {
    return Number(db.prepare(`select count(*) from ${table} where ${where}`).pluck().get())
  } finally {
    db.close()
  }
}

const producedWh = (): number => {
  const db = new Database(files.readings, { readonly: true })
  try {
    return Number(db.prepare('select sum(produced_wh) from slot').pluck().get())
  } finally {
    db.close()
  }
}

/** Number of the page that holds the `nth` piece of a table or index, in its order. */
function leaf(name: string, nth: number): number {
  const db = new Database(files.readings, { readonly: true })
  try {
    const pages = db.prepare(`select pageno from dbstat where name = ? and pagetype = 'leaf' order by path`).pluck()
    return Number(pages.all(name).at(nth))
  } finally {
    db.close()
  }
}

const lastLeaf = (name: string, nth: number) => leaf(name, -1 - nth)

function overwrite(page: number, pages = 1): void {
  const file = openSync(files.readings, 'r+')
  let seed = page
  const noise = Buffer.from(
    Array.from({ length: pages * PAGE }, () => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff
      return seed >> 16
    }),
  )
  writeSync(file, noise, 0, noise.length, (page - 1) * PAGE)
  closeSync(file)
}

const recover = (): RecoverOutcome | null =>
  recoverReadings({ file: files.readings, control: files.control, slots: join(backups, SLOTS_COPY), now: NOON + DAY })

describe('a damaged readings.db', () => {
  it('is left alone when it is sound', async () => {
    await fill()
    expect(await mendFiles(dir, backups, NOON)).toEqual({
      ok: true,
      value: { control: null, readings: null, wholeReadings: true },
    })
    expect(recover()).toBeNull()
  })

  it('gives back nearly all when a few pages are overwritten', async () => {
    await fill()
    const [readings, slots, energy] = [count('reading'), count('slot'), producedWh()]
    // Slots that the backup has too, and three others.
    for (const page of [leaf('slot', 3), leaf('reading', 9), leaf('reading', 40), leaf('reading_at', 20)])
      overwrite(page)
    const mended = await mendFiles(dir, backups, NOON)
    expect(mended).toMatchObject({ ok: true, value: { readings: { aside: 'readings.db.corrupt-20260621T120000Z' } } })
    // The new file can be written to before anything is brought back.
    const db = new Database(files.readings)
    new IngestWriter(db).commit(batch(MINUTES, 60))
    db.close()
    const outcome = recover()
    expect(outcome?.unreadable).toBeGreaterThan(0)
    expect(count('reading')).toBeGreaterThan(0.93 * readings)
    expect(count('slot', `start < ${NOON - 4 * HOUR}`)).toBe((20 * HOUR * HOUSES.length) / SLOT)
    expect(count('slot')).toBeGreaterThan(slots)
    // An hour more of five houses at 1,200 W, and no slot counted twice.
    expect(producedWh()).toBeLessThanOrEqual(energy + 6000 + 1)
    expect(producedWh()).toBeGreaterThan(0.97 * energy)
    expect(existsSync(join(dir, 'readings.db.corrupt-20260621T120000Z'))).toBe(true)
    expect(count('sqlite_master', "name = 'recovery'")).toBe(0)
    expect(readdirSync(dir).filter((n) => n.endsWith('.rows') || n.includes('.fresh'))).toEqual([])
    expect(recover()).toBeNull()
  })

  it('gives back the energy of slots that are lost, or were half full when they were copied, from their raw readings', async () => {
    await fill()
    const [slots, energy] = [count('slot'), producedWh()]
    for (let n = 0; n < 4; n += 1) overwrite(lastLeaf('slot', n))
    expect(await mendFiles(dir, backups, NOON)).toMatchObject({ ok: true, value: { readings: {} } })
    const outcome = recover()
    expect(outcome?.rebuilt).toBeGreaterThan(0)
    expect([count('slot'), Math.round(producedWh())]).toEqual([slots, Math.round(energy)])
  })

  it.each([
    [
      'truncated to three fifths',
      () => truncateSync(files.readings, Math.floor((statSync(files.readings).size * 0.6) / PAGE) * PAGE),
    ],
    [
      'truncated within a page',
      () => truncateSync(files.readings, Math.floor(statSync(files.readings).size * 0.8) + 100),
    ],
    ['with its first 250 kB overwritten', () => overwrite(1, 62)],
    ['that is no database at all', () => writeFileSync(files.readings, 'garbage '.repeat(10_000))],
  ])('%s gives back what the backup has, and what can be read', async (_, damage) => {
    await fill()
    damage()
    expect(await mendFiles(dir, backups, NOON)).toMatchObject({
      ok: true,
      value: { readings: { why: expect.any(String) } },
    })
    expect(count('slot')).toBeLessThanOrEqual(5 * 25)
    recover()
    expect(count('slot', `start < ${NOON - 4 * HOUR}`)).toBe((20 * HOUR * HOUSES.length) / SLOT)
    expect(producedWh()).toBeLessThan(24.1 * 6000)
    const sound = new Database(files.readings)
    expect(sound.pragma('quick_check', { simple: true })).toBe('ok')
    sound.close()
  })

  it('goes on after a stop, and adds nothing twice', async () => {
    await fill()
    const [readings, energy] = [count('reading'), producedWh()]
    // Not damaged at all, so that everything comes back; slots could not be carried over.
    await makeFresh(files.readings)
    swapReadings(files.readings, NOON)
    const db = new Database(files.readings)
    db.exec(
      "update recovery set cut = null; delete from slot; create trigger stop before insert on hour begin select raise(abort, 'stop'); end",
    )
    db.exec('insert into unrolled values (0)')
    db.close()
    const bad = join(dir, 'readings.db.corrupt-20260621T120000Z')
    const damaged = new Database(bad)
    damaged.exec(
      `insert into hour (start, house, ${SLOT_COLUMNS.join(', ')}, final)
       select start - start % ${HOUR}, house, ${SLOT_COLUMNS.map((c) => `sum(${c})`).join(', ')}, 0 from slot group by 1, 2`,
    )
    damaged.close()
    expect(recover).toThrow('stop')
    const again = new Database(files.readings)
    again.exec('drop trigger stop')
    again.close()
    expect(recover()).not.toBeNull()
    expect([count('reading'), Math.round(producedWh())]).toEqual([readings, Math.round(energy)])
  })

  it('is replaced while the hub runs, and what comes next is stored', async () => {
    await fill()
    const store = await openStore(dir)
    try {
      await store.ingest(batch(MINUTES, 1))
      overwrite(2, 40)
      await makeFresh(files.readings)
      const aside = await store.replaceReadings(NOON)
      await store.ingest(batch(MINUTES + 1, 1))
      expect(existsSync(aside)).toBe(true)
      const rows = await store.readings
        .selectFrom('reading')
        .select('seq')
        .where('seq', '=', MINUTES + 1)
        .execute()
      expect(rows).toHaveLength(HOUSES.length)
    } finally {
      await store.close()
    }
    recover()
    expect(count('slot', `start < ${NOON - 4 * HOUR}`)).toBe((20 * HOUR * HOUSES.length) / SLOT)
  })
})

describe('a damaged control.db', () => {
  const garbage = () => writeFileSync(files.control, 'garbage '.repeat(2000))

  it('gives way to its newest sound copy, in which nobody is signed in', async () => {
    const db = new Database(files.control)
    db.exec(`insert into setting values ('name', '"Via Roma"', 1); insert into session values ('x', 'anna', 1, 2)`)
    db.exec(`insert into effect (at, effect) values (1, '{}')`)
    db.close()
    await copyDatabase({ from: files.control, to: prepared(stampedName('control', NOON, '.db')), withRaw: true })
    writeFileSync(prepared(stampedName('control', NOON + HOUR, '.db')), 'garbage')
    garbage()
    expect(await mendFiles(dir, backups, NOON + DAY)).toMatchObject({
      ok: true,
      value: {
        control: { aside: 'control.db.corrupt-20260622T120000Z', from: expect.stringContaining('20260621T120000Z') },
      },
    })
    expect(count('setting', 'true', files.control)).toBe(1)
    expect(count('session', 'true', files.control)).toBe(0)
    expect(count('effect', 'performed_at is null', files.control)).toBe(0)
  })

  it('without a copy is left as it is, with a word on what to do', async () => {
    garbage()
    const mended = await mendFiles(dir, backups, NOON)
    expect(mended).toMatchObject({ ok: false, error: expect.stringContaining('solar-family restore FILE --force') })
    expect(existsSync(files.control)).toBe(true)
  })
})
