import type { DoubtfulTime } from '../domain/clock-trust.ts'
import type { PowerLimits } from '../domain/energy.ts'
import type { DateTask, DoubtfulOutcome } from '../store/doubtful-readings.ts'
import { SingleRun } from './single-run.ts'

export interface DatingOptions {
  readonly now: () => number
  /** Null while the clock is in doubt. */
  readonly right: () => DoubtfulTime | null
  readonly limits: () => Readonly<Record<string, PowerLimits>>
  readonly step: (task: DateTask) => Promise<DoubtfulOutcome>
  readonly onDone?: (dated: number) => void
  readonly onError?: (error: unknown) => void
}

/**
 * Dates what was measured while the clock was in doubt, as soon as it is not. One small step is under way at a time, and
 * after each the database is left alone for as long as it took.
 */
export class Dating {
  readonly #options: DatingOptions
  readonly #work = new SingleRun(() => this.#run())

  constructor(options: DatingOptions) {
    this.#options = options
  }

  /** A call while another runs waits for that one instead. */
  run(): Promise<void> {
    return this.#work.run()
  }

  stop(): Promise<void> {
    return this.#work.stop()
  }

  async #run(): Promise<void> {
    const { now, right, limits, step, onDone, onError } = this.#options
    let dated = 0
    try {
      for (let known = right(); known !== null && !this.#work.isStopped; known = right()) {
        const outcome = await step({ now: now(), right: known, limits: limits() })
        dated += outcome.dated
        if (outcome.done) break
        await new Promise((resolve) => setTimeout(resolve, Math.ceil(outcome.tookMs)))
      }
    } catch (error) {
      if (!this.#work.isStopped) onError?.(error)
    }
    if (dated > 0) onDone?.(dated)
  }
}
