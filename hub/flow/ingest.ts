import { decodeJson } from '../codec/fields.ts'
import { decodeMeasurement, decodeStatus } from '../codec/measurement.ts'
import type { DoubtfulTime } from '../domain/clock-trust.ts'
import type { PowerLimits } from '../domain/energy.ts'
import { powerLimits } from '../domain/energy.ts'
import type { House } from '../domain/house.ts'
import type { Latest } from '../domain/latest.ts'
import type { NodeStatus } from '../domain/presence.ts'
import type { AgeRule, IntervalReading, Reading, Refusal, Series } from '../domain/reading.ts'
import { checkInterval, checkMeasurement } from '../domain/reading.ts'
import type { IngestBatch, IngestOutcome } from '../store/ingest-batch.ts'
import type { Health } from './health.ts'
import type { Live } from './live.ts'

/** What became of a message. `failed` alone must not be acknowledged: it was not stored. */
export type Outcome =
  | { readonly kind: 'stored' | 'duplicate' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly code: string }

export interface IngestOptions {
  readonly now: () => number
  /** The time in doubt as of the last call of `now`; null, or left out, where the clock can be relied on. */
  readonly doubtful?: () => DoubtfulTime | null
  /** How long a message waits for others to share its commit with, ms. */
  readonly commitIntervalMs: number
  readonly store: (batch: IngestBatch) => Promise<IngestOutcome>
  readonly live: Live
  readonly health: Health
  /** A message that tells of now came from a house, with its node's boot and uptime where it names them. */
  readonly onHeard?: (house: string, boot: number | null, uptimeS: number | null) => void
  /** Readings were committed. */
  readonly onMeasured?: (entries: Iterable<readonly [string, Latest]>) => void
}

type Settle = (outcome: Outcome) => void

/** What was measured longer ago was kept back by its node: its boot may be an earlier one, ms. */
const TELLS_OF_NOW = 5_000

/** So many messages wait for no more: they are written while the next ones are decoded. */
const GROUP = 1000

/**
 * The one way in for measurements: decode, check, commit in groups, then show. The promise of a message is settled
 * only after the commit that holds it, or the count of its refusal, is on disk.
 */
export class Ingest {
  readonly #options: IngestOptions
  #pending = new Pending()
  #timer: NodeJS.Timeout | null = null
  #due = false
  #writing: Promise<void> | null = null
  #lastCommitMs: number | null = null
  readonly #counts = { stored: 0, duplicate: 0, refused: 0, failed: 0 }

  constructor(options: IngestOptions) {
    this.#options = options
  }

  /** Duration of the last commit, ms. */
  get lastCommitMs(): number | null {
    return this.#lastCommitMs
  }

  /** Messages since the start, by what became of them. */
  get counts(): Readonly<Record<Outcome['kind'], number>> {
    return this.#counts
  }

  /** A reading of a house, as bytes from MQTT or as an object from HTTP or a file. */
  reading(house: House, series: Series, payload: Uint8Array | object, age: AgeRule = 'live'): Promise<Outcome> {
    const now = this.#options.now()
    const doubtful = age === 'live' ? (this.#options.doubtful?.() ?? null) : null
    const input = payload instanceof Uint8Array ? decodeJson(payload) : { ok: true as const, value: payload }
    const measured = input.ok ? decodeMeasurement(series, input.value, now) : input
    // What a node has dated itself does not depend on the hub's clock.
    const isOwnTime = measured.ok && measured.value.stamp?.campo !== 'ts'
    const rule = doubtful ? 'uncertain' : age
    const checked = measured.ok ? checkMeasurement(measured.value, house, now, rule) : measured
    if (measured.ok && age === 'live' && Math.abs(now - measured.value.at) <= TELLS_OF_NOW)
      this.#options.onHeard?.(house.id, measured.value.boot, measured.value.uptimeS)
    return checked.ok
      ? this.#add((p, settle) => p.addReading(checked.value, powerLimits(house), isOwnTime ? doubtful : null, settle))
      : this.refuse(house.id, checked.error)
  }

  /** A node's `stato`. */
  status(house: string, payload: Uint8Array): Promise<Outcome> {
    const input = decodeJson(payload)
    const decoded = input.ok ? decodeStatus(input.value, this.#options.now()) : input
    if (decoded.ok && decoded.value.online) this.#options.onHeard?.(house, decoded.value.boot, decoded.value.uptimeS)
    return decoded.ok
      ? this.#add((p, settle) => p.addNode(house, decoded.value, settle))
      : this.refuse(house, decoded.error)
  }

  /** The energy of a past interval. */
  interval(house: House, interval: IntervalReading): Promise<Outcome> {
    const checked = checkInterval(interval, house, this.#options.now())
    return checked.ok
      ? this.#add((p, settle) => p.addInterval(checked.value, powerLimits(house), settle))
      : this.refuse(house.id, checked.error)
  }

  /** Counts a refusal, so that the technician can see it. */
  refuse(house: string, refusal: Refusal): Promise<Outcome> {
    return this.#add((p, settle) => p.addRefusal(house, refusal, settle))
  }

  /** Commits what is pending, now. */
  async flush(): Promise<void> {
    while (this.#writing || this.#pending.size > 0) await (this.#writing ?? this.#write())
  }

  #add(put: (pending: Pending, settle: Settle) => void): Promise<Outcome> {
    return new Promise((resolve) => {
      put(this.#pending, resolve)
      if (this.#pending.size >= GROUP) this.#writeSoon()
      else this.#timer ??= setTimeout(() => this.#writeSoon(), this.#options.commitIntervalMs)
    })
  }

  /** Writes what is pending now, or right after the group that is being written. */
  #writeSoon(): void {
    this.#due = true
    if (!this.#writing) void this.#write()
  }

  #write(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#due = false
    const pending = this.#pending
    this.#pending = new Pending()
    this.#writing = this.#commit(pending).finally(() => {
      this.#writing = null
      if (this.#due) void this.#write()
    })
    return this.#writing
  }

  async #commit(pending: Pending): Promise<void> {
    const { live, health, now, doubtful, store } = this.#options
    try {
      const at = now()
      const outcome = await store(pending.batch(doubtful?.() ? Number.POSITIVE_INFINITY : at))
      this.#lastCommitMs = outcome.tookMs
      live.setLatest(outcome.latest)
      this.#options.onMeasured?.(outcome.latest)
      for (const { house, status } of pending.nodes) live.setNode(house, status)
      health.set('storage', null)
      this.#count(pending, outcome)
      pending.settle(outcome)
    } catch (error) {
      const { code = 'INTERNAL', message } = error as { code?: string; message: string }
      health.set('storage', `${code}: ${message}`)
      this.#counts.failed += pending.size
      pending.fail(code)
    }
  }

  #count(pending: Pending, { duplicateReadings, duplicateIntervals }: IngestOutcome): void {
    const duplicates = duplicateReadings.length + duplicateIntervals.length
    this.#counts.duplicate += duplicates
    this.#counts.refused += pending.refused
    this.#counts.stored += pending.size - duplicates - pending.refused
  }
}

/** Messages that wait for the same commit, and who waits for them. */
class Pending {
  readonly #readings: Reading[] = []
  readonly #doubtful = new Map<number, DoubtfulTime>()
  readonly #intervals: IntervalReading[] = []
  readonly #refusals: { house: string; refusal: Refusal }[] = []
  readonly #limits: Record<string, PowerLimits> = {}
  readonly #readingSettles: Settle[] = []
  readonly #intervalSettles: Settle[] = []
  readonly #otherSettles: { settle: Settle; outcome: Outcome }[] = []
  readonly nodes: { house: string; status: NodeStatus }[] = []

  get size(): number {
    return this.#readings.length + this.#intervals.length + this.#otherSettles.length
  }

  get refused(): number {
    return this.#refusals.length
  }

  addReading(reading: Reading, limits: PowerLimits, doubtful: DoubtfulTime | null, settle: Settle): void {
    if (doubtful) this.#doubtful.set(this.#readings.length, doubtful)
    this.#limits[reading.house] = limits
    this.#readings.push(reading)
    this.#readingSettles.push(settle)
  }

  addInterval(interval: IntervalReading, limits: PowerLimits, settle: Settle): void {
    this.#limits[interval.house] = limits
    this.#intervals.push(interval)
    this.#intervalSettles.push(settle)
  }

  addNode(house: string, status: NodeStatus, settle: Settle): void {
    this.nodes.push({ house, status })
    this.#otherSettles.push({ settle, outcome: { kind: 'stored' } })
  }

  addRefusal(house: string, refusal: Refusal, settle: Settle): void {
    this.#refusals.push({ house, refusal })
    this.#otherSettles.push({ settle, outcome: { kind: 'refused', refusal } })
  }

  batch(now: number): IngestBatch {
    return {
      now,
      readings: this.#readings,
      doubtful: this.#doubtful,
      intervals: this.#intervals,
      nodes: this.nodes,
      refusals: this.#refusals,
      limits: this.#limits,
    }
  }

  settle(outcome: IngestOutcome): void {
    settleAll(this.#readingSettles, outcome.duplicateReadings)
    settleAll(this.#intervalSettles, outcome.duplicateIntervals)
    for (const { settle, outcome: own } of this.#otherSettles) settle(own)
  }

  fail(code: string): void {
    const outcome: Outcome = { kind: 'failed', code }
    for (const settle of [...this.#readingSettles, ...this.#intervalSettles]) settle(outcome)
    for (const { settle } of this.#otherSettles) settle(outcome)
  }
}

function settleAll(settles: readonly Settle[], duplicates: readonly number[]): void {
  const duplicate = new Set(duplicates)
  for (const [index, settle] of settles.entries()) settle({ kind: duplicate.has(index) ? 'duplicate' : 'stored' })
}
