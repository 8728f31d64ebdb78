import type { House } from './house.ts'
import { DEFAULT_CONNECTION_LIMIT } from './house.ts'
import type { Result } from './result.ts'
import { fail, ok } from './result.ts'
import { DAY, HOUR, isoSeconds, MINUTE } from './time.ts'

/** The series a reading belongs to, in order of authority over a house's production. */
export const SERIES = ['bilancio', 'produzione', 'rendimento'] as const
export type Series = (typeof SERIES)[number]

/** Monotonic energy counters of a node in Wh; null where the node does not count. */
export interface Counters {
  readonly producedWh: number | null
  readonly consumedWh: number | null
  readonly importedWh: number | null
  readonly exportedWh: number | null
}

/** What a node measured, as it came, before it is known to be plausible. */
export interface Measurement extends Counters {
  readonly series: Series
  /** W for bilancio and produzione; W per Wp for rendimento. */
  readonly production: number
  /** W; null outside bilancio. */
  readonly consumption: number | null
  /** Measured at, epoch ms: from `ts`, from `eta_s`, or the time of arrival. */
  readonly at: number
  /** The field that told the instant, and what it held, for whoever has to mend it; null when none did. */
  readonly stamp: { readonly campo: 'ts' | 'eta_s'; readonly valore: unknown } | null
  readonly boot: number | null
  /** The node's uptime when it sent this, s. */
  readonly uptimeS: number | null
  readonly seq: number | null
}

/** A plausible reading: whole watts, both >= 0. */
export interface Reading extends Counters {
  readonly house: string
  readonly series: Series
  readonly at: number
  readonly productionW: number
  readonly consumptionW: number | null
  readonly boot: number | null
  readonly seq: number | null
}

/** Energy of a past interval [at, at + duration), read from a meter or a file rather than measured live. */
export interface IntervalReading {
  readonly house: string
  readonly at: number
  readonly durationMs: number
  readonly producedWh: number | null
  readonly consumedWh: number | null
}

export const REFUSALS = ['formato', 'casa_sconosciuta', 'troppo_vecchia', 'futura', 'produzione', 'consumo'] as const
export type RefusalReason = (typeof REFUSALS)[number]

/** Why a reading was not taken. It is counted per house and reason and shown to the technician. */
export interface Refusal {
  readonly reason: RefusalReason
  readonly campo: string
  readonly valore: unknown
  readonly atteso: string
}

/** What the hub can do about age: `live` = 7 days back and 5 min ahead; `replay` = any past; `uncertain` = its own clock is not to be trusted. */
export type AgeRule = 'live' | 'replay' | 'uncertain'

export const MAX_AGE = 7 * DAY
export const MAX_AHEAD = 5 * MINUTE

/** The longest interval whose energy may be spread evenly, ms. */
export const MAX_INTERVAL = DAY

/** Highest plausible production over peak power (edge-of-cloud irradiance, rounding of the rated peak). */
export const MAX_PRODUCTION_RATIO = 1.25
/** Production down to this share of peak below zero is an inverter's own night use and counts as 0. */
const NIGHT_USE_RATIO = 0.02
/** Highest plausible consumption over the house's connection limit. */
const MAX_CONSUMPTION_RATIO = 3

export function maxConsumption(house: Pick<House, 'connectionLimit'>): number {
  return MAX_CONSUMPTION_RATIO * (house.connectionLimit ?? DEFAULT_CONNECTION_LIMIT)
}

/** Is the measured instant acceptable at `now`? */
export function checkAge(at: number, now: number, rule: AgeRule): Refusal | null {
  if (rule === 'uncertain') return null
  if (at > now + MAX_AHEAD) {
    return { reason: 'futura', campo: 'ts', valore: readable(at), atteso: 'at most 5 minutes ahead of the hub' }
  }
  if (rule === 'live' && at < now - MAX_AGE) {
    return { reason: 'troppo_vecchia', campo: 'ts', valore: readable(at), atteso: 'at most 7 days old' }
  }
  return null
}

/**
 * A measurement that can be true for this house, in whole watts, or why it cannot.
 * Worked value: peak 3000 Wp, rendimento 0.5 -> 1500 W; -60 W (-2 %) -> 0 W; 3751 W (> 125 %) -> refused.
 */
export function checkMeasurement(
  measured: Measurement,
  house: House,
  now: number,
  rule: AgeRule,
): Result<Reading, Refusal> {
  const age = checkAge(measured.at, now, rule)
  if (age) return fail({ ...age, ...measured.stamp })
  const isYield = measured.series === 'rendimento'
  const raw = isYield ? measured.production * house.peakPower : measured.production
  const limit = MAX_PRODUCTION_RATIO * house.peakPower
  const lowest = -NIGHT_USE_RATIO * house.peakPower
  if (!(raw >= lowest && raw <= limit)) {
    return fail({
      reason: 'produzione',
      campo: isYield ? 'rendimento' : measured.series === 'bilancio' ? 'produzione_w' : 'potenza_w',
      valore: measured.production,
      atteso: isYield
        ? `between -0.02 and ${MAX_PRODUCTION_RATIO}`
        : `between ${Math.round(lowest)} and ${Math.round(limit)} W for a peak of ${house.peakPower} W`,
    })
  }
  const consumption = measured.consumption
  const most = maxConsumption(house)
  if (consumption !== null && !(consumption >= 0 && consumption <= most)) {
    return fail({ reason: 'consumo', campo: 'consumo_w', valore: consumption, atteso: `between 0 and ${most} W` })
  }
  return ok({
    house: house.id,
    series: measured.series,
    // A node whose clock runs ahead measured now: what is measured next must not seem older.
    at: rule === 'live' ? Math.min(measured.at, now) : measured.at,
    productionW: Math.max(0, Math.round(raw)),
    consumptionW: consumption === null ? null : Math.round(consumption),
    boot: measured.boot,
    seq: measured.seq,
    producedWh: measured.producedWh,
    consumedWh: measured.consumedWh,
    importedWh: measured.importedWh,
    exportedWh: measured.exportedWh,
  })
}

/**
 * The energy of an interval that can be true for this house, or why it cannot: its mean powers are held to the limits
 * of a reading. A house without a plant produces nothing, so what it produced is known to be 0.
 * Worked value: peak 3000 Wp, 1 h, 3750 Wh -> taken; 3751 Wh (mean above 125 %) -> refused; -60 Wh -> 0 Wh.
 */
export function checkInterval(interval: IntervalReading, house: House, now: number): Result<IntervalReading, Refusal> {
  const { at, durationMs, consumedWh } = interval
  const hours = durationMs / HOUR
  if (!(durationMs > 0 && durationMs <= MAX_INTERVAL)) {
    return fail({
      reason: 'formato',
      campo: 'durata',
      valore: durationMs / 1000,
      atteso: 'more than 0 s and at most 1 day',
    })
  }
  if (!(at + durationMs <= now + MAX_AHEAD)) {
    return fail({
      reason: 'futura',
      campo: 'ts',
      valore: readable(at),
      atteso: 'an interval that ends at most 5 minutes ahead of the hub',
    })
  }
  const producedWh = interval.producedWh ?? (house.peakPower === 0 ? 0 : null)
  if (interval.producedWh === null && consumedWh === null) {
    return fail({
      reason: 'formato',
      campo: 'produzione_kwh',
      valore: null,
      atteso: 'a production, a consumption or both',
    })
  }
  const lowest = -NIGHT_USE_RATIO * house.peakPower * hours
  const highest = MAX_PRODUCTION_RATIO * house.peakPower * hours
  if (producedWh !== null && !(producedWh >= lowest && producedWh <= highest)) {
    const atteso = `between ${Math.round(lowest)} and ${Math.round(highest)} Wh for a peak of ${house.peakPower} W`
    return fail({ reason: 'produzione', campo: 'produzione_kwh', valore: producedWh / 1000, atteso })
  }
  const most = maxConsumption(house) * hours
  if (consumedWh !== null && !(consumedWh >= 0 && consumedWh <= most)) {
    return fail({
      reason: 'consumo',
      campo: 'consumo_kwh',
      valore: consumedWh / 1000,
      atteso: `between 0 and ${Math.round(most)} Wh`,
    })
  }
  return ok({
    house: house.id,
    at,
    durationMs,
    producedWh: producedWh === null ? null : Math.max(0, producedWh),
    consumedWh,
  })
}

/** An instant for a person; null for what is none. */
function readable(at: number): string | null {
  return Number.isFinite(at) && Math.abs(at) <= LAST_INSTANT ? isoSeconds(at) : null
}

/** The last instant there is in ECMAScript, ms. */
const LAST_INSTANT = 8.64e15
