import type Database from 'better-sqlite3'
import { MAX_SILENCE } from '../domain/energy.ts'
import type { RetentionDue } from '../domain/retention.ts'
import { BALANCES_BEFORE, READINGS_BEFORE } from '../domain/retention.ts'
import type { Exchange } from '../domain/sharing.ts'
import { sharedEnergy } from '../domain/sharing.ts'
import type { SlotEnergy } from '../domain/slot.ts'
import { addSlot, emptySlot, fillUncovered } from '../domain/slot.ts'
import { HOUR, SLOT, slotStart } from '../domain/time.ts'
import { prepareHousekeeping } from './housekeeping-statements.ts'
import type { ReadingsSchema } from './schema.ts'
import type { SlotColumns } from './slot-row.ts'
import { energyOf, valuesOf } from './slot-row.ts'

/** What a step may do. `delete` = false rolls up alone. */
export interface HousekeepingTask {
  readonly now: number
  readonly due: RetentionDue
  readonly delete: boolean
  /** Where the step before stopped looking at raw readings; 0 at first. */
  readonly afterReading: number
}

export interface HousekeepingStep {
  readonly did: 'rolled' | 'raw' | 'slots' | 'nothing'
  /** Rows written or deleted. */
  readonly rows: number
  readonly afterReading: number
  /** Duration of the transaction, ms. */
  readonly tookMs: number
}

/** Raw readings looked at in one transaction. */
const RAW_AT_ONCE = 250
/** Between two notes of which readings have arrived. */
const ARRIVAL_EVERY = HOUR

/**
 * Rolls slots up into hours and deletes what has had its time, a small piece at a call, each in a transaction of its own:
 * whoever waits for the database waits for one piece at most. All it knows is in the file, so it goes on after any stop.
 */
export class Housekeeper {
  readonly #db: Database.Database
  readonly #sql: ReturnType<typeof prepareHousekeeping>
  /** House -> measured before this its raw readings may go; for one cut-off. */
  readonly #keepFrom = new Map<string, number>()
  #keepFromFor = 0

  constructor(db: Database.Database) {
    this.#db = db
    this.#sql = prepareHousekeeping(db)
  }

  /** The next piece of work, or nothing when all is done. Throws what SQLite throws; then nothing has changed. */
  step(task: HousekeepingTask): HousekeepingStep {
    const started = performance.now()
    const done = this.#db.transaction(() => this.#next(task)).immediate()
    return { ...done, tookMs: performance.now() - started }
  }

  #next(task: HousekeepingTask): Omit<HousekeepingStep, 'tookMs'> {
    const { now, due, afterReading } = task
    const hour = this.#sql.nextUnrolled.get(due.rollBefore - HOUR) as { start: number } | undefined
    if (hour) return { did: 'rolled', rows: this.#roll(hour.start), afterReading }
    this.#noteArrivals(now, due.rawBefore)
    if (!task.delete) return { did: 'nothing', rows: 0, afterReading }
    const raw = this.#retireRaw(due.rawBefore, afterReading)
    if (raw) return { did: 'raw', ...raw }
    const oldest = this.#sql.oldestSlot.get() as { start: number } | undefined
    const start = oldest ? slotStart(oldest.start, HOUR) : due.slotsBefore
    if (start >= due.slotsBefore) return { did: 'nothing', rows: 0, afterReading }
    if (this.#sql.isRolled.get(start, start) === undefined) {
      return { did: 'rolled', rows: this.#roll(start), afterReading }
    }
    for (const { house } of this.#hoursAt(start)) this.#sql.makeFinal.run(house, start)
    return { did: 'slots', rows: this.#sql.deleteSlots.run(start, start + HOUR).changes, afterReading }
  }

  /** An hour of all houses from its slots. What is final keeps its numbers: slots that came after only fill what it lacks. */
  #roll(start: number): number {
    const slots = this.#sql.sums.all(start, start + HOUR) as ({ house: string } & SlotColumns)[]
    const hours = new Map<string, SlotEnergy>()
    for (const row of this.#hoursAt(start)) {
      if (row.final === 1) hours.set(row.house, energyOf(row))
      else this.#sql.deleteHour.run(row.house, start)
    }
    for (const row of slots) {
      const final = hours.get(row.house)
      const energy = final ? fillUncovered(final, energyOf(row)) : energyOf(row)
      hours.set(row.house, energy)
      this.#sql.putHour.run(start, row.house, ...valuesOf(energy), final ? 1 : 0)
    }
    if (hours.size === 0) this.#sql.deleteCommunity.run(start)
    else {
      const sum = emptySlot()
      const exchanges: Exchange[] = []
      for (const [id, energy] of hours) {
        addSlot(sum, energy)
        const { exportedWh, importedWh } = energy
        if (energy.exchangeMeasuredS + energy.exchangeEstimatedS > 0) exchanges.push({ id, exportedWh, importedWh })
      }
      const { sharedWh, gridImportWh, gridExportWh } = sharedEnergy(exchanges)
      const meter = { ...sum, importedWh: gridImportWh, exportedWh: gridExportWh }
      this.#sql.putCommunity.run(start, ...valuesOf(meter), exchanges.length > 0 ? sharedWh : null)
    }
    this.#sql.markRolled.run(start)
    return hours.size
  }

  #hoursAt(start: number): ReadingsSchema['hour'][] {
    return this.#sql.hours.all(start) as ReadingsSchema['hour'][]
  }

  #noteArrivals(now: number, rawBefore: number): void {
    // What a clock that ran ahead has noted would count as long here.
    this.#sql.forgetFutureArrivals.run(now)
    const { at } = this.#sql.lastArrival.get() as { at: number | null }
    if (at !== null && now - at < ARRIVAL_EVERY) return
    this.#sql.noteArrival.run(now)
    this.#sql.forgetArrivals.run(rawBefore)
  }

  /** The next raw readings that arrived, and were measured, before the cut-off. Null when there are none left to look at. */
  #retireRaw(before: number, afterReading: number): { rows: number; afterReading: number } | null {
    const rows = this.#sql.arrivedBefore.all(afterReading, before, RAW_AT_ONCE) as {
      id: number
      at: number
      house: string
      boot: number | null
      seq: number | null
    }[]
    const last = rows.at(-1)
    if (!last) return null
    const emptied = new Map<number, Set<string>>()
    let deleted = 0
    for (const { id, at, house, boot, seq } of rows) {
      if (at >= this.#neededFrom(house, before)) continue
      deleted += this.#sql.deleteReading.run(id).changes
      if (boot !== null && seq !== null) this.#sql.deleteRange.run({ id, house, boot, seq })
      const slot = slotStart(at)
      emptied.set(slot, (emptied.get(slot) ?? new Set()).add(house))
    }
    for (const [slot, houses] of emptied) {
      const left = this.#sql.housesIn.all(slot, slot + SLOT) as { house: string }[]
      for (const { house } of left) houses.delete(house)
      for (const house of houses) this.#sql.deleteHeard.run(house, slot)
    }
    return { rows: deleted, afterReading: last.id }
  }

  /** From when on a house's raw readings are needed to take in one that comes as late as the cut-off. */
  #neededFrom(house: string, before: number): number {
    if (this.#keepFromFor !== before) this.#keepFrom.clear()
    this.#keepFromFor = before
    const known = this.#keepFrom.get(house)
    if (known !== undefined) return known
    const nth = this.#sql.heardBack.get(house, before, 0, READINGS_BEFORE) as { start: number | null }
    const nthBalance = this.#sql.heardBack.get(house, before, 1, BALANCES_BEFORE) as { start: number | null }
    const reach = Math.min(nth.start ?? before, nthBalance.start ?? before)
    const from = Math.max(reach, before - MAX_SILENCE - SLOT)
    this.#keepFrom.set(house, from)
    return from
  }
}
