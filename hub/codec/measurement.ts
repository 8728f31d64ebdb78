import type { NodeStatus } from '../domain/presence.ts'
import type { Measurement, Refusal, Series } from '../domain/reading.ts'
import type { Result } from '../domain/result.ts'
import { ok } from '../domain/result.ts'
import { SECOND } from '../domain/time.ts'
import type { Fields } from './fields.ts'
import { asObject, isNumber, malformed } from './fields.ts'

/** Field of each series that holds the production. */
const PRODUCTION_FIELD = {
  bilancio: 'produzione_w',
  produzione: 'potenza_w',
  rendimento: 'rendimento',
} as const satisfies Record<Series, string>

/**
 * A reading of a series from a JSON object. `receivedAt` (epoch ms) is when it came in: the instant of measurement when
 * it carries neither `ts` nor `eta_s`. `ts` wins over `eta_s`. Unknown fields are ignored.
 */
export function decodeMeasurement(series: Series, input: unknown, receivedAt: number): Result<Measurement, Refusal> {
  const object = asObject(input)
  if (!object.ok) return object
  const fields = object.value
  const at = decodeInstant(fields, receivedAt)
  if (!at.ok) return at
  const productionField = PRODUCTION_FIELD[series]
  const production = fields[productionField]
  if (!isNumber(production))
    return malformed(productionField, production, `a finite number, ${series === 'rendimento' ? 'W per Wp' : 'W'}`)
  let consumption: number | null = null
  if (series === 'bilancio') {
    const value = fields['consumo_w']
    if (!isNumber(value)) return malformed('consumo_w', value, 'a finite number, W')
    consumption = value
  }
  for (const name of INTEGERS) {
    const value = fields[name]
    if (value !== undefined && value !== null && !(isNumber(value) && Number.isSafeInteger(value) && value >= 0)) {
      return malformed(name, value, 'a whole number from 0')
    }
  }
  for (const name of COUNTERS) {
    const value = fields[name]
    if (value !== undefined && value !== null && !(isNumber(value) && value >= 0 && value <= MAX_COUNTER_WH)) {
      return malformed(name, value, 'a counter from 0, Wh')
    }
  }
  return ok({
    series,
    production,
    consumption,
    ...at.value,
    boot: number(fields['boot']),
    uptimeS: number(fields['uptime_s']),
    seq: number(fields['seq']),
    producedWh: number(fields['energia_prodotta_wh']),
    consumedWh: number(fields['energia_consumata_wh']),
    importedWh: number(fields['energia_prelevata_wh']),
    exportedWh: number(fields['energia_immessa_wh']),
  })
}

const INTEGERS = ['boot', 'uptime_s', 'seq'] as const
const COUNTERS = ['energia_prodotta_wh', 'energia_consumata_wh', 'energia_prelevata_wh', 'energia_immessa_wh'] as const
const MAX_COUNTER_WH = 1e12

/** A node's `stato`, also the will. */
export function decodeStatus(input: unknown, receivedAt: number): Result<NodeStatus, Refusal> {
  const object = asObject(input)
  if (!object.ok) return object
  const { online, fw, boot, uptime_s } = object.value as {
    online?: unknown
    fw?: unknown
    boot?: unknown
    uptime_s?: unknown
  }
  if (typeof online !== 'boolean') return malformed('online', online, 'true or false')
  if (fw !== undefined && fw !== null && (typeof fw !== 'string' || fw.length > 64))
    return malformed('fw', fw, 'a version of at most 64 characters')
  for (const [name, value] of [
    ['boot', boot],
    ['uptime_s', uptime_s],
  ] as const) {
    if (
      value !== undefined &&
      value !== null &&
      !(isNumber(value) && value >= 0 && (name !== 'boot' || Number.isSafeInteger(value)))
    ) {
      return malformed(name, value, name === 'boot' ? 'a whole number from 0' : 'a number from 0')
    }
  }
  return ok({
    online,
    at: receivedAt,
    fw: typeof fw === 'string' ? fw : null,
    boot: number(boot),
    uptimeS: number(uptime_s),
  })
}

/** Above this a number of seconds is taken for milliseconds and refused (1e11 s is the year 5138). */
const MAX_UNIX_SECONDS = 1e11

type Instant = Pick<Measurement, 'at' | 'stamp'>

function decodeInstant(fields: Fields, receivedAt: number): Result<Instant, Refusal> {
  const { ts, eta_s: age } = fields as { ts?: unknown; eta_s?: unknown }
  if (ts !== undefined && ts !== null) {
    const at = decodeTimestamp(ts)
    return at.ok ? ok({ at: at.value, stamp: { campo: 'ts', valore: ts } }) : at
  }
  if (age === undefined || age === null) return ok({ at: receivedAt, stamp: null })
  if (!isNumber(age) || age < 0 || age > MAX_UNIX_SECONDS)
    return malformed('eta_s', age, 'the age of the measurement in seconds, from 0')
  return ok({ at: Math.round(receivedAt - age * SECOND), stamp: { campo: 'eta_s', valore: age } })
}

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/

/** ISO 8601 with its offset, or Unix seconds, as epoch ms. */
export function decodeTimestamp(ts: unknown): Result<number, Refusal> {
  if (typeof ts === 'string') {
    if (ISO_INSTANT.test(ts)) {
      const at = Date.parse(ts)
      if (Number.isFinite(at)) return ok(at)
    }
    return malformed('ts', ts, 'ISO 8601 in UTC such as 2026-06-21T12:00:00Z, or Unix seconds')
  }
  if (!isNumber(ts)) return malformed('ts', ts, 'ISO 8601 in UTC, or Unix seconds')
  if (Math.abs(ts) > MAX_UNIX_SECONDS) return malformed('ts', ts, 'Unix seconds (milliseconds?)')
  return ok(Math.round(ts * SECOND))
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
