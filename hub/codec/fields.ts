import type { Refusal } from '../domain/reading.ts'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'

/** Unchecked fields of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>

/** Bytes of an MQTT payload as a JSON object; `example` is shown to whoever has to mend it. */
export function decodeJson(payload: Uint8Array, example = '{"potenza_w":1500}'): Result<Fields, Refusal> {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8')
  try {
    return asObject(JSON.parse(text) as unknown, example)
  } catch {
    return malformed('', text.slice(0, 60), `a JSON object such as ${example}`)
  }
}

export function asObject(input: unknown, example = '{"potenza_w":1500}'): Result<Fields, Refusal> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return ok(input as Fields)
  return malformed('', input, `a JSON object such as ${example}`)
}

/** What was found instead is kept as a number, a short text, or its kind: an input may be as deep as its bytes allow. */
export function malformed(campo: string, valore: unknown, atteso: string): Result<never, Refusal> {
  const nested = typeof valore === 'object' && valore !== null
  const found =
    typeof valore === 'string' ? valore.slice(0, 200) : nested ? (Array.isArray(valore) ? '[…]' : '{…}') : valore
  return fail({ reason: 'formato', campo, valore: found === undefined ? null : found, atteso })
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** A field that may be left out: absent and null are the same. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null
}
