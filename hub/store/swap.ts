import { existsSync, renameSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import Database from 'better-sqlite3'
import { HOUR, SLOT } from '../domain/time.ts'
import { stampOf } from './backup.ts'
import { syncFile } from './copy.ts'
import { attachDamaged } from './damage.ts'
import { FILL_SEQ_RANGES } from './seq-ranges.ts'
import { decodeSeriesState } from './series-state.ts'

/**
 * What is still to be brought back into a file that took the place of a damaged one. It stands in a table of that file,
 * so that a recovery goes on after any stop; the table is gone when all is back.
 */
export interface RecoveryRow {
  /** Name of the damaged file, beside this one. */
  readonly bad: string
  /** Highest id of its raw readings: ids up to there are those of the damaged file. Null where it could not be read. */
  readonly floor: number | null
  /** Slots from here on were carried over at once. Null where they could not be read. */
  readonly cut: number | null
  /** Name of the file the rows are gathered in, once they are. */
  readonly stage: string | null
  /** Where merging stands: table and key. */
  readonly done: string
}

const RAW_CARRIED = 5000
const SLOTS_CARRIED = 2 * HOUR

/** The new file that is to take a database's place. */
export function freshName(file: string): string {
  return `${file}.fresh`
}

/**
 * Puts a new, migrated file (`freshName`) in place of a damaged one, which is kept as `*.corrupt-TIME`. Where each house
 * stands and what came last is carried over at once as far as it can be read, so that measuring goes on without a seam.
 * Nobody may have the damaged file open for writing. Returns its new name.
 */
export function swapReadings(file: string, at: number): string {
  const fresh = freshName(file)
  const aside = `${file}.corrupt-${stampOf(at)}`
  const db = new Database(fresh, { timeout: 5000 })
  try {
    db.pragma('journal_mode = DELETE')
    db.exec(`drop table if exists recovery; create table recovery (
      id integer primary key check (id = 1), bad text not null, floor integer, cut integer, stage text, done text not null)`)
    const { floor, cut } = attachDamaged(db, file, 'old') ? carryOver(db) : { floor: null, cut: null }
    db.prepare(`insert into recovery (id, bad, floor, cut, done) values (1, ?, ?, ?, '{}')`).run(
      basename(aside),
      floor,
      cut,
    )
  } finally {
    db.close()
  }
  syncFile(fresh)
  for (const end of ['-wal', '-shm', '']) if (existsSync(file + end)) renameSync(file + end, aside + end)
  renameSync(fresh, file)
  syncFile(file)
  return aside
}

/** Ends a swap that was interrupted between its two renamings. */
export function finishSwap(file: string): void {
  const fresh = freshName(file)
  if (existsSync(file)) {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(fresh + end, { force: true })
    return
  }
  if (existsSync(fresh) && readRecovery(fresh)) renameSync(fresh, file)
}

/** What is still to be brought back into a file; null where nothing is. */
export function readRecovery(file: string): RecoveryRow | null {
  const db = new Database(file, { timeout: 5000 })
  try {
    const has = db.prepare(`select 1 from sqlite_master where name = 'recovery'`).get()
    return has ? ((db.prepare('select * from recovery where id = 1').get() as RecoveryRow | undefined) ?? null) : null
  } finally {
    db.close()
  }
}

function carryOver(db: Database.Database): { floor: number | null; cut: number | null } {
  for (const table of ['node', 'refusal', 'unrolled', 'ahead', 'clock_doubt'])
    attempt(() => db.exec(`insert into ${table} select * from old.${table}`))
  attempt(() => carrySeries(db))
  const floor = attempt(() => {
    const last = (db.prepare('select max(id) from old.reading').pluck().get() as number | null) ?? 0
    db.prepare('insert or ignore into reading select * from old.reading where id > ?').run(last - RAW_CARRIED)
    db.exec(
      `insert or ignore into heard select house, at - at % ${SLOT}, max(consumption_w is not null) from reading where clock_doubt is null group by 1, 2`,
    )
    db.exec(FILL_SEQ_RANGES)
    return last
  })
  const cut = attempt(() => {
    const last = (db.prepare('select max(start) from old.slot').pluck().get() as number | null) ?? 0
    db.prepare('insert into slot select * from old.slot where start >= ?').run(last - SLOTS_CARRIED)
    db.exec(`insert or ignore into unrolled select distinct start - start % ${HOUR} from slot`)
    return last - SLOTS_CARRIED
  })
  return { floor, cut }
}

/** Where each house's integration stands, but for what is no longer intelligible. */
function carrySeries(db: Database.Database): void {
  const insert = db.prepare('insert into series (house, state) values (?, ?)')
  for (const { house, state } of db.prepare('select house, state from old.series').all() as {
    house: string
    state: string
  }[])
    attempt(() => {
      decodeSeriesState(state, house)
      insert.run(house, state)
    })
}

/** A piece that can be read is a gain, one that cannot is no failure. */
function attempt<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}
