import type { House } from './house.ts'
import type { IntervalReading, Reading } from './reading.ts'
import { MAX_PRODUCTION_RATIO, maxConsumption, SERIES } from './reading.ts'
import type { SlotEnergy, SlotSheet } from './slot.ts'
import { slotOf } from './slot.ts'
import { DAY, HOUR, MINUTE, SECOND, SLOT, slotStart } from './time.ts'

/** Highest plausible powers of a house in W: what a counter may rise by at most. */
export interface PowerLimits {
  readonly productionW: number
  readonly consumptionW: number
}

export function powerLimits(house: Pick<House, 'peakPower' | 'connectionLimit'>): PowerLimits {
  return { productionW: MAX_PRODUCTION_RATIO * house.peakPower, consumptionW: maxConsumption(house) }
}

/** Where the integration of a house stands. Plain data: it is stored with the readings it stems from. */
export interface SeriesState {
  /** Last reading that counted for production, and the one before it. */
  readonly production: Reading | null
  readonly beforeProduction: Reading | null
  /** Last reading with production and consumption. */
  readonly balance: Reading | null
  /** The last few distances between production readings, ms: their median is the usual period. */
  readonly periods: readonly number[]
  /** The same of readings with production and consumption, which may come more seldom. */
  readonly balancePeriods: readonly number[]
  /** Gap limit that was applied to the segment that ends in `production`. */
  readonly limit: number
}

export const NO_SERIES: SeriesState = {
  production: null,
  beforeProduction: null,
  balance: null,
  periods: [],
  balancePeriods: [],
  limit: 0,
}

/** The usual period is the median of as many distances. */
export const PERIODS_KEPT = 5
/** A silence is never bridged beyond this, however slow the node. */
export const MAX_GAP = 15 * MINUTE
const MIN_GAP = MINUTE
/** A silence beyond this begins a house anew: not even counters tell how its energy was spread. */
export const MAX_SILENCE = 31 * DAY
/** Readings of two series closer than this are the same instant: the series with more authority counts. */
export const SAME_INSTANT = SECOND
/** Counters step in whole Wh: the first and the last step of a difference may each be off by one. */
const COUNTER_STEP_WH = 2

/** The silence that is a gap: 3 x the usual period, between 60 s and 15 min; 15 min while the period is unknown. */
export function gapLimit(periods: readonly number[]): number {
  if (periods.length === 0) return MAX_GAP
  const sorted = [...periods].sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  return Math.min(MAX_GAP, Math.max(3 * median, MIN_GAP))
}

/** A reading from before the last one that counted: its neighbourhood has to be integrated again. */
export function isLate(state: SeriesState, reading: Reading): boolean {
  return state.production !== null && reading.at < state.production.at
}

/**
 * One reading further: adds the energy since the reading before to `sheet` and returns the new state. Pure but for
 * `sheet`. Readings come in order of time (see `isLate`). Energy is the rise of the counter where there is a sound one,
 * else the trapezoid under the power, import and export from the sign of the balance inside each segment. A gap
 * adds nothing, unless counters tell its energy: then it is spread evenly and called estimated.
 * Worked value: 1000 W at 12:00:00 and 2000 W at 12:00:10 -> 4.1667 Wh, 10 s measured.
 */
export function advance(state: SeriesState, reading: Reading, limits: PowerLimits, sheet: SlotSheet): SeriesState {
  const balance = reading.consumptionW === null ? {} : addBalance(state, reading, limits, sheet)
  const last = state.production
  if (last && reading.series !== last.series && reading.at - last.at <= SAME_INSTANT) {
    if (SERIES.indexOf(reading.series) > SERIES.indexOf(last.series)) return { ...state, ...balance }
    if (state.beforeProduction) {
      addProduction(state.beforeProduction, last, state.limit, limits, sheet, -1)
      addProduction(state.beforeProduction, reading, state.limit, limits, sheet, 1)
    }
    return { ...state, ...balance, production: reading }
  }
  if (!last || reading.at - last.at > MAX_SILENCE) {
    return { ...state, ...balance, production: reading, beforeProduction: null, periods: [], limit: MAX_GAP }
  }
  const limit = gapLimit(state.periods)
  addProduction(last, reading, limit, limits, sheet, 1)
  const periods = withPeriod(state.periods, reading.at - last.at)
  return { ...state, ...balance, production: reading, beforeProduction: last, periods, limit }
}

function withPeriod(periods: readonly number[], distance: number): readonly number[] {
  return distance > 0 ? [...periods, Math.min(distance, MAX_GAP)].slice(-PERIODS_KEPT) : periods
}

function addProduction(
  a: Reading,
  b: Reading,
  limit: number,
  limits: PowerLimits,
  sheet: SlotSheet,
  sign: 1 | -1,
): void {
  const span = b.at - a.at
  if (span <= 0) return
  const counted = rise(a, b, 'producedWh', limits.productionW)
  if (span > limit) {
    if (counted !== null)
      spread(a.at, b.at, sheet, (slot, share, seconds) => {
        slot.producedWh += sign * counted * share
        slot.productionEstimatedS += sign * seconds
      })
    return
  }
  const drawn = mean(a.productionW, b.productionW) * (span / HOUR)
  pieces(a.at, b.at, (start, from, to, share) => {
    const slot = slotOf(sheet, start)
    const wh =
      mean(at(a.productionW, b.productionW, from), at(a.productionW, b.productionW, to)) * ((span * share) / HOUR)
    slot.producedWh += sign * (counted === null ? wh : drawn > 0 ? (counted * wh) / drawn : counted * share)
    slot.productionMeasuredS += (sign * span * share) / SECOND
  })
}

function addBalance(
  state: SeriesState,
  b: Reading,
  limits: PowerLimits,
  sheet: SlotSheet,
): Pick<SeriesState, 'balance' | 'balancePeriods'> {
  const a = state.balance
  if (!a || b.at - a.at > MAX_SILENCE) return { balance: b, balancePeriods: [] }
  if (b.at > a.at) addUse(a, b, gapLimit(state.balancePeriods), limits, sheet)
  return { balance: b, balancePeriods: withPeriod(state.balancePeriods, b.at - a.at) }
}

function addUse(a: Reading, b: Reading, limit: number, limits: PowerLimits, sheet: SlotSheet): void {
  const span = b.at - a.at
  const consumed = rise(a, b, 'consumedWh', limits.consumptionW)
  const imported = rise(a, b, 'importedWh', limits.consumptionW)
  const exported = rise(a, b, 'exportedWh', limits.productionW)
  const exchange = imported !== null && exported !== null ? { imported, exported } : null
  if (span > limit) {
    if (consumed === null && !exchange) return
    spread(a.at, b.at, sheet, (slot, share, seconds) => {
      if (consumed !== null) {
        slot.consumedWh += consumed * share
        slot.consumptionEstimatedS += seconds
      }
      if (exchange) {
        slot.importedWh += exchange.imported * share
        slot.exportedWh += exchange.exported * share
        slot.exchangeEstimatedS += seconds
      }
    })
    return
  }
  const c0 = a.consumptionW ?? 0
  const c1 = b.consumptionW ?? 0
  const n0 = c0 - a.productionW
  const n1 = c1 - b.productionW
  const drawn = mean(c0, c1) * (span / HOUR)
  pieces(a.at, b.at, (start, from, to, share) => {
    const slot = slotOf(sheet, start)
    const hours = (span * share) / HOUR
    const wh = mean(at(c0, c1, from), at(c0, c1, to)) * hours
    slot.consumedWh += consumed === null ? wh : drawn > 0 ? (consumed * wh) / drawn : consumed * share
    slot.importedWh += exchange ? exchange.imported * share : positivePart(at(n0, n1, from), at(n0, n1, to)) * hours
    slot.exportedWh += exchange ? exchange.exported * share : positivePart(-at(n0, n1, from), -at(n0, n1, to)) * hours
    slot.consumptionMeasuredS += (span * share) / SECOND
    slot.exchangeMeasuredS += (span * share) / SECOND
  })
}

/**
 * Rise of a counter between two readings in Wh, or null where it says nothing: not counted, another boot, fallen,
 * or risen more than `mostW` could have made it.
 */
function rise(
  a: Reading,
  b: Reading,
  counter: 'producedWh' | 'consumedWh' | 'importedWh' | 'exportedWh',
  mostW: number,
): number | null {
  const before = a[counter]
  const after = b[counter]
  if (before === null || after === null || a.boot !== b.boot) return null
  const delta = after - before
  return delta >= 0 && delta <= (mostW * (b.at - a.at)) / HOUR + COUNTER_STEP_WH ? delta : null
}

/** Slots of one house from its readings, in order of time: what `advance` adds up to from `start` on, and where it ends. */
export function integrate(
  readings: Iterable<Reading>,
  start: SeriesState,
  limits: PowerLimits,
): { sheet: SlotSheet; state: SeriesState } {
  const sheet: SlotSheet = new Map()
  let state = start
  for (const reading of readings) state = advance(state, reading, limits, sheet)
  return { sheet, state }
}

/**
 * The energy of a past interval, spread evenly over its slots as estimated. It fills only what is uncovered: a channel
 * of a slot takes the interval's share of as many seconds as it has room for. `existing` are the slots stored so far,
 * beside `sheet`. Import and export follow from the two energies.
 * Worked value: 1200 Wh in an hour -> 100 Wh a slot; where 180 of the 300 s are measured already, 40 Wh.
 */
export function spreadInterval(
  interval: IntervalReading,
  existing: (start: number) => Readonly<SlotEnergy>,
  sheet: SlotSheet,
): void {
  const { producedWh, consumedWh } = interval
  const net = producedWh === null || consumedWh === null ? null : consumedWh - producedWh
  spread(interval.at, interval.at + interval.durationMs, sheet, (slot, share, seconds, start) => {
    const now = existing(start)
    const room = (channel: keyof typeof COVERAGE) =>
      Math.max(0, Math.min(seconds, SLOT / SECOND - covered(now, slot, channel)))
    if (producedWh !== null) {
      const filled = room('production')
      slot.producedWh += (producedWh * share * filled) / seconds
      slot.productionEstimatedS += filled
    }
    if (consumedWh !== null) {
      const filled = room('consumption')
      slot.consumedWh += (consumedWh * share * filled) / seconds
      slot.consumptionEstimatedS += filled
    }
    if (net !== null) {
      const filled = room('exchange')
      slot.importedWh += (Math.max(0, net) * share * filled) / seconds
      slot.exportedWh += (Math.max(0, -net) * share * filled) / seconds
      slot.exchangeEstimatedS += filled
    }
  })
}

/** The two fields that say how much of a slot a channel covers. */
const COVERAGE = {
  production: ['productionMeasuredS', 'productionEstimatedS'],
  consumption: ['consumptionMeasuredS', 'consumptionEstimatedS'],
  exchange: ['exchangeMeasuredS', 'exchangeEstimatedS'],
} as const

function covered(stored: Readonly<SlotEnergy>, added: Readonly<SlotEnergy>, channel: keyof typeof COVERAGE): number {
  const [measured, estimated] = COVERAGE[channel]
  return stored[measured] + stored[estimated] + added[measured] + added[estimated]
}

function spread(
  from: number,
  to: number,
  sheet: SlotSheet,
  add: (slot: SlotEnergy, share: number, seconds: number, start: number) => void,
): void {
  pieces(from, to, (start, _from, _to, share) =>
    add(slotOf(sheet, start), share, ((to - from) * share) / SECOND, start),
  )
}

/** Cuts [from, to) at slot boundaries: slot start, relative begin and end inside the segment (0..1), and share of it. */
function pieces(
  from: number,
  to: number,
  visit: (start: number, begin: number, end: number, share: number) => void,
): void {
  const span = to - from
  let start = slotStart(from)
  for (let begin = from; begin < to; start += SLOT) {
    const end = Math.min(to, start + SLOT)
    visit(start, (begin - from) / span, (end - from) / span, (end - begin) / span)
    begin = end
  }
}

/** Value at relative position x (0..1) on the line from v0 to v1. */
function at(v0: number, v1: number, x: number): number {
  return v0 + (v1 - v0) * x
}

function mean(v0: number, v1: number): number {
  return (v0 + v1) / 2
}

/** Mean of max(0, v) on the line from v0 to v1. Worked value: -100 to 100 -> 25. */
function positivePart(v0: number, v1: number): number {
  if (v0 >= 0 && v1 >= 0) return (v0 + v1) / 2
  if (v0 <= 0 && v1 <= 0) return 0
  const top = Math.max(v0, v1)
  return (top * top) / (2 * Math.abs(v1 - v0))
}
