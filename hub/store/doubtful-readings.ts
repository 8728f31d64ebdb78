import { createHash } from 'node:crypto'
import type { DoubtfulTime } from '../domain/clock-trust.ts'
import type { PowerLimits, SeriesState } from '../domain/energy.ts'
import { advance, isLate, NO_SERIES } from '../domain/energy.ts'
import type { Latest } from '../domain/latest.ts'
import { latestOf } from '../domain/latest.ts'
import type { Reading } from '../domain/reading.ts'
import type { prepare } from './ingest-statements.ts'
import type { ReadingRow } from './neighbours.ts'
import { toReading } from './neighbours.ts'

/** The clock is right again: readings of this run of the machine can be dated. */
export interface DateTask {
  /** Epoch ms. */
  readonly now: number
  /** This run of the machine, and how far its two clocks rightly lie apart. */
  readonly right: DoubtfulTime
  readonly limits: Readonly<Record<string, PowerLimits>>
}

export interface DoubtfulOutcome {
  /** Readings that were dated in this step. */
  readonly dated: number
  /** Nothing is left that could be dated. */
  readonly done: boolean
  /** Duration of the transaction, ms. */
  readonly tookMs: number
}

/** Readings dated in one transaction. */
const AT_ONCE = 100
const NO_LIMITS: PowerLimits = { productionW: 0, consumptionW: 0 }

/**
 * Readings that arrived while the hub's clock was in doubt. They are stored, and shown as what is happening now, but are in
 * no slot before they can be dated: so no energy is counted for a time at which it was not made, or twice.
 */
export class DoubtfulReadings {
  readonly #sql: ReturnType<typeof prepare>
  /** What is happening now, by the doubtful clock: forgotten when it is put right. */
  #during: DoubtfulTime | null = null
  readonly #states = new Map<string, SeriesState>()
  readonly #moved = new Set<string>()

  constructor(sql: ReturnType<typeof prepare>) {
    this.#sql = sql
  }

  /** The row of a time in doubt: the same time has the same id in every file. */
  idOf({ machineRun, offset }: DoubtfulTime): number {
    const id = createHash('sha256').update(`${machineRun} ${offset}`).digest().readUIntBE(0, 6)
    this.#sql.putDoubt.run(id, machineRun, offset)
    return id
  }

  /** Hears a reading that was stored. */
  note(during: DoubtfulTime, reading: Reading): void {
    if (this.#during?.offset !== during.offset || this.#during.machineRun !== during.machineRun) this.forget()
    this.#during = during
    const state = this.#states.get(reading.house) ?? NO_SERIES
    if (isLate(state, reading)) return
    this.#states.set(reading.house, advance(state, reading, NO_LIMITS, new Map()))
    this.#moved.add(reading.house)
  }

  /** The houses that were heard since the last call, as they stand. */
  latest(): (readonly [string, Latest])[] {
    const moved = [...this.#moved].map((house) => [house, latestOf(this.#states.get(house) ?? NO_SERIES)] as const)
    this.#moved.clear()
    return moved
  }

  forget(): void {
    if (this.#during === null) return
    this.#during = null
    this.#states.clear()
    this.#moved.clear()
  }

  /** The next readings of one house, moved to when they were taken. Forgets a time of which none is left. */
  next({ right }: DateTask): { readings: (Reading & { readonly row: number })[]; done: boolean } {
    const doubt = this.#sql.nextDoubt.get(right.machineRun) as { id: number; offset: number } | undefined
    if (!doubt) return { readings: [], done: true }
    const rows = this.#sql.nextDoubtful.all(doubt.id, doubt.id, AT_ONCE) as ReadingRow[]
    if (rows.length === 0) this.#sql.dropDoubt.run(doubt.id)
    const shift = right.offset - doubt.offset
    return { readings: rows.map((row) => ({ ...toReading(row), at: row.at + shift, row: row.id })), done: false }
  }
}
