import type { ClockTrust, DoubtfulTime } from '../domain/clock-trust.ts'
import { clockProblem, firstTrust, followClock } from '../domain/clock-trust.ts'
import type { ClockReading } from '../domain/elapsed.ts'
import { resumeElapsed } from '../domain/elapsed.ts'
import type { Clock } from '../io/clock.ts'
import type { ClockEvidence } from '../io/clock-evidence.ts'
import type { Health } from './health.ts'

export interface ClockWatchOptions {
  readonly clock: Clock
  readonly evidence: ClockEvidence
  /** The clocks as they were last saved. */
  readonly saved: ClockReading | null
  readonly health: Health
  /** The wall clock was set, by so many ms. */
  readonly onSet: (step: number) => void
  /** The wall clock can be relied on again. */
  readonly onCertain: () => void
}

/**
 * The hub's clocks, and what they are worth. Every look notices at once when the wall clock was set, so that nothing is
 * dated by a clock nobody has judged yet.
 */
export class ClockWatch {
  readonly #options: ClockWatchOptions
  readonly #origin: number
  #trust: ClockTrust
  #doubtful: DoubtfulTime | null = null

  constructor(options: ClockWatchOptions) {
    const { clock, evidence, saved } = options
    this.#options = options
    const first = { now: clock.now(), elapsed: clock.elapsed() }
    this.#origin = resumeElapsed(saved, first.now) - first.elapsed
    this.#trust = firstTrust(first, {
      savedAt: saved?.now ?? null,
      upFor: evidence.upFor(),
      keepsTime: evidence.keepsTime,
      syncedAt: evidence.syncedAt(),
    })
    this.#judge(first.now)
  }

  /** Epoch ms, as the wall clock shows it. */
  now(): number {
    return this.#look(null)
  }

  /** Both clocks; the monotonic one goes on over restarts. */
  read(): ClockReading {
    const now = this.#look(null)
    return { now, elapsed: this.#origin + this.#options.clock.elapsed() }
  }

  get isCertain(): boolean {
    return this.#trust.doubt === null
  }

  /** The time in doubt that goes on, as of the last look; null while the clock can be relied on. */
  get doubtful(): DoubtfulTime | null {
    return this.#doubtful
  }

  /** How far this machine's two clocks rightly lie apart; null while nobody knows. */
  get right(): DoubtfulTime | null {
    const { right } = this.#trust
    return right === null || !this.isCertain ? null : { machineRun: this.#options.evidence.machineRun, offset: right }
  }

  /** Asks the system as well whether it has the time; to be called every second or so. */
  check(): void {
    this.#look(this.#options.evidence.syncedAt())
  }

  #look(syncedAt: number | null): number {
    const { clock, onSet, onCertain } = this.#options
    const now = clock.now()
    const before = this.#trust
    const trust = followClock(before, { now, elapsed: clock.elapsed() }, syncedAt)
    if (trust === before) return now
    this.#trust = trust
    const wasSet = trust.since !== before.since
    if (wasSet || trust.doubt !== before.doubt) this.#judge(now)
    if (wasSet) onSet(trust.offset - before.offset)
    if (before.doubt !== null && trust.doubt === null) onCertain()
    return now
  }

  #judge(now: number): void {
    const { evidence, health } = this.#options
    const { doubt, offset } = this.#trust
    this.#doubtful = doubt === null ? null : { machineRun: evidence.machineRun, offset }
    health.set('clock', clockProblem(this.#trust, now))
  }
}
