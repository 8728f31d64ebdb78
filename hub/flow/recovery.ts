import type { RecoverOutcome } from '../store/recover.ts'
import type { Health } from './health.ts'

export interface RecoveryOptions {
  readonly now: () => number
  readonly health: Health
  /** Whether an error says that the readings' file itself is damaged. */
  readonly isDamage: (error: unknown) => boolean
  /** Puts a new file in place of the damaged one; the damaged one's new name. */
  readonly replace: () => Promise<string>
  /** Brings back what can be; null where nothing is to be. */
  readonly recover: () => Promise<RecoverOutcome | null>
  /** What is wrong with the readings' file, page by page, or null. */
  readonly check: () => Promise<string | null>
  readonly onReplaced?: (aside: string, why: string) => void
  readonly onRecovered?: (outcome: RecoverOutcome) => void
  readonly onError?: (what: string, error: unknown) => void
}

/** A file that is damaged again so soon after it was made lies on a disk that is dying: no use in another. */
const AGAIN_AFTER_MS = 10 * 60_000

/**
 * Looks after the readings' file while the hub runs: where it turns out to be damaged, a new one takes its place at once,
 * and what the old one held is brought back in the background.
 */
export class Recovery {
  readonly #options: RecoveryOptions
  #replacing: Promise<boolean> | null = null
  #recovering: Promise<void> | null = null
  #replacedAt = Number.NEGATIVE_INFINITY
  #stopped = false

  constructor(options: RecoveryOptions) {
    this.#options = options
  }

  /** Goes on with what an earlier run has left, then looks at the file where that was not done before the start. */
  async start(look: boolean): Promise<void> {
    await this.recover()
    if (look) await this.examine()
  }

  /** Looks at every page of the readings' file: nobody may have read a damaged one. */
  async examine(): Promise<void> {
    if (this.#stopped || this.#recovering !== null) return
    const problem = await this.#options
      .check()
      .catch((error: unknown) => this.#failed('the check of the readings', error))
    if (problem) await this.#replace(problem)
  }

  stop(): void {
    this.#stopped = true
  }

  /** Does something with the readings' file; where it is damaged, once more with the file that took its place. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(await this.noticed(error))) throw error
      return work()
    }
  }

  /** Hears of an error; true where the readings' file was damaged and has been replaced. */
  async noticed(error: unknown): Promise<boolean> {
    if (this.#stopped || !this.#options.isDamage(error)) return false
    return this.#replace(error instanceof Error ? error.message : String(error))
  }

  /** Brings back what is still to be. A call while another runs waits for that one instead. */
  recover(): Promise<void> {
    this.#recovering ??= this.#recover().finally(() => {
      this.#recovering = null
    })
    return this.#recovering
  }

  #replace(why: string): Promise<boolean> {
    this.#replacing ??= this.#replaceNow(why).finally(() => {
      this.#replacing = null
    })
    return this.#replacing
  }

  async #replaceNow(why: string): Promise<boolean> {
    const { now, replace, health, onReplaced } = this.#options
    const since = now() - this.#replacedAt
    if (since >= 0 && since < AGAIN_AFTER_MS) return this.#recovering !== null && since < JUST_NOW_MS
    if (this.#recovering !== null) return false
    health.set('recovering', why)
    try {
      const aside = await replace()
      this.#replacedAt = now()
      onReplaced?.(aside, why)
    } catch (error) {
      this.#failed('the damaged file of the readings could not be replaced', error)
      return false
    }
    void this.recover()
    return true
  }

  async #recover(): Promise<void> {
    const { health, recover, onRecovered } = this.#options
    try {
      const outcome = await recover()
      if (outcome) onRecovered?.(outcome)
      health.set('recovering', null)
    } catch (error) {
      if (this.#stopped) return
      health.set('recovering', error instanceof Error ? error.message : String(error))
      this.#failed('readings could not be brought back; the next start tries again', error)
    }
  }

  #failed(what: string, error: unknown): null {
    if (!this.#stopped) this.#options.onError?.(what, error)
    return null
  }
}

/** Who noticed the damage while it was being replaced may try again as well. */
const JUST_NOW_MS = 5_000
