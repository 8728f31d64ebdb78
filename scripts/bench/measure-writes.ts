import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { powerLimits } from '../../hub/domain/energy.ts'
import type { House } from '../../hub/domain/house.ts'
import type { Reading } from '../../hub/domain/reading.ts'
import { HOUR, MINUTE, SECOND } from '../../hub/domain/time.ts'
import { makeBackup } from '../../hub/store/backup.ts'
import { openDatabase } from '../../hub/store/database.ts'
import { IngestWriter } from '../../hub/store/ingest-writer.ts'
import { updateSlotsCopy } from '../../hub/store/slots-copy.ts'
import { openStore, storeFiles } from '../../hub/store/store.ts'
import { dataFolder } from './folders.ts'
import { houseId, peakOf } from './houses.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'
import { makeYear } from './year-database.ts'

const HOUSES = 100
const PERIOD = 5 * SECOND
const DAY_MS = 86_400 * SECOND
/** What is in the file before anything is counted: an index that has grown is written on more pages. */
const WARM = HOUR
const BEGIN = Date.UTC(2026, 5, 21)

/**
 * What a community's usual pace, a message every 5 s, writes to the disk in a day: the hub's own writer commits what
 * arrives within each interval, `minutes` of it, and Linux counts the bytes of this process (`write_bytes`, pages of
 * 4 KiB, write-ahead log and checkpoints included). How fast the machine is plays no part.
 */
export async function measureWrites(
  intervalsMs: readonly number[],
  { minutes, days }: { readonly minutes: number; readonly days: number },
): Promise<Row[]> {
  const result = await backupWrites(days)
  for (const interval of intervalsMs) {
    const dataDir = dataFolder()
    await (await openStore(dataDir)).close()
    const db = openDatabase({ name: 'readings', file: storeFiles(dataDir).readings, readonly: false })
    const writer = new IngestWriter(db)
    for (let at = BEGIN; at < BEGIN + WARM; at += MINUTE) commit(writer, at, at + MINUTE)
    db.pragma('wal_checkpoint(TRUNCATE)')
    const until = BEGIN + WARM + minutes * MINUTE
    const before = written()
    let commits = 0
    for (let at = BEGIN + WARM; at < until; at += interval) commits += commit(writer, at, at + interval)
    db.close()
    const bytes = written() - before
    const perDay = (bytes * DAY_MS) / (minutes * MINUTE)
    result.push(
      ...rows(
        `${HOUSES} houses x 1 msg per 5 s, commits every ${interval} ms`,
        ['written in a day', perDay / 1e9, 'GB'],
        ['commits that hold anything', commits / (minutes * 60), '1/s'],
        ['written a commit', bytes / commits / 1024, 'KiB'],
      ),
    )
  }
  return result
}

/** What the backups of a day write beside a street's `days` of slots: the copy of them each hour, and the nightly archive. */
async function backupWrites(days: number): Promise<Row[]> {
  const dataDir = dataFolder()
  const to = BEGIN
  await makeYear(dataDir, { houses: HOUSES, hoursFrom: to - days * DAY_MS, from: to - days * DAY_MS, to }, 1)
  const from = storeFiles(dataDir).readings
  const copy = join(dataDir, 'slots.db')
  await updateSlotsCopy({ from, to: copy, since: null })
  const change = (since: number) => {
    const db = new Database(from)
    db.prepare('update slot set produced_wh = produced_wh + 1 where start >= ?').run(since)
    db.close()
  }
  const hour = await writtenBy(
    () => change(to - HOUR),
    () => updateSlotsCopy({ from, to: copy, since: to - 2 * HOUR }),
  )
  const started = performance.now()
  const night = await writtenBy(
    () => change(to - DAY_MS),
    async () => {
      const { facts } = await updateSlotsCopy({ from, to: copy, since: null })
      const readings = facts ? { readings: { file: copy, facts } } : {}
      await makeBackup({
        dataDir,
        file: join(dataDir, 'nightly.tar'),
        withRaw: false,
        at: to,
        program: '',
        ...readings,
      })
    },
  )
  const seconds = (performance.now() - started) / 1000
  return rows(
    `backups, ${HOUSES} houses, ${days} days`,
    ['each hour', hour / 1e6, 'MB'],
    ['each night', night / 1e6, 'MB'],
    ['in a day', (24 * hour + night) / 1e9, 'GB'],
    ['a night takes, unpaced', seconds, 's'],
  )
}

async function writtenBy(prepare: () => void, work: () => Promise<unknown>): Promise<number> {
  prepare()
  const before = written()
  await work()
  return written() - before
}

/** Commits what arrives from `from` to before `to`; 0 when that is nothing. */
function commit(writer: IngestWriter, from: number, to: number): number {
  const readings: Reading[] = []
  for (let n = 0; n < HOUSES; n += 1) {
    // Houses that speak one after another are no neighbours in the file.
    const k = (n * 37) % HOUSES
    const phase = (n * PERIOD) / HOUSES
    const first = Math.ceil((from - BEGIN - phase) / PERIOD)
    for (let seq = first; BEGIN + phase + seq * PERIOD < to; seq += 1) readings.push(reading(k, seq, phase))
  }
  if (readings.length === 0) return 0
  const now = to
  writer.commit({ now, readings, intervals: [], nodes: [], refusals: [], limits: LIMITS })
  return 1
}

function reading(k: number, seq: number, phase: number): Reading {
  const counters = { producedWh: null, consumedWh: null, importedWh: null, exportedWh: null }
  const at = BEGIN + phase + seq * PERIOD
  return {
    house: houseId(k),
    series: 'bilancio',
    at,
    productionW: 1500 + (seq % 100),
    consumptionW: 400,
    boot: 1,
    seq,
    ...counters,
  }
}

const LIMITS = Object.fromEntries(
  Array.from({ length: HOUSES }, (_, k) => [
    houseId(k),
    powerLimits({ peakPower: peakOf(k), connectionLimit: null } as House),
  ]),
)

function written(): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
}
