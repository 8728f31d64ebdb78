import { createHash } from 'node:crypto'
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import Database from 'better-sqlite3'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'
import { instantIn, openBackup, stampOf } from './backup.ts'
import type { CopyFacts } from './copy.ts'
import { checkDatabase, factsOf, syncFile } from './copy.ts'
import { makeFolder } from './folder.ts'
import { newestSchema } from './inspect.ts'
import { migrateFile, storeFiles } from './store.ts'
import type { TarEntry } from './tar.ts'
import { entryChunks } from './tar.ts'

/** Files of the scheduled backups in their folder. */
export const SLOTS_COPY = 'slots.db'
export const CONTROL_COPY = 'control'
export const NIGHTLY = 'nightly'

type Kind = 'control' | 'readings'

/** Databases that were taken out of a backup and checked, not yet in their place. */
export interface Unpacked {
  readonly folder: string
  /** The instant each is of, epoch ms, where that is known. */
  readonly parts: readonly { readonly kind: Kind; readonly from: string; readonly facts: CopyFacts }[]
}

/**
 * Takes the databases out of a backup into a folder of its own beside those they will replace, and makes sure that
 * every one is whole and of a schema this program knows. Changes nothing else; a sentence where it cannot be used.
 */
export async function unpackBackup(
  dataDir: string,
  source: { file: number; name: string } | { folder: string },
): Promise<Result<Unpacked, string>> {
  makeFolder(dataDir)
  const folder = mkdtempSync(join(dataDir, '.restoring-'))
  const taken = 'file' in source ? unpackArchive(source.file, source.name, folder) : gather(source.folder, folder)
  const problem = taken.ok ? await prepare(folder, taken.value) : taken.error
  if (problem === null && taken.ok) {
    const parts = taken.value.map(({ kind, from }) => ({ kind, from, facts: read(join(folder, `${kind}.db`)) }))
    return ok({ folder, parts })
  }
  rmSync(folder, { recursive: true, force: true })
  return fail(problem ?? 'it holds nothing')
}

/** Puts unpacked databases in place of those of the data folder; the old files stay beside them, by the names returned. */
export function putInPlace(dataDir: string, { folder, parts }: Unpacked, at: number): string[] {
  const aside: string[] = []
  const live = storeFiles(dataDir)
  const suffix = `.before-restore-${stampOf(at)}`
  // What a database of the other kind was measured by is gone with it: both are put aside, restored or not.
  for (const kind of ['readings', 'control'] as const) {
    if (existsSync(live[kind])) aside.push(basename(live[kind] + suffix))
    for (const end of ['', '-wal', '-shm'])
      if (existsSync(live[kind] + end)) renameSync(live[kind] + end, `${live[kind]}${suffix}${end}`)
    if (parts.some((part) => part.kind === kind)) renameSync(join(folder, `${kind}.db`), live[kind])
  }
  syncFile(dataDir)
  rmSync(folder, { recursive: true, force: true })
  return aside
}

/**
 * Makes a control database of the past fit for today: nobody stays signed in by it, and what it had decided to switch
 * back then is not switched now.
 */
export function freshenControl(file: string): void {
  const db = new Database(file)
  try {
    db.exec('delete from session; update effect set performed_at = at where performed_at is null')
  } finally {
    db.close()
  }
}

/** Copies of the control file in a folder of scheduled backups, newest first. */
export function controlCopies(folder: string): { file: string; at: number }[] {
  return stamped(folder, CONTROL_COPY, '.db')
}

/** Nightly backups in their folder, newest first. */
export function nightlyBackups(folder: string): { file: string; at: number }[] {
  return stamped(folder, NIGHTLY, '.tar')
}

interface Taken {
  readonly kind: Kind
  readonly from: string
  readonly expected?: CopyFacts
}

function unpackArchive(archive: number, name: string, into: string): Result<Taken[], string> {
  const opened = openBackup(archive)
  if (!opened.ok) return fail(`${name} cannot be restored: ${opened.error}.`)
  const { manifest, entries } = opened.value
  const taken: Taken[] = []
  for (const part of manifest.files) {
    const entry = entries.find((e) => e.name === part.name)
    if (!entry || extract(archive, entry, join(into, part.name)) !== part.sha256)
      return fail(`${name} cannot be restored: ${part.name} in it is damaged.`)
    const kind = part.name === 'control.db' ? 'control' : 'readings'
    taken.push({ kind, from: `${name}, made ${manifest.created}`, expected: part })
  }
  return ok(taken)
}

/** The newest sound control copy and the slots from a folder of scheduled backups, or what of it there is. */
function gather(folder: string, into: string): Result<Taken[], string> {
  const taken: Taken[] = []
  const control = controlCopies(folder).find(({ file }) => checkDatabase(file) === null)
  const slots = join(folder, SLOTS_COPY)
  const hasSlots = existsSync(slots) && checkDatabase(slots) === null
  if (control) taken.push({ kind: 'control', from: control.file })
  if (hasSlots) taken.push({ kind: 'readings', from: slots })
  for (const { from, kind } of taken) copyFileSync(from, join(into, `${kind}.db`))
  if (control && hasSlots) return ok(taken)
  for (const { file } of nightlyBackups(folder)) {
    const work = mkdtempSync(join(into, 'nightly-'))
    const archive = openSync(file, 'r')
    try {
      const unpacked = unpackArchive(archive, file, work)
      if (!unpacked.ok) continue
      for (const part of unpacked.value) {
        if (taken.some(({ kind }) => kind === part.kind)) continue
        renameSync(join(work, `${part.kind}.db`), join(into, `${part.kind}.db`))
        taken.push(part)
      }
      return ok(taken)
    } finally {
      closeSync(archive)
      rmSync(work, { recursive: true, force: true })
    }
  }
  if (taken.some(({ kind }) => kind === 'control')) return ok(taken)
  return fail(`${folder} holds no sound copy of the control database.`)
}

/** Checks what was taken and brings it to the schema of this program; what is wrong, or null. */
async function prepare(folder: string, taken: readonly Taken[]): Promise<string | null> {
  if (!taken.some(({ kind }) => kind === 'control')) return 'The backup holds no control database.'
  for (const { kind, from, expected } of taken) {
    const file = join(folder, `${kind}.db`)
    const problem = checkDatabase(file, expected)
    if (problem !== null) return `${kind}.db of ${from} is damaged: ${problem}.`
    const newest = await newestSchema(kind)
    const unknown = read(file).schema.filter((name) => !newest.includes(name))
    if (unknown.length > 0)
      return `${kind}.db of ${from} was made by a newer program (${unknown.join(', ')}): install that one.`
    try {
      await migrateFile(file, kind)
    } catch (error) {
      return `${kind}.db of ${from} cannot be used by this program: ${(error as Error).message}.`
    }
    if (kind === 'control') freshenControl(file)
    syncFile(file)
  }
  return null
}

function extract(archive: number, entry: TarEntry, to: string): string {
  const file = openSync(to, 'wx', 0o640)
  const hash = createHash('sha256')
  try {
    for (const chunk of entryChunks(archive, entry)) {
      hash.update(chunk)
      for (let done = 0; done < chunk.length; ) done += writeSync(file, chunk, done)
    }
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}

function read(file: string): CopyFacts {
  const db = new Database(file, { readonly: true })
  try {
    return factsOf(db)
  } finally {
    db.close()
  }
}

function stamped(folder: string, prefix: string, ending: string): { file: string; at: number }[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .flatMap((name) => {
      const at = instantIn(name, prefix, ending)
      return at === null ? [] : [{ file: join(folder, name), at }]
    })
    .sort((a, b) => b.at - a.at)
}
