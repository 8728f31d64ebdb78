import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import Database from 'better-sqlite3'
import { stampOf } from './backup.ts'
import { checkDatabase, syncFile } from './copy.ts'
import { freshName } from './swap.ts'

/**
 * The whole of a small database as it is now, for a file of its own. Throws with SQLite's code where it is damaged: every
 * page is read and checked.
 */
export function imageOf(db: Database.Database): Buffer {
  const image = db.serialize()
  // Its format version says that there is a write-ahead log, which belongs to a file.
  image[18] = 1
  image[19] = 1
  const copy = new Database(image)
  try {
    const found = copy.pragma('quick_check(1)', { simple: true })
    if (found !== 'ok') throw Object.assign(new Error(String(found)), { code: 'SQLITE_CORRUPT' })
    return image
  } finally {
    copy.close()
  }
}

/** Puts an image in place of a damaged file, which is kept as `*.corrupt-TIME`: its new name. Nobody may have it open for writing. */
export function putImage(file: string, image: Buffer, at: number): string {
  const fresh = freshName(file)
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(fresh + end, { force: true })
  // Whoever might open the file before may open this one.
  writeFileSync(fresh, image, { mode: statSync(file, { throwIfNoEntry: false })?.mode ?? 0o640 })
  const problem = checkDatabase(fresh)
  if (problem !== null) throw new Error(`what was to take the place of ${file} is not sound: ${problem}`)
  syncFile(fresh)
  const aside = `${file}.corrupt-${stampOf(at)}`
  for (const end of ['-wal', '-shm', '']) if (existsSync(file + end)) renameSync(file + end, aside + end)
  renameSync(fresh, file)
  syncFile(file)
  return basename(aside)
}
