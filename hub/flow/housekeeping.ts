import type { Retention } from '../domain/retention.ts'
import { retentionDue } from '../domain/retention.ts'
import { HOUR, MINUTE } from '../domain/time.ts'
import type { HousekeepingStep, HousekeepingTask } from '../store/housekeeper.ts'
import type { Health } from './health.ts'
import { SingleRun } from './single-run.ts'

export interface HousekeepingOptions {
  readonly now: () => number
  readonly settings: () => { readonly retention: Retention; readonly zone: string }
  readonly step: (task: HousekeepingTask) => Promise<HousekeepingStep>
  readonly health: Health
  readonly onDone?: (tally: HousekeepingTally) => void
  readonly onError?: (error: unknown) => void
}

/** What one run came to. */
export interface HousekeepingTally {
  readonly rolledHours: number
  readonly retiredReadings: number
  readonly retiredSlots: number
  readonly longestStepMs: number
}

/** Nothing is deleted until the clock has gone evenly so long: one that is years ahead after a start would delete all there is. */
export const STEADY_BEFORE_DELETING = HOUR
/** Farther apart than this, beside the clock, two calls show that it was set. */
const JUMP = 10 * MINUTE
const OLDEST_SOUND_CLOCK = 1_451_606_400_000

/**
 * Rolling up and retiring, asked for every minute. One small step is under way at a time, and after each the database is
 * left alone for as long as it took, so that neither ingest nor a page waits for more than one.
 */
export class Housekeeping {
  readonly #options: HousekeepingOptions
  readonly #work = new SingleRun(() => this.#run())
  #lastCallAt: number | null = null
  #steadySince: number | null = null

  constructor(options: HousekeepingOptions) {
    this.#options = options
  }

  /** Does what is due. A call while another runs waits for that one instead. */
  run(): Promise<void> {
    this.#watchClock(this.#options.now())
    return this.#work.run()
  }

  /** Settles when the step that is under way is done; none follows. */
  stop(): Promise<void> {
    return this.#work.stop()
  }

  async #run(): Promise<void> {
    const { health, settings, onDone, onError } = this.#options
    const now = this.#options.now()
    const isSteady = now - (this.#steadySince ?? now) >= STEADY_BEFORE_DELETING
    if (now < OLDEST_SOUND_CLOCK) return
    const { retention, zone } = settings()
    const tally = { rolledHours: 0, retiredReadings: 0, retiredSlots: 0, longestStepMs: 0 }
    let task: HousekeepingTask = { now, due: retentionDue(now, retention, zone), delete: isSteady, afterReading: 0 }
    try {
      while (!this.#work.isStopped) {
        const step = await this.#options.step(task)
        tally.longestStepMs = Math.max(tally.longestStepMs, step.tookMs)
        count(tally, step)
        if (step.did === 'nothing') break
        task = { ...task, afterReading: step.afterReading }
        await new Promise((resolve) => setTimeout(resolve, Math.ceil(step.tookMs)))
      }
      health.set('housekeeping', null)
      if (tally.rolledHours + tally.retiredReadings + tally.retiredSlots > 0) onDone?.(tally)
    } catch (error) {
      if (this.#work.isStopped) return
      if (health.set('housekeeping', error instanceof Error ? error.message : String(error))) onError?.(error)
    }
  }

  #watchClock(now: number): void {
    const last = this.#lastCallAt
    this.#lastCallAt = now
    if (last === null || now < last || now - last > JUMP) this.#steadySince = now
  }
}

function count(
  tally: { rolledHours: number; retiredReadings: number; retiredSlots: number },
  { did, rows }: HousekeepingStep,
): void {
  if (did === 'rolled') tally.rolledHours += 1
  else if (did === 'raw') tally.retiredReadings += rows
  else if (did === 'slots') tally.retiredSlots += rows
}
