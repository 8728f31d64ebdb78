import { withhold } from '../domain/command.ts'
import type { CycleState, ProcessImage } from '../domain/cycle.ts'
import { FIRST_STATE, runCycle } from '../domain/cycle.ts'
import type { Effect } from '../domain/effect.ts'
import type { ClockReading } from '../domain/elapsed.ts'
import type { LoadRecord, SendCommand } from '../domain/load-record.ts'
import { MINUTE } from '../domain/time.ts'
import type { PendingEffect } from '../store/cycle.ts'
import type { Health } from './health.ts'
import { SingleRun } from './single-run.ts'

export interface TickOptions {
  readonly image: () => ProcessImage
  readonly load: () => Promise<CycleState>
  readonly save: (
    at: ClockReading,
    state: CycleState,
    effects: readonly Effect[],
    records: readonly LoadRecord[],
  ) => Promise<PendingEffect[]>
  readonly pending: () => Promise<PendingEffect[]>
  readonly markPerformed: (ids: readonly number[], at: number) => Promise<void>
  readonly perform: (effect: Effect) => Promise<void>
  /** Says a command to its node. */
  readonly send: (command: SendCommand) => Promise<void>
  readonly onPerformError?: (effect: Effect | SendCommand, error: unknown) => void
  readonly health: Health
  /** How long a save may take before the tick goes on without it, ms. */
  readonly saveTimeoutMs: number
}

/**
 * The heartbeat: image, pure cycle, save, perform, record. It never waits for the disk: what cannot be saved in time
 * is decided and performed from memory, and saved with a later tick.
 */
export class Tick {
  readonly #options: TickOptions
  #state: CycleState = FIRST_STATE
  /** Effects of ticks that could not be saved yet; they are performed already. */
  #unsaved: Effect[] = []
  #unwritten: LoadRecord[] = []
  #savedAt = Number.NEGATIVE_INFINITY
  #dirty = false
  /** A save that was not answered in time is still under way. */
  #saving = false
  /** Performed, but not yet recorded as such. */
  #performed: number[] = []
  readonly #work = new SingleRun(() => this.#run())
  #cycles = 0

  constructor(options: TickOptions) {
    this.#options = options
  }

  /** Cycles since the start. */
  get cycles(): number {
    return this.#cycles
  }

  get state(): CycleState {
    return this.#state
  }

  /** Takes up where the last run stopped: its state, and effects it saved but did not get round to. */
  async start(): Promise<void> {
    this.#state = await this.#options.load()
    await this.#performAll(await this.#options.pending())
  }

  /** One cycle. A call while another runs waits for that one instead. */
  run(): Promise<void> {
    return this.#work.run()
  }

  /** Saves the state with the next tick, changed or not: the clocks it was saved by have been set. */
  saveAgain(): void {
    this.#dirty = true
  }

  /** One cycle that knows of everything stored before the call. */
  async wake(): Promise<void> {
    await this.#work.idle().catch(() => {})
    await this.run()
  }

  /** Settles when no cycle is running. */
  idle(): Promise<void> {
    return this.#work.idle()
  }

  async #run(): Promise<void> {
    const { image: takeImage } = this.#options
    const image = takeImage()
    this.#cycles += 1
    const { state, effects, records, commands } = runCycle(image, this.#state)
    const weighty =
      effects.length + records.length > 0 ||
      state.benchmarkSlot !== this.#state.benchmarkSlot ||
      commands.some(({ command }) => command.purpose !== 'renewal')
    // Timers that run on are saved now and then: after a crash a minute of them is lost at most.
    this.#dirty ||= weighty || (state !== this.#state && image.elapsed - this.#savedAt >= SAVED_EVERY)
    this.#state = state
    if (!this.#dirty) return this.#sendAll(commands)
    const before = this.#unsaved.length
    this.#unsaved.push(...effects)
    this.#unwritten.push(...records)
    const saved = await this.#save(image)
    if (saved) {
      this.#savedAt = image.elapsed
      await this.#sendAll(commands)
      this.#performed.push(...saved.slice(0, before).map((p) => p.id))
      await this.#performAll(saved.slice(before))
    } else {
      await this.#sendAll(commands.filter(({ command }) => command.purpose !== 'start'))
      this.#withhold(commands.filter(({ command }) => command.purpose === 'start'))
      for (const effect of effects) await this.#perform(effect)
      this.#unsaved = this.#unsaved.slice(-UNSAVED_KEPT)
      this.#unwritten = this.#unwritten.slice(-UNSAVED_KEPT)
    }
  }

  /** What could not be saved is not started: for the next cycle it was never decided. */
  #withhold(starts: readonly SendCommand[]): void {
    if (starts.length === 0) return
    const { loads } = this.#state
    const drives = withhold(loads.drives, new Set(starts.map(({ command }) => command.id)))
    this.#state = { ...this.#state, loads: { ...loads, drives } }
  }

  /** All at once: a node whose line is slow holds up no other. */
  async #sendAll(commands: readonly SendCommand[]): Promise<void> {
    await Promise.all(
      commands.map((command) =>
        this.#options.send(command).catch((error: unknown) => this.#options.onPerformError?.(command, error)),
      ),
    )
  }

  /** Saves the state and what is unsaved; null when that failed or is not done in time. */
  async #save(at: ClockReading): Promise<readonly PendingEffect[] | null> {
    const { health, save, saveTimeoutMs } = this.#options
    try {
      if (this.#saving) throw new Error('the control database has not yet answered an earlier save')
      const due = new Set(this.#unsaved)
      const written = new Set(this.#unwritten)
      let abandoned = false
      this.#saving = true
      const saving = save(at, this.#state, [...due], [...written]).finally(() => {
        this.#saving = false
      })
      saving.then(
        (late) => {
          if (!abandoned) return
          this.#unsaved = this.#unsaved.filter((effect) => !due.has(effect))
          this.#unwritten = this.#unwritten.filter((record) => !written.has(record))
          this.#performed.push(...late.map((p) => p.id))
        },
        () => {},
      )
      const pending = await within(saving, saveTimeoutMs).catch((error: unknown) => {
        abandoned = true
        throw error
      })
      this.#dirty = false
      this.#unsaved = []
      this.#unwritten = []
      health.set('control', null)
      return pending
    } catch (error) {
      health.set('control', messageOf(error))
      return null
    }
  }

  /** Performs what is saved and records it, together with what was performed before it could be saved. */
  async #performAll(pending: readonly PendingEffect[]): Promise<void> {
    for (const { id, effect } of pending) if (await this.#perform(effect)) this.#performed.push(id)
    const ids = this.#performed
    if (ids.length === 0) return
    this.#performed = []
    try {
      await within(this.#options.markPerformed(ids, this.#options.image().now), this.#options.saveTimeoutMs)
    } catch (error) {
      this.#performed.push(...ids)
      // Asked again with the next tick, however little there is to save: nothing else would tell that the disk is well again.
      this.#dirty = true
      this.#options.health.set('control', messageOf(error))
    }
  }

  /** One effect that fails keeps no other from being performed; where it was saved, the next start tries it again. */
  async #perform(effect: Effect): Promise<boolean> {
    try {
      await this.#options.perform(effect)
      return true
    } catch (error) {
      this.#options.onPerformError?.(effect, error)
      return false
    }
  }
}

const UNSAVED_KEPT = 1000
const SAVED_EVERY = MINUTE

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`the control database did not answer within ${ms} ms`)), ms)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
