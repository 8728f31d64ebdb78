import type Database from 'better-sqlite3'
import type { PowerLimits, SeriesState } from '../domain/energy.ts'
import { advance, integrate, isLate, MAX_SILENCE, NO_SERIES, PERIODS_KEPT, spreadInterval } from '../domain/energy.ts'
import { latestOf } from '../domain/latest.ts'
import type { IntervalReading, Reading } from '../domain/reading.ts'
import { MAX_AGE, MAX_AHEAD, MAX_INTERVAL, SERIES } from '../domain/reading.ts'
import type { SlotEnergy, SlotSheet } from '../domain/slot.ts'
import { addSlot, emptySlot, SLOT_FIELDS, slotOf } from '../domain/slot.ts'
import { HOUR, SLOT, slotStart } from '../domain/time.ts'
import type { IngestBatch, IngestOutcome } from './ingest-batch.ts'
import { prepare } from './ingest-statements.ts'
import type { ReadingsSchema } from './schema.ts'
import { decodeSeriesState, encodeSeriesState } from './series-state.ts'
import { energyOf, valuesOf } from './slot-row.ts'

type ReadingRow = ReadingsSchema['reading'] & { readonly id: number }

/** A reading under the row it was stored in. */
type Stored = Reading & { readonly row: number | bigint }

/** Readings after which an integration no longer depends on what was before: the usual period's, of every series, with some to spare. */
const REACH = 2 * SERIES.length * (PERIODS_KEPT + 1)
const BALANCE_REACH = PERIODS_KEPT + 3

/**
 * Writes batches of measurements: raw readings, the slots they add up to and where each house stands, in one
 * transaction. It keeps nothing in memory between two batches, so several processes may write one file in turn.
 */
export class IngestWriter {
  readonly #db: Database.Database
  readonly #sql: ReturnType<typeof prepare>

  constructor(db: Database.Database) {
    this.#db = db
    this.#sql = prepare(db)
  }

  /** Commits the whole batch or nothing; throws what SQLite throws (`SQLITE_FULL`, `SQLITE_IOERR`, ...). */
  commit(batch: IngestBatch): IngestOutcome {
    const started = performance.now()
    const outcome = this.#db.transaction(() => this.#write(batch)).immediate()
    return { ...outcome, tookMs: performance.now() - started }
  }

  #write(batch: IngestBatch): Omit<IngestOutcome, 'tookMs'> {
    const duplicateReadings: number[] = []
    const duplicateIntervals: number[] = []
    const byHouse = new Map<string, { readings: Stored[]; intervals: IntervalReading[] }>()
    const of = (house: string) => {
      const entry = byHouse.get(house) ?? { readings: [], intervals: [] }
      byHouse.set(house, entry)
      return entry
    }
    const heard = new Set<string>()
    for (const [index, r] of batch.readings.entries()) {
      // A slot whose raw readings are retired takes no more of them: nobody can tell any longer which it has had.
      if (r.at < batch.now - MAX_AGE && this.#sql.isRetired.get(r.house, slotStart(r.at)) !== undefined) {
        duplicateReadings.push(index)
        continue
      }
      const { changes, lastInsertRowid: row } = this.#sql.insertReading.run(
        r.at,
        r.house,
        SERIES.indexOf(r.series),
        r.productionW,
        r.consumptionW,
        r.boot,
        r.seq,
        r.producedWh,
        r.consumedWh,
        r.importedWh,
        r.exportedWh,
      )
      if (changes === 0) duplicateReadings.push(index)
      else of(r.house).readings.push({ ...r, row })
      const slot = slotStart(r.at)
      const balance = r.consumptionW === null ? 0 : 1
      const told = `${r.house} ${slot} ${balance}`
      if (!heard.has(told)) this.#sql.hear.run(r.house, slot, balance)
      heard.add(told)
    }
    for (const [index, i] of batch.intervals.entries()) {
      const { changes } = this.#sql.insertInterval.run(i.house, i.at, i.durationMs, i.producedWh, i.consumedWh)
      if (changes === 0) duplicateIntervals.push(index)
      else of(i.house).intervals.push(i)
    }
    const latest = [...byHouse].flatMap(([house, { readings, intervals }]) => {
      const limits = batch.limits[house] ?? { productionW: 0, consumptionW: 0 }
      const state = this.#takeIn(house, readings, intervals, limits, batch.now)
      return state ? [[house, latestOf(state)] as const] : []
    })
    for (const { house, status: s } of batch.nodes) {
      this.#sql.upsertNode.run(house, s.online ? 1 : 0, s.at, s.fw, s.boot, s.uptimeS)
    }
    for (const { house, refusal: f } of batch.refusals) {
      this.#sql.countRefusal.run(house, f.reason, batch.now, f.campo, shorten(f.valore), f.atteso)
    }
    return { duplicateReadings, duplicateIntervals, latest }
  }

  /** New readings and intervals of one house into its slots; the state it stands at when readings moved it on. */
  #takeIn(
    house: string,
    readings: readonly Stored[],
    intervals: readonly IntervalReading[],
    limits: PowerLimits,
    now: number,
  ): SeriesState | null {
    const filled: SlotSheet = new Map()
    for (const interval of intervals) {
      const stored = this.#slotsOf(house, interval.at, interval.at + interval.durationMs)
      spreadInterval(interval, (start) => stored.get(start) ?? EMPTY, filled)
    }
    this.#add(house, filled)
    const known = this.#seriesOf(house)
    // What was measured before the hub's clock was set back does not hold up what is measured now.
    const before = known.production && known.production.at > now + MAX_AHEAD ? NO_SERIES : known
    const sheet: SlotSheet = new Map()
    const late: Stored[] = []
    const inOrder: Stored[] = []
    let state = before
    for (const reading of readings.toSorted((a, b) => a.at - b.at)) {
      if (isLate(state, reading)) {
        late.push(reading)
        continue
      }
      inOrder.push(reading)
      state = advance(state, strip(reading), limits, sheet)
    }
    // Measured energy takes the place of what an interval filled in.
    if (this.#meetsInterval(house, sheet)) late.push(...inOrder)
    else this.#add(house, sheet)
    if (late.length > 0) state = this.#integrateAgain(house, late, state, limits, now)
    if (state === before) return null
    this.#sql.upsertSeries.run(house, encodeSeriesState(state))
    return state
  }

  /**
   * Takes `fresh` readings in whose place is not at the end: the slots change by the difference they make to the
   * readings around them, so that what no raw reading tells of any more stays. Answers the state in order of time.
   */
  #integrateAgain(
    house: string,
    fresh: readonly Stored[],
    state: SeriesState,
    limits: PowerLimits,
    now: number,
  ): SeriesState {
    const ids = new Set(fresh.map((r) => Number(r.row)))
    const times = fresh.map((r) => r.at)
    const withBalance = fresh.some((r) => r.consumptionW !== null)
    const from = slotStart(this.#reach(house, Math.min(...times), -1, withBalance))
    const to = slotStart(this.#reach(house, Math.max(...times), 1, withBalance)) + SLOT
    const first = this.#reach(house, from, -1, withBalance)
    const last = Math.min(this.#reach(house, to, 1, withBalance), now + MAX_AHEAD)
    const rows = this.#readingsBetween(house, first, last)
    const balance = state.balance && state.balance.at < first ? state.balance : null
    const start: SeriesState = { ...NO_SERIES, balance, balancePeriods: balance ? state.balancePeriods : [] }
    const old = integrate(rows.filter((row) => !ids.has(row.id)).map(toReading), start, limits)
    const whole = integrate(rows.map(toReading), start, limits)
    for (const interval of this.#intervalsBetween(house, from, to)) {
      spreadInterval(interval, emptySlot, old.sheet)
      spreadInterval(interval, emptySlot, whole.sheet)
    }
    for (const [at, slot] of old.sheet) addSlot(slotOf(whole.sheet, at), slot, -1)
    this.#add(
      house,
      new Map([...whole.sheet].filter(([at, slot]) => at >= from && at < to && SLOT_FIELDS.some((f) => slot[f] !== 0))),
    )
    if (last < (state.production?.at ?? 0)) return state
    return withBalance ? whole.state : { ...whole.state, balance: state.balance, balancePeriods: state.balancePeriods }
  }

  /** How far from an instant readings of a house depend on one another: the instant of the outermost such reading. */
  #reach(house: string, at: number, direction: 1 | -1, withBalance: boolean): number {
    const all = this.#outermost(house, at, direction, false, REACH)
    if (!withBalance) return all
    const balances = this.#outermost(house, at, direction, true, BALANCE_REACH)
    return direction < 0 ? Math.min(all, balances) : Math.max(all, balances)
  }

  /** Instant of the `count`-th reading from `at`, found through the slots the house was heard in: a silence costs nothing. */
  #outermost(house: string, at: number, direction: 1 | -1, balancesOnly: boolean, count: number): number {
    const next = direction < 0 ? this.#sql.heardBefore : this.#sql.heardAfter
    let found = at
    let left = count
    let slot: { start: number } | undefined = { start: slotStart(at) }
    while (slot && Math.abs(slot.start - at) <= MAX_SILENCE + SLOT) {
      const rows = this.#sql.instantsIn.all(slot.start, slot.start + SLOT, house) as Pick<
        ReadingRow,
        'at' | 'consumption_w'
      >[]
      for (const row of direction < 0 ? rows.toReversed() : rows) {
        const distance = (row.at - at) * direction
        if (distance <= 0 || (balancesOnly && row.consumption_w === null)) continue
        if (left === 0 || distance > MAX_SILENCE) return found
        left -= 1
        found = row.at
      }
      if (left === 0) return found
      slot = next.get(house, slot.start, balancesOnly ? 1 : 0) as { start: number } | undefined
    }
    return found
  }

  #readingsBetween(house: string, first: number, last: number): ReadingRow[] {
    const slots = this.#sql.heardBetween.all(house, slotStart(first), last) as { start: number }[]
    const rows = slots.flatMap(({ start }) => this.#sql.readingsIn.all(start, start + SLOT, house) as ReadingRow[])
    return rows.filter((row) => row.at >= first && row.at <= last)
  }

  #meetsInterval(house: string, sheet: SlotSheet): boolean {
    if (sheet.size === 0) return false
    const starts = [...sheet.keys()]
    return this.#intervalsBetween(house, Math.min(...starts), Math.max(...starts) + SLOT).length > 0
  }

  #intervalsBetween(house: string, from: number, to: number): IntervalReading[] {
    const rows = this.#sql.intervalsBetween.all(house, from - MAX_INTERVAL, to, from) as ReadingsSchema['interval'][]
    return rows.map((i) => ({
      house,
      at: i.at,
      durationMs: i.duration_ms,
      producedWh: i.produced_wh,
      consumedWh: i.consumed_wh,
    }))
  }

  #add(house: string, sheet: SlotSheet): void {
    for (const [start, slot] of sheet) this.#sql.addSlot.run(start, house, ...valuesOf(slot))
    for (const hour of new Set([...sheet.keys()].map((start) => slotStart(start, HOUR))))
      this.#sql.markUnrolled.run(hour)
  }

  #seriesOf(house: string): SeriesState {
    const row = this.#sql.series.get(house) as { state: string } | undefined
    return row ? decodeSeriesState(row.state, house) : NO_SERIES
  }

  /** The slots of a house that are stored between two instants. */
  #slotsOf(house: string, from: number, to: number): Map<number, SlotEnergy> {
    const stored = new Map<number, SlotEnergy>()
    for (let start = slotStart(from); start < to; start += SLOT) {
      const row = this.#sql.slot.get(start, house) as ReadingsSchema['slot'] | undefined
      if (row) stored.set(start, energyOf(row))
    }
    return stored
  }
}

const EMPTY: Readonly<SlotEnergy> = emptySlot()

function toReading(row: ReadingRow): Reading {
  return {
    house: row.house,
    series: SERIES[row.series] ?? 'rendimento',
    at: row.at,
    productionW: row.production_w,
    consumptionW: row.consumption_w,
    boot: row.boot,
    seq: row.seq,
    producedWh: row.produced_wh,
    consumedWh: row.consumed_wh,
    importedWh: row.imported_wh,
    exportedWh: row.exported_wh,
  }
}

function strip({ row: _, ...reading }: Stored): Reading {
  return reading
}

/** A refused value as it is kept for the technician: recognisable, never large. */
function shorten(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
