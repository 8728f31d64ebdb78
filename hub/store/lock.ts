import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'
import { makeFolder } from './folder.ts'

/** A data folder belongs to one program at a time: a hub, or a command that replaces its files. */
export interface DataLock {
  readonly release: () => void
}

/** Connections that hold a lock: one that nobody refers to would be closed with the garbage, and its lock let go. */
const held = new Set<Database.Database>()

/** Who has the folder; null where that cannot be told. */
export interface Holder {
  readonly pid: number | null
}

/**
 * Takes a data folder for this process until it releases it or ends, however it ends: the lock is SQLite's own on an
 * empty file, which the kernel lets go with the process. Nothing is ever written to that file, so no power cut can
 * damage it; who holds it stands in a file beside it. In the process that holds it, `hub.lock` must not be opened by
 * other means than SQLite: closing it would let the lock go.
 */
export function lockDataFolder(dataDir: string, pid: number): Result<DataLock, Holder> {
  makeFolder(dataDir)
  const { lock, holder } = filesOf(dataDir)
  const db = take(lock)
  if (!db) return fail({ pid: readHolder(holder) })
  try {
    writeFileSync(holder, `${pid}\n`, { mode: 0o640 })
  } catch {
    // On a full disk the lock still holds; only its name is missing.
  }
  held.add(db)
  const release = () => {
    if (!held.delete(db)) return
    rmSync(holder, { force: true })
    db.close()
  }
  return ok({ release })
}

/** Whether another program has the folder, without taking it. */
export function dataFolderHolder(dataDir: string): Holder | null {
  const { lock, holder } = filesOf(dataDir)
  const db = take(lock)
  db?.close()
  return db ? null : { pid: readHolder(holder) }
}

/** A sentence for whoever is refused. */
export function inUse(dataDir: string, { pid }: Holder): string {
  const who = pid === null ? 'another hub' : `a hub with process id ${pid}`
  return `${dataDir} is in use by ${who}: stop that one first, or choose another folder with --data DIR.`
}

function filesOf(dataDir: string) {
  return { lock: join(dataDir, 'hub.lock'), holder: join(dataDir, 'hub.pid') }
}

/** An open connection that holds the lock, or null when somebody else has it. */
function take(file: string): Database.Database | null {
  const db = new Database(file, { timeout: 0 })
  try {
    db.pragma('journal_mode = MEMORY')
    db.exec('begin exclusive')
    return db
  } catch (error) {
    db.close()
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return null
    throw error
  }
}

function readHolder(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8').trim())
    return Number.isInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}
