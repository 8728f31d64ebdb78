import { copyFileSync, existsSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import type { PowerLimits } from '../domain/energy.ts'
import { powerLimits } from '../domain/energy.ts'
import { checkDatabase, syncFile, tablesOf } from './copy.ts'
import { attachDamaged, isDamage } from './damage.ts'
import { mergeStage } from './merge.ts'
import { rebuildSlots } from './rebuild.ts'
import { salvageTable } from './salvage.ts'
import type { RecoveryRow } from './swap.ts'
import { readRecovery } from './swap.ts'

export interface RecoverRequest {
  /** readings.db that took the place of a damaged file. */
  readonly file: string
  readonly control: string
  /** A copy of its slots, where there is one. */
  readonly slots: string
  readonly now: number
}

/** What was brought back. */
export interface RecoverOutcome {
  readonly bad: string
  /** Rows that could be read in the damaged file, and those the backup had beside them, by table. */
  readonly salvaged: Readonly<Record<string, number>>
  readonly fromBackup: Readonly<Record<string, number>>
  /** Slots that were neither here nor there whole, made from their raw readings. */
  readonly rebuilt: number
  /** Pieces of the damaged file that could not be read. */
  readonly unreadable: number
  readonly longestStepMs: number
}

/** Tables of a file that its own program keeps for itself, or can tell from the others. */
const OWN = /^(kysely_|(recovery|seq_range)$)/

/**
 * Brings back what a damaged readings.db held: every row of it that can still be read, and beside those what the last
 * backup has, gathered in a file of their own and then merged in small transactions. After any stop the next call goes
 * on where this one stood. Null where there is nothing to bring back. Blocks its thread.
 */
export function recoverReadings(request: RecoverRequest): RecoverOutcome | null {
  const { file } = request
  const row = readRecovery(file)
  if (!row) return null
  const bad = join(dirname(file), row.bad)
  const stage = `${bad}.rows`
  const gathered = row.stage === null || !existsSync(stage) ? gather(request, bad, stage) : NOTHING
  const db = new Database(file, { timeout: 10_000 })
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.prepare('update recovery set stage = ? where id = 1').run(stage)
    db.prepare('attach ? as stage').run(stage)
    const longestStepMs = mergeStage(db, { ...row, ...(readRow(db) ?? {}) })
    db.exec('detach stage')
    db.exec('drop table recovery')
    removeStage(stage)
    return { bad, ...gathered, longestStepMs }
  } finally {
    db.close()
  }
}

const NOTHING = { salvaged: {}, fromBackup: {}, rebuilt: 0, unreadable: 0 }

function readRow(db: Database.Database): RecoveryRow | undefined {
  return db.prepare('select * from recovery where id = 1').get() as RecoveryRow | undefined
}

function removeStage(stage: string): void {
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(stage + end, { force: true })
}

/** The rows of the damaged file, and under them those of the backup, in a file with the tables of the live one. */
function gather(
  { file, control, slots, now }: RecoverRequest,
  bad: string,
  stage: string,
): Omit<RecoverOutcome, 'bad' | 'longestStepMs'> {
  removeStage(stage)
  const db = new Database(stage)
  try {
    db.pragma('journal_mode = OFF')
    db.pragma('synchronous = OFF')
    db.prepare('attach ? as live').run(file)
    const tables = tablesOf(db, 'live').filter(({ name }) => !OWN.test(name))
    for (const { sql } of tables) db.exec(sql)
    const houses = housesOf(db, control)
    db.exec('detach live')
    const salvaged: Record<string, number> = {}
    let unreadable = 0
    if (existsSync(bad)) {
      const badBytes = statSync(bad).size
      const attached = attachDamaged(db, bad, 'bad')
      for (const { name } of tables) {
        if (!attached || !isReadable(db, name)) {
          unreadable += 1
          continue
        }
        const found = salvageTable(db, name, { houses: [...houses.keys()], badBytes, now })
        salvaged[name] = found.rows
        unreadable += found.unreadable
      }
      if (attached) db.exec('detach bad')
    }
    const fromBackup = existsSync(slots) && checkDatabase(slots) === null ? fillFrom(db, slots) : {}
    const rebuilt = rebuildSlots(db, houses)
    // Merging goes through these by time.
    db.exec(
      'create index heard_by_time on heard (start); create index hour_by_time on hour (start); create index interval_by_time on interval (at)',
    )
    return { salvaged, fromBackup, rebuilt, unreadable }
  } finally {
    db.close()
    syncFile(stage)
  }
}

/** Whether the damaged file still says where this table is. */
function isReadable(db: Database.Database, table: string): boolean {
  try {
    return db.prepare('select 1 from bad.sqlite_master where name = ?').get(table) !== undefined
  } catch (error) {
    if (isDamage((error as { code?: string }).code)) return false
    throw error
  }
}

function fillFrom(db: Database.Database, slots: string): Record<string, number> {
  // A copy, so that the backup of the next hour does not meet us at it.
  const copy = `${db.name}.backup`
  copyFileSync(slots, copy)
  try {
    db.prepare('attach ? as backup').run(copy)
    const theirs = new Set(tablesOf(db, 'backup').map(({ name }) => name))
    const filled: Record<string, number> = {}
    for (const { name } of tablesOf(db)) {
      // Where a house stood an hour ago is of no use any more: what came since would be counted again.
      if (!theirs.has(name) || name === 'series') continue
      filled[name] = db.prepare(`insert or ignore into main."${name}" select * from backup."${name}"`).run().changes
    }
    db.exec('detach backup')
    return filled
  } finally {
    rmSync(copy, { force: true })
  }
}

/** Every house that may have rows, known today or not, and how much it can make and take. */
function housesOf(db: Database.Database, control: string): Map<string, PowerLimits> {
  const names = db.prepare('select house from live.series union select house from live.node').pluck().all() as string[]
  const houses = new Map(names.map((id) => [id, { productionW: 0, consumptionW: 0 }]))
  const people = new Database(control, { readonly: true, timeout: 5000 })
  try {
    const rows = people.prepare('select id, peak_w as peakPower, connection_w as connectionLimit from house').all()
    for (const { id, ...house } of rows as { id: string; peakPower: number; connectionLimit: number | null }[])
      houses.set(id, powerLimits(house))
  } finally {
    people.close()
  }
  return new Map([...houses].sort(([a], [b]) => (a < b ? -1 : 1)))
}
