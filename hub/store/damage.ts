import { existsSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'

/** SQLite's codes for a file whose content is not what it should be. */
export function isDamage(code: string | undefined): boolean {
  return code !== undefined && (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB'))
}

/** What is wrong with a file's content, or null; throws when it cannot be opened for another reason. `whole` = look at every page. */
export function damageOf(file: string, whole: boolean): string | null {
  if (!existsSync(file)) return null
  const db = new Database(file, { timeout: 5000 })
  try {
    db.prepare('select count(*) from sqlite_master').get()
    if (!whole) return null
    const found = db.pragma('quick_check(1)', { simple: true })
    return found === 'ok' ? null : String(found)
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (isDamage(code)) return `${code}: ${message}`
    throw error
  } finally {
    db.close()
  }
}

/** Attaches a damaged file under a name; false where it is too damaged even for that. */
export function attachDamaged(db: Database.Database, file: string, name: string): boolean {
  // Without these a file that was cut short is refused as a whole.
  db.unsafeMode(true)
  db.pragma('writable_schema = ON')
  try {
    db.prepare(`attach ? as ${name}`).run(file)
    db.prepare(`select count(*) from ${name}.sqlite_master`).get()
    return true
  } catch (error) {
    if (isDamage((error as { code?: string }).code)) return false
    throw error
  }
}

/** Size of a database with what is still in its log, bytes. */
export function databaseBytes(file: string): number {
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return size(file) + size(`${file}-wal`)
}
