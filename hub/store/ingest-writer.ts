import type Database from 'better-sqlite3'
import type { PowerLimits, SeriesState } from '../domain/energy.ts'
import { advance, integrate, isLate, NO_SERIES, spreadInterval } from '../domain/energy.ts'
import { latestOf } from '../domain/latest.ts'
import type { IntervalReading, Reading } from '../domain/reading.ts'
import { MAX_AGE, MAX_AHEAD, MAX_INTERVAL, SERIES } from '../domain/reading.ts'
import type { SlotEnergy, SlotSheet } from '../domain/slot.ts'
import { addSlot, emptySlot, SLOT_FIELDS, slotOf } from '../domain/slot.ts'
import { HOUR, SLOT, slotStart } from '../domain/time.ts'
import type { DateTask, DoubtfulOutcome } from './doubtful-readings.ts'
import { DoubtfulReadings } from './doubtful-readings.ts'
import type { IngestBatch, IngestOutcome } from './ingest-batch.ts'
import { prepare } from './ingest-statements.ts'
import { Neighbours, toReading } from './neighbours.ts'
import type { ReadingsSchema } from './schema.ts'
import { NO_NUMBER, SeqRanges } from './seq-ranges.ts'
import { decodeSeriesState, encodeSeriesState } from './series-state.ts'
import { energyOf, valuesOf } from './slot-row.ts'

/** A reading under the row it was stored in. */
type Stored = Reading & { readonly row: number | bigint }

/**
 * Writes batches of measurements: raw readings, the slots they add up to and where each house stands, in one
 * transaction. What it keeps in memory holds only while nobody else writes, so several processes may write one file in turn.
 */
export class IngestWriter {
  readonly #db: Database.Database
  readonly #sql: ReturnType<typeof prepare>
  readonly #near: Neighbours
  readonly #doubtful: DoubtfulReadings
  readonly #seqs: SeqRanges

  constructor(db: Database.Database) {
    this.#db = db
    this.#sql = prepare(db)
    this.#near = new Neighbours(this.#sql)
    this.#doubtful = new DoubtfulReadings(this.#sql)
    this.#seqs = new SeqRanges(db)
  }

  /** Commits the whole batch or nothing; throws what SQLite throws (`SQLITE_FULL`, `SQLITE_IOERR`, ...). */
  commit(batch: IngestBatch): IngestOutcome {
    const started = performance.now()
    const outcome = this.#db.transaction(() => this.#write(batch)).immediate()
    this.#seqs.committed()
    return { ...outcome, tookMs: performance.now() - started }
  }

  /** Dates and takes in the next readings that were taken while the clock was in doubt; commits. */
  date(task: DateTask): DoubtfulOutcome {
    const started = performance.now()
    const step = () => {
      const due = this.#doubtful.next(task)
      for (const r of due.readings) this.#sql.date.run(r.at, r.row)
      const fresh = due.readings.filter((r) => !this.#isTooLate(r, task.now))
      const [first] = fresh
      for (const r of fresh) this.#hear(r)
      const limits = first && task.limits[first.house]
      if (first) this.#takeIn(first.house, fresh, [], limits ?? NO_POWER, task.now)
      return { dated: due.readings.length, done: due.done }
    }
    return { ...this.#db.transaction(step).immediate(), tookMs: performance.now() - started }
  }

  /** A slot whose raw readings are retired takes no more of them: nobody can tell any longer which it has had. */
  #isTooLate(r: Reading, now: number): boolean {
    return r.at < now - MAX_AGE && this.#sql.isRetired.get(r.house, slotStart(r.at)) !== undefined
  }

  #hear(r: Reading): void {
    this.#sql.hear.run(r.house, slotStart(r.at), r.consumptionW === null ? 0 : 1)
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
    this.#seqs.begin()
    for (const [index, r] of batch.readings.entries()) {
      const doubt = batch.doubtful?.get(index)
      if (!doubt && this.#isTooLate(r, batch.now)) {
        duplicateReadings.push(index)
        continue
      }
      const range = r.boot === null || r.seq === null ? NO_NUMBER : this.#seqs.take(r.house, r.boot, r.seq)
      if (range === null) {
        duplicateReadings.push(index)
        continue
      }
      const { lastInsertRowid: row } = this.#sql.insertReading.run(
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
        doubt ? this.#doubtful.idOf(doubt) : null,
      )
      range.lastId = Number(row)
      if (doubt) {
        this.#doubtful.note(doubt, r)
        continue
      }
      of(r.house).readings.push({ ...r, row })
      const slot = slotStart(r.at)
      const balance = r.consumptionW === null ? 0 : 1
      const told = `${r.house} ${slot} ${balance}`
      if (!heard.has(told)) this.#hear(r)
      heard.add(told)
    }
    this.#seqs.write()
    for (const [index, i] of batch.intervals.entries()) {
      const { changes } = this.#sql.insertInterval.run(i.house, i.at, i.durationMs, i.producedWh, i.consumedWh)
      if (changes === 0) duplicateIntervals.push(index)
      else of(i.house).intervals.push(i)
    }
    const latest = [...byHouse].flatMap(([house, { readings, intervals }]) => {
      const limits = batch.limits[house] ?? NO_POWER
      const state = this.#takeIn(house, readings, intervals, limits, batch.now)
      return state ? [[house, latestOf(state)] as const] : []
    })
    if (batch.doubtful?.size) latest.push(...this.#doubtful.latest())
    else this.#doubtful.forget()
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
    // What was measured before the hub's clock was set back does not hold up what is measured now, nor counts twice.
    const isAhead = known.production !== null && known.production.at > now + MAX_AHEAD
    if (isAhead) this.#sql.putAhead.run(house, known.production?.at)
    const before = isAhead ? NO_SERIES : known
    const aheadUntil = this.#sql.aheadUntil.get(house) as number | undefined
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
    const meetsAhead = aheadUntil !== undefined && (before.production?.at ?? 0) <= aheadUntil
    if (aheadUntil !== undefined && !meetsAhead) this.#sql.dropAhead.run(house)
    // Measured energy takes the place of what an interval filled in.
    if (meetsAhead || this.#meetsInterval(house, sheet)) late.push(...inOrder)
    else this.#add(house, sheet)
    if (late.length > 0) {
      const again = this.#integrateAgain(house, late, state, limits, now)
      if (aheadUntil === undefined) state = again
    }
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
    const from = slotStart(this.#near.reach(house, Math.min(...times), -1, withBalance))
    const to = slotStart(this.#near.reach(house, Math.max(...times), 1, withBalance)) + SLOT
    const first = this.#near.reach(house, from, -1, withBalance)
    const last = Math.min(this.#near.reach(house, to, 1, withBalance), now + MAX_AHEAD)
    const rows = this.#near.between(house, first, last)
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

const NO_POWER: PowerLimits = { productionW: 0, consumptionW: 0 }
const EMPTY: Readonly<SlotEnergy> = emptySlot()

function strip({ row: _, ...reading }: Stored): Reading {
  return reading
}

/** A refused value as it is kept for the technician: recognisable, never large. */
function shorten(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
