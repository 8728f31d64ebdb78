import type { Health } from './health.ts'
import { SingleRun } from './single-run.ts'

export interface ControlKeeperOptions {
  /** Monotonic ms. */
  readonly elapsed: () => number
  /** Changes whenever control.db does. */
  readonly version: () => Promise<number>
  /** Keeps the whole of control.db in memory; rejects where it is damaged. */
  readonly remember: () => Promise<void>
  /** Puts what was remembered last in place of the damaged file; that one's new name. */
  readonly rebuild: () => Promise<string>
  /** Whether an error says that the file itself is damaged. */
  readonly isDamage: (error: unknown) => boolean
  readonly health: Health
  readonly onRebuilt: (aside: string, why: string) => void
  readonly onError: (what: string, error: unknown) => void
}

/** How long a change may be old before it is remembered, ms. */
const EVERY_MS = 1_000
/** The file is looked at so often, changed or not, ms. */
const WHOLE_EVERY_MS = 30_000
/** A file that is damaged again so soon lies on a disk that is dying: no use in another. */
const AGAIN_AFTER_MS = 60_000

/**
 * Looks after control.db while the hub runs: what it holds is kept in memory as of its last change, and takes the place
 * of the file where that turns out to be damaged. Nothing that control knows is lost but a change of the last second.
 */
export class ControlKeeper {
  readonly #options: ControlKeeperOptions
  #timer: NodeJS.Timeout | null = null
  #known = -1
  #lookedAt = Number.NEGATIVE_INFINITY
  readonly #looking = new SingleRun(() => this.#look())
  #rebuilding: Promise<void> | null = null
  #rebuiltAt = Number.NEGATIVE_INFINITY
  #stopped = false

  constructor(options: ControlKeeperOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    await this.#look()
    this.#timer = setInterval(() => void this.#looking.run(), EVERY_MS)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer) clearInterval(this.#timer)
    await this.#looking.stop()
    await this.#rebuilding
  }

  /** Hears of an error of a query to control.db. */
  noticed(error: unknown): void {
    const { isDamage, elapsed } = this.#options
    if (this.#stopped || !isDamage(error) || elapsed() - this.#rebuiltAt < AGAIN_AFTER_MS) return
    this.#rebuilding ??= this.#rebuild(error).finally(() => {
      this.#rebuilding = null
    })
  }

  async #look(): Promise<void> {
    const { version, remember, elapsed, isDamage, onError } = this.#options
    try {
      const now = await version()
      if (now === this.#known && elapsed() - this.#lookedAt < WHOLE_EVERY_MS) return
      await remember()
      this.#known = now
      this.#lookedAt = elapsed()
    } catch (error) {
      if (isDamage(error)) this.noticed(error)
      else if (!this.#stopped) onError('control.db could not be remembered', error)
    }
  }

  async #rebuild(error: unknown): Promise<void> {
    const { rebuild, elapsed, onRebuilt, onError, health } = this.#options
    const why = error instanceof Error ? error.message : String(error)
    try {
      const aside = await rebuild()
      this.#rebuiltAt = elapsed()
      this.#known = -1
      onRebuilt(aside, why)
    } catch (failed) {
      health.set('control', `control.db is damaged (${why}) and could not be replaced: ${String(failed)}`)
      onError('the damaged control.db could not be replaced; the next start takes its last copy', failed)
    }
  }
}
