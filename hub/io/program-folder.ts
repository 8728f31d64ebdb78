import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'

/** How the hub is doing, as far as another program can tell. */
const HUB_HEALTHS = ['well', 'degraded', 'silent', 'stopped'] as const
export type HubHealth = (typeof HUB_HEALTHS)[number]

/** A change of version that has not been judged yet; `before` is how the hub was then. */
const PENDING = z.object({ from: z.string(), to: z.string(), before: z.enum(HUB_HEALTHS) })
export type Pending = z.infer<typeof PENDING>

/**
 * Where the package keeps programs: `versions/VERSION/solar-family`, and links `current` and `previous` to two of them. Every
 * change is one rename of something complete and synced, so that a power cut leaves the one before or the one after.
 */
export class ProgramFolder {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  get current(): string | null {
    return this.#linked('current')
  }

  get previous(): string | null {
    return this.#linked('previous')
  }

  programOf(version: string): string {
    return join(this.root, 'versions', version, 'solar-family')
  }

  has(version: string): boolean {
    return existsSync(this.programOf(version))
  }

  /** A place to write a new version to, empty; `place` makes it one. */
  partial(): string {
    const folder = join(this.root, 'versions', '.partial')
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    return join(folder, 'solar-family')
  }

  place(version: string): void {
    const folder = join(this.root, 'versions', version)
    syncFolder(join(this.root, 'versions', '.partial'))
    // Left by an update that was cut short, and used by nobody.
    rmSync(folder, { recursive: true, force: true })
    renameSync(join(this.root, 'versions', '.partial'), folder)
    syncFolder(join(this.root, 'versions'))
  }

  link(name: 'current' | 'previous', version: string): void {
    const fresh = join(this.root, `${name}.new`)
    rmSync(fresh, { force: true })
    symlinkSync(join('versions', version), fresh)
    renameSync(fresh, join(this.root, name))
    syncFolder(this.root)
  }

  get pending(): Pending | null {
    try {
      return PENDING.parse(JSON.parse(readFileSync(this.#pendingFile, 'utf8')))
    } catch {
      return null
    }
  }

  setPending(pending: Pending | null): void {
    if (pending === null) rmSync(this.#pendingFile, { force: true })
    else {
      const fresh = `${this.#pendingFile}.new`
      writeFileSync(fresh, JSON.stringify(pending), { flush: true })
      renameSync(fresh, this.#pendingFile)
    }
    syncFolder(this.root)
  }

  /** Takes away every version but those in use. */
  prune(): void {
    const kept = [this.current, this.previous]
    for (const name of readdirSync(join(this.root, 'versions')))
      if (!kept.includes(name)) rmSync(join(this.root, 'versions', name), { recursive: true, force: true })
  }

  get #pendingFile(): string {
    return join(this.root, 'pending.json')
  }

  #linked(name: string): string | null {
    try {
      return basename(readlinkSync(join(this.root, name)))
    } catch {
      return null
    }
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
