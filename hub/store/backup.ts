import { closeSync, existsSync, mkdtempSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'
import type { CopyFacts } from './copy.ts'
import { copyDatabase, syncFile } from './copy.ts'
import { storeFiles } from './store.ts'
import type { TarEntry } from './tar.ts'
import { addToTar, endTar, entryChunks, hashFile, hashOf, readTar } from './tar.ts'

/**
 * A backup is one tar archive with manifest.json, control.db and readings.db in it: the databases page for page, so that
 * restoring needs no conversion, and any tar and sqlite3 open it where this program is missing.
 */
const MANIFEST = z.object({
  format: z.literal('solar-family-backup'),
  version: z.literal(1),
  /** ISO 8601, UTC. */
  created: z.string(),
  /** Version of the program that made it. */
  program: z.string(),
  /** Whether it holds raw readings. */
  raw: z.boolean(),
  files: z.array(
    z.object({
      name: z.enum(['control.db', 'readings.db']),
      bytes: z.number(),
      sha256: z.string(),
      schema: z.array(z.string()),
      rows: z.record(z.string(), z.number()),
    }),
  ),
})
export type Manifest = z.infer<typeof MANIFEST>

const MANIFEST_NAME = 'manifest.json'
const MAX_MANIFEST_BYTES = 1 << 20

export interface BackupRequest {
  readonly dataDir: string
  /** Where the archive goes; what is there is replaced once the new one is checked. */
  readonly file: string
  readonly withRaw: boolean
  /** Epoch ms. */
  readonly at: number
  readonly program: string
  /** A copy of readings.db that was made and checked already, taken instead of a new one. */
  readonly readings?: { readonly file: string; readonly facts: CopyFacts }
  /** Share of the time that is worked, 0..1. */
  readonly duty?: number
}

/** Backs up a data folder, beside a running hub or without one; throws, and leaves nothing behind, when that fails. */
export async function makeBackup(request: BackupRequest): Promise<Manifest> {
  const { dataDir, file, withRaw, duty = 1 } = request
  const folder = dirname(file)
  const work = mkdtempSync(join(folder, '.making-backup-'))
  const partial = `${file}.partial`
  try {
    const live = storeFiles(dataDir)
    const parts: { name: 'control.db' | 'readings.db'; file: string; facts: CopyFacts }[] = []
    const control = join(work, 'control.db')
    parts.push({
      name: 'control.db',
      file: control,
      facts: await copyDatabase({ from: live.control, to: control, withRaw: true, duty }),
    })
    if (request.readings) parts.push({ name: 'readings.db', ...request.readings })
    else if (existsSync(live.readings)) {
      const readings = join(work, 'readings.db')
      const facts = await copyDatabase({ from: live.readings, to: readings, withRaw, duty })
      parts.push({ name: 'readings.db', file: readings, facts })
    }
    const manifest: Manifest = {
      format: 'solar-family-backup',
      version: 1,
      created: Temporal.Instant.fromEpochMilliseconds(request.at).toString(),
      program: request.program,
      raw: withRaw,
      files: parts.map(({ name, file: path, facts }) => ({
        name,
        bytes: statSync(path).size,
        sha256: hashFile(path),
        schema: [...facts.schema],
        rows: { ...facts.rows },
      })),
    }
    // Password hashes are in it: for its owner only.
    const archive = openSync(partial, 'w', 0o600)
    try {
      addToTar(archive, MANIFEST_NAME, request.at, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`))
      for (const part of parts) addToTar(archive, part.name, request.at, { file: part.file })
      endTar(archive)
    } finally {
      closeSync(archive)
    }
    syncFile(partial)
    const problem = checkBackup(partial)
    if (problem !== null) throw new Error(`the backup was written but cannot be read back: ${problem}`)
    renameSync(partial, file)
    syncFile(file)
    return manifest
  } finally {
    rmSync(work, { recursive: true, force: true })
    rmSync(partial, { force: true })
  }
}

export interface OpenBackup {
  readonly manifest: Manifest
  readonly entries: readonly TarEntry[]
}

/** What an archive that is open for reading says of itself, or why it is no backup. */
export function openBackup(archive: number): Result<OpenBackup, string> {
  const entries = readTar(archive)
  const [first] = entries ?? []
  if (!entries || first?.name !== MANIFEST_NAME || first.bytes > MAX_MANIFEST_BYTES)
    return fail('it is not a complete backup of this program')
  const text = Buffer.alloc(first.bytes)
  readSync(archive, text, 0, first.bytes, first.offset)
  let manifest: ReturnType<typeof MANIFEST.safeParse>
  try {
    manifest = MANIFEST.safeParse(JSON.parse(text.toString('utf8')))
  } catch {
    return fail('its manifest is damaged')
  }
  if (!manifest.success) return fail('its manifest is damaged, or of a newer program')
  const missing = manifest.data.files.find((f) => entries.find((e) => e.name === f.name)?.bytes !== f.bytes)
  return missing ? fail(`${missing.name} in it is not complete`) : ok({ manifest: manifest.data, entries })
}

/** Whether every byte of a backup is as it was made: what is wrong, or null. */
export function checkBackup(file: string): string | null {
  const archive = openSync(file, 'r')
  try {
    const opened = openBackup(archive)
    if (!opened.ok) return opened.error
    const { manifest, entries } = opened.value
    for (const { name, sha256 } of manifest.files) {
      const entry = entries.find((e) => e.name === name)
      if (!entry || hashOf(entryChunks(archive, entry)) !== sha256) return `${name} in it is damaged`
    }
    return null
  } finally {
    closeSync(archive)
  }
}

/** A name for a file of an instant: 2026-06-21T12:00:00Z -> `nightly-20260621T120000Z.tar`. */
export function stampedName(prefix: string, at: number, ending: string): string {
  return `${prefix}-${stampOf(at)}${ending}`
}

export function stampOf(at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')
}

/** The instant in such a name, epoch ms; null where it is another's. */
export function instantIn(path: string, prefix: string, ending: string): number | null {
  const name = basename(path)
  if (!name.startsWith(`${prefix}-`) || !name.endsWith(ending)) return null
  const m = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(name.slice(prefix.length + 1, name.length - ending.length))
  if (!m) return null
  const [, y, mo, d, h, mi, s] = m.map(Number)
  return Date.UTC(y ?? 0, (mo ?? 1) - 1, d, h, mi, s)
}
