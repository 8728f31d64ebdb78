import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'
import { stampOf } from './backup.ts'
import { checkDatabase, syncFile } from './copy.ts'
import { damageOf, databaseBytes } from './damage.ts'
import { controlCopies, freshenControl } from './restore.ts'
import { migrateFile, storeFiles } from './store.ts'
import { finishSwap, freshName, swapReadings } from './swap.ts'

/** What was found damaged at start, and what was done about it. */
export interface Mended {
  readonly control: { readonly why: string; readonly aside: string; readonly from: string } | null
  readonly readings: { readonly why: string; readonly aside: string } | null
  /** False where readings.db was too large to be looked at page by page before the start. */
  readonly wholeReadings: boolean
}

/** As much is looked at before the start, bytes: under a second on a PC, some seconds on a Raspberry Pi. */
const LOOK_WHOLE = 128e6

/**
 * Makes sure that a hub can start on its databases. A damaged control.db gives way to its newest sound copy, a damaged
 * readings.db to a new one; either is kept beside as `*.corrupt-TIME`. Fails, with a sentence, only where control.db is
 * damaged and no copy of it is sound. Nobody may have the files open.
 */
export async function mendFiles(dataDir: string, backups: string, now: number): Promise<Result<Mended, string>> {
  const files = storeFiles(dataDir)
  const badControl = damageOf(files.control, true)
  let control: Mended['control'] = null
  if (badControl !== null) {
    const copy = controlCopies(backups).find(({ file }) => checkDatabase(file) === null)
    if (!copy)
      return fail(
        `${files.control} is damaged (${badControl}), and ${backups} holds no sound copy of it: bring back a backup with "solar-family restore FILE --force".`,
      )
    control = { why: badControl, aside: await putCopy(files.control, copy.file, now), from: copy.file }
  }
  finishSwap(files.readings)
  const wholeReadings = databaseBytes(files.readings) <= LOOK_WHOLE
  const badReadings = damageOf(files.readings, wholeReadings)
  if (badReadings === null) return ok({ control, readings: null, wholeReadings })
  await makeFresh(files.readings)
  const aside = swapReadings(files.readings, now)
  return ok({ control, readings: { why: badReadings, aside: basename(aside) }, wholeReadings: true })
}

/** A new, migrated readings.db, ready to take the place of the one that is there. */
export async function makeFresh(readings: string): Promise<void> {
  const fresh = freshName(readings)
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(fresh + end, { force: true })
  await migrateFile(fresh, 'readings')
}

async function putCopy(control: string, copy: string, now: number): Promise<string> {
  const fresh = freshName(control)
  copyFileSync(copy, fresh)
  await migrateFile(fresh, 'control')
  freshenControl(fresh)
  syncFile(fresh)
  const aside = `${control}.corrupt-${stampOf(now)}`
  for (const end of ['-wal', '-shm', '']) if (existsSync(control + end)) renameSync(control + end, aside + end)
  renameSync(fresh, control)
  syncFile(control)
  return basename(aside)
}
