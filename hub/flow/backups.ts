import { readdirSync, rmSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CONTROL_ROTATION, NIGHTLY_ROTATION, rotatedOut } from '../domain/rotation.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../domain/time.ts'
import { stampedName } from '../store/backup.ts'
import type { ChoreName, Chores } from '../store/chore-protocol.ts'
import { makeFolder } from '../store/folder.ts'
import { CONTROL_COPY, controlCopies, NIGHTLY, nightlyBackups, SLOTS_COPY } from '../store/restore.ts'
import type { Health } from './health.ts'
import { SingleRun } from './single-run.ts'

export interface BackupsOptions {
  readonly now: () => number
  readonly dataDir: string
  readonly files: { readonly control: string; readonly readings: string }
  /** Folder the backups go to. */
  readonly dir: string
  /** Whether the nightly ones hold raw readings. */
  readonly withRaw: boolean
  readonly program: string
  /** Changes with whatever people and the hub have decided, not with every cycle. */
  readonly fingerprint: () => Promise<string>
  readonly run: <N extends ChoreName>(name: N, request: Chores[N]['request']) => Promise<Chores[N]['outcome']>
  readonly health: Health
  readonly onDone?: (what: BackupKind, detail: object) => void
  readonly onError?: (what: BackupKind, error: unknown) => void
}

export type BackupKind = 'control' | 'slots' | 'nightly'

/** A change is copied when there was none for so long; people change several things at once. */
const QUIET = 5 * SECOND
/** Without a change, the control file is copied so often: the cycle's state is in it. */
const CONTROL_EVERY = 6 * HOUR
const SLOTS_EVERY = HOUR
/** The night's backup is due from this time of the day (UTC) on. */
const NIGHT = HOUR
/** Readings come up to a week late, into slots of that time. */
const WINDOW = 7 * DAY + HOUR
/** A hub that starts has better things to do. */
const SETTLE = 20 * SECOND
/** After a failure nothing is tried for so long: what failed at once may be asked soon, what read gigabytes before not. */
const RETRY = { least: 45 * SECOND, most: 10 * MINUTE, timesItTook: 20 }
const CLOCK_SOUND_FROM = Date.UTC(2016, 0, 1)
const SPARE_BYTES = 64e6

/**
 * The scheduled backups, asked for every few seconds: the control file after each change, the slots every hour into one
 * file, everything each night. One is made at a time, in a thread of its own. A failure is told to health and tried again.
 */
export class Backups {
  readonly #options: BackupsOptions
  readonly #done: Record<BackupKind, number | null> = { control: null, slots: null, nightly: null }
  readonly #work = new SingleRun(() => this.#run())
  #startedAt = Number.NEGATIVE_INFINITY
  #failedAt = Number.NEGATIVE_INFINITY
  #retryMs = 0
  #copied: string | null = null
  #seen: { fingerprint: string; since: number } | null = null

  constructor(options: BackupsOptions) {
    this.#options = options
  }

  /** When each was last made, epoch ms. */
  get done(): Readonly<Record<BackupKind, number | null>> {
    return this.#done
  }

  /** Takes up what earlier runs have made. */
  start(): void {
    const { dir } = this.#options
    this.#startedAt = this.#options.now()
    this.#done.control = controlCopies(dir)[0]?.at ?? null
    this.#done.nightly = nightlyBackups(dir)[0]?.at ?? null
    this.#done.slots = statSync(join(dir, SLOTS_COPY), { throwIfNoEntry: false })?.mtimeMs ?? null
    for (const name of namesIn(dir))
      if (name.startsWith('.making-backup-') || name.endsWith('.partial'))
        rmSync(join(dir, name), { recursive: true, force: true })
  }

  /** What made the last one fail is mended: tries again with the next call. */
  tryAgain(): void {
    this.#failedAt = Number.NEGATIVE_INFINITY
  }

  /** Makes what is due. A call while another runs waits for that one instead. */
  run(): Promise<void> {
    return this.#work.run()
  }

  stop(): Promise<void> {
    return this.#work.stop()
  }

  async #run(): Promise<void> {
    const { now, health, dir } = this.#options
    const waits = (from: number, ms: number) => now() >= from && now() < from + ms
    // Copies dated before the others would be the first to be rotated out.
    if (now() < CLOCK_SOUND_FROM || waits(this.#startedAt, SETTLE) || waits(this.#failedAt, this.#retryMs)) return
    let what: BackupKind = 'control'
    const begun = now()
    try {
      const fingerprint = await this.#controlDue()
      if (fingerprint !== null) {
        makeFolder(dir)
        await this.#copyControl(fingerprint)
      }
      what = 'nightly'
      if (this.#due('nightly', NIGHT)) await this.#makeNightly()
      what = 'slots'
      if (this.#due('slots', 0)) await this.#copySlots()
      health.set('backup', null)
    } catch (error) {
      if (this.#work.isStopped) return
      this.#failedAt = now()
      const took = Math.max(0, this.#failedAt - begun)
      this.#retryMs = Math.min(RETRY.most, Math.max(RETRY.least, RETRY.timesItTook * took))
      const message = error instanceof Error ? error.message : String(error)
      if (health.set('backup', `${what}: ${message}`)) this.#options.onError?.(what, error)
    }
  }

  /** Is a day's, or an hour's, copy still to be made in the period that has begun? */
  #due(what: 'slots' | 'nightly', offset: number): boolean {
    if (this.#work.isStopped) return false
    const every = what === 'slots' ? SLOTS_EVERY : DAY
    const last = this.#done[what]
    return last === null || Math.floor((last - offset) / every) !== Math.floor((this.#options.now() - offset) / every)
  }

  /** What the control file now holds, when that is to be copied; null when it is not. */
  async #controlDue(): Promise<string | null> {
    const now = this.#options.now()
    const fingerprint = await this.#options.fingerprint()
    const last = this.#done.control
    if (last === null) return fingerprint
    if (this.#seen?.fingerprint !== fingerprint) this.#seen = { fingerprint, since: now }
    const changed = fingerprint !== this.#copied && Math.abs(now - this.#seen.since) >= QUIET
    return changed || Math.abs(now - last) >= CONTROL_EVERY ? fingerprint : null
  }

  async #copyControl(fingerprint: string): Promise<void> {
    const { dir, files, now, run } = this.#options
    const at = now()
    const to = join(dir, stampedName(CONTROL_COPY, at, '.db'))
    // Of two within a second the later one counts.
    rmSync(to, { force: true })
    const { rows } = await run('copy', { from: files.control, to })
    this.#copied = fingerprint
    this.#finish('control', at, { rows: rows['house'] })
    drop(controlCopies(dir), CONTROL_ROTATION)
  }

  async #copySlots(): Promise<void> {
    const { dir, files, now, run } = this.#options
    const at = now()
    const last = this.#done.slots
    const since = last === null || last > at ? null : last - WINDOW
    const { changed } = await run('slots', { from: files.readings, to: join(dir, SLOTS_COPY), since })
    this.#finish('slots', at, { changed })
  }

  async #makeNightly(): Promise<void> {
    const { dir, files, dataDir, now, program, run, withRaw } = this.#options
    const at = now()
    makeFolder(dir)
    this.#makeRoom()
    const request = { dataDir, at, withRaw, program, readings: files.readings }
    const file = join(dir, stampedName(NIGHTLY, at, '.tar'))
    const manifest = await run('nightly', { ...request, file, slots: join(dir, SLOTS_COPY) })
    this.#done.slots = at
    this.#finish('nightly', at, { bytes: manifest.files.reduce((sum, part) => sum + part.bytes, 0) })
    drop(nightlyBackups(dir), NIGHTLY_ROTATION)
  }

  /** Gives earlier nights up where the disk is short, all but the newest; throws when that is not enough. */
  #makeRoom(): void {
    const { dir, files, withRaw } = this.#options
    const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
    // Without raw readings there is at most as much as the copy of the slots had the last time, and a little more.
    const part = withRaw
      ? size(files.readings)
      : Math.min(size(files.readings), 2 * size(join(dir, SLOTS_COPY)) || Number.POSITIVE_INFINITY)
    const needed = 2 * (part + size(files.control)) + SPARE_BYTES
    const free = () => {
      const { bavail, bsize } = statfsSync(dir)
      return bavail * bsize
    }
    for (const { file } of nightlyBackups(dir).slice(1).reverse()) {
      if (free() >= needed) return
      rmSync(file, { force: true })
    }
    if (free() < needed)
      throw new Error(`${dir} has too little space: ${Math.round(needed / 1e6)} MB are needed for the night's backup`)
  }

  #finish(what: BackupKind, at: number, detail: object): void {
    this.#done[what] = at
    this.#options.onDone?.(what, detail)
  }
}

function drop(files: readonly { file: string; at: number }[], rules: Parameters<typeof rotatedOut>[1]): void {
  const out = new Set(
    rotatedOut(
      files.map(({ at }) => at),
      rules,
    ),
  )
  for (const { file, at } of files) if (out.has(at)) rmSync(file, { force: true })
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}
