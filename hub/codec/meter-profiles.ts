import type { Refusal } from '../domain/reading.ts'
import type { Result } from '../domain/result.ts'
import { ok } from '../domain/result.ts'
import { asObject, type Fields, isAbsent, isNumber, malformed } from './fields.ts'

/** What one channel of a meter says. Power in W, positive as it draws; energies in Wh since the meter was made, null where it does not say. */
export interface MeterValue {
  readonly channel: number
  readonly powerW: number
  readonly drawnWh: number | null
  readonly returnedWh: number | null
}

/** How a kind of meter speaks: names within its JSON, dots go deeper, and what its energies have to be multiplied by to be Wh. */
interface MeterProfile {
  readonly name: string
  /** What follows the meter's own prefix; the first group is the channel. */
  readonly topic: RegExp
  readonly power: string
  readonly drawn: string | null
  readonly returned: string | null
  readonly toWh: number
}

/**
 * Meters that are known. Energies only where they come in the message of the power: those that come apart, as Shelly's em1data and
 * emdata once a minute, would be older than it.
 */
const PROFILES: readonly MeterProfile[] = [
  {
    name: 'Shelly EM, Pro EM (em1)',
    topic: /^status\/em1:(\d)$/,
    ...{ power: 'act_power', drawn: null, returned: null, toWh: 1 },
  },
  {
    name: 'Shelly 3EM, Pro 3EM (em), all phases together',
    topic: /^status\/em:(\d)$/,
    ...{ power: 'total_act_power', drawn: null, returned: null, toWh: 1 },
  },
  {
    name: 'Shelly with a power meter (pm1, switch)',
    topic: /^status\/(?:pm1|switch):(\d)$/,
    ...{ power: 'apower', drawn: 'aenergy.total', returned: 'ret_aenergy.total', toWh: 1 },
  },
  {
    name: 'Tasmota with an energy sensor',
    topic: /^tele\/SENSOR$/,
    ...{ power: 'ENERGY.Power', drawn: 'ENERGY.Total', returned: 'ENERGY.ExportActive', toWh: 1000 },
  },
]

/**
 * Values in a message of a meter; `rest` is its topic after the prefix. Null for what meters say besides: that they are there,
 * what they are called. A list (Tasmota with several sensors) holds a channel each.
 */
export function decodeMeter(rest: string, payload: Uint8Array): Result<readonly MeterValue[], Refusal> | null {
  for (const profile of PROFILES) {
    const found = profile.topic.exec(rest)
    if (!found) continue
    const input = parse(payload, rest)
    if (!input.ok) return input
    return valuesOf(profile, input.value, Number(found[1] ?? 0))
  }
  return null
}

function valuesOf(profile: MeterProfile, fields: Fields, channel: number): Result<readonly MeterValue[], Refusal> {
  const power = deep(fields, profile.power)
  const powers = Array.isArray(power) ? power : [power]
  if (powers.length === 0 || powers.length > MOST_CHANNELS || !powers.every(isNumber))
    return malformed(profile.power, power, `a finite number, W, as from ${profile.name}`)
  const energy = (path: string | null, i: number): number | null => {
    const value = path === null ? null : deep(fields, path)
    const one = Array.isArray(value) ? value[i] : powers.length === 1 ? value : null
    return !isAbsent(one) && isNumber(one) && one >= 0 ? one * profile.toWh : null
  }
  return ok(
    powers.map((powerW: number, i) => ({
      channel: channel + i,
      powerW,
      drawnWh: energy(profile.drawn, i),
      returnedWh: energy(profile.returned, i),
    })),
  )
}

const MOST_CHANNELS = 6

function deep(fields: Fields, path: string): unknown {
  let value: unknown = fields
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Fields)[name]
  }
  return value
}

function parse(payload: Uint8Array, rest: string): Result<Fields, Refusal> {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8')
  const example = `a JSON object, as the meter sends on ${rest}`
  try {
    const input = asObject(JSON.parse(text))
    return input.ok ? input : malformed('', text.slice(0, 60), example)
  } catch {
    return malformed('', text.slice(0, 60), example)
  }
}
