import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { CsvFormatError, parseNumber, readCsv } from '../../hub/codec/csv.ts'
import { decodeJson } from '../../hub/codec/fields.ts'
import {
  decodeCleaningState,
  decodeCommandResult,
  decodeLoadConfig,
  decodeLoadState,
} from '../../hub/codec/load-messages.ts'
import { decodeMeasurement, decodeStatus, decodeTimestamp } from '../../hub/codec/measurement.ts'
import { decodeMeter } from '../../hub/codec/meter-profiles.ts'
import { decodeLine, encodeLine, LINE_FAULTS, LineCutter, MAX_LINE_BYTES } from '../../hub/codec/serial-frame.ts'
import {
  decodeAdc,
  decodeCheck,
  decodeCounters,
  decodeEvent,
  decodeGain,
  decodeIdentity,
  decodeMeasures,
  decodeNetwork,
  decodeRelay,
  decodeSetting,
  decodeZero,
} from '../../hub/codec/serial-node.ts'
import { maySubscribe, parseNodeTopic } from '../../hub/codec/topics.ts'
import { resolveConfig } from '../../hub/config.ts'
import type { House } from '../../hub/domain/house.ts'
import { checkMeasurement, SERIES } from '../../hub/domain/reading.ts'
import type { Result } from '../../hub/domain/result.ts'
import { parseHistory } from '../../ui/api/history.ts'
import { csv, jsonText, payload, query, serial, serialLine, toml, topic } from './hostile.ts'

/** A door of the hub, what may come through it, and what must hold then. `check` throws where it does not. */
export interface Decoder {
  readonly name: string
  readonly property: fc.IAsyncProperty<[unknown]>
}

const NOW = Date.UTC(2026, 5, 21, 12)
const HOUSE: House = {
  ...{ id: 'casa_A', name: 'casa_A', peakPower: 3000, tilt: null, azimuth: null, connectionLimit: null },
  shown: false,
}

const METER_TOPICS = ['status/em1:0', 'status/switch:1', 'tele/SENSOR']

/** One line adds a decoder: its name, what may come in, and the decoder with what its answer must be like. */
export const DECODERS: readonly Decoder[] = [
  ...SERIES.map((series) => decoder(`mqtt ${series}`, payload, (bytes) => measurement(series, bytes))),
  decoder('mqtt stato', payload, (bytes) => message(bytes, (input) => decodeStatus(input, NOW))),
  decoder('mqtt carico/stato', payload, (bytes) => message(bytes, decodeLoadState)),
  decoder('mqtt carico/config', payload, (bytes) => message(bytes, decodeLoadConfig)),
  decoder('mqtt comando/esito', payload, (bytes) => message(bytes, decodeCommandResult)),
  decoder('mqtt pulizia/stato', payload, (bytes) => message(bytes, decodeCleaningState)),
  ...METER_TOPICS.map((rest) => decoder(`meter ${rest}`, payload, (bytes) => meter(rest, bytes))),
  decoder('mqtt topic', topic, topics),
  decoder('serial line', serialLine, line),
  decoder('serial port', serial, port),
  decoder('http body', jsonText, httpBody),
  decoder('http query', query, (asked) => refusals(parseHistory(asked, NOW, 'Europe/Rome'))),
  decoder('ts', fc.anything(), (ts) => answer(decodeTimestamp(ts), Number.isFinite)),
  decoder('csv', csv, table),
  decoder('config', toml, config),
]

function decoder<T>(name: string, input: fc.Arbitrary<T>, check: (input: T) => unknown): Decoder {
  return { name, property: fc.asyncProperty(input, async (each) => void (await check(each))) as Decoder['property'] }
}

/** A refusal names a field and what would be right, and holds little of what came in. */
function answer<T>(result: Result<T, unknown>, isRight: (value: T) => boolean = () => true): void {
  if (result.ok) expectThat(isRight(result.value), 'what was let in is not right', result.value)
  else {
    const { campo, atteso, valore } = result.error as { campo: unknown; atteso: unknown; valore: unknown }
    expectThat(
      typeof campo === 'string' && typeof atteso === 'string' && atteso.length > 0,
      'no sentence',
      result.error,
    )
    expectThat(JSON.stringify(valore).length <= 1300, 'too much of the input is kept', valore)
  }
}

function message<T>(bytes: Uint8Array, decode: (input: unknown) => Result<T, unknown>): void {
  const object = decodeJson(bytes)
  answer(object.ok ? decode(object.value) : object)
}

function meter(rest: string, bytes: Uint8Array): void {
  const decoded = decodeMeter(rest, bytes)
  if (decoded)
    answer(decoded, (values) =>
      values.every((value) => Object.values(value).every((v) => v === null || Number.isFinite(v))),
    )
}

/** Whatever is let in is a plausible reading: whole watts within the house's limits, finite everywhere. */
function measurement(series: (typeof SERIES)[number], bytes: Uint8Array): void {
  const object = decodeJson(bytes)
  const decoded = object.ok ? decodeMeasurement(series, object.value, NOW) : object
  answer(decoded.ok ? checkMeasurement(decoded.value, HOUSE, NOW, 'live') : decoded, (reading) => {
    const { productionW, consumptionW, at, boot, seq } = reading
    const numbers = Object.values(reading).filter((v) => typeof v === 'number')
    return (
      numbers.every((n) => Number.isFinite(n) && n >= 0) &&
      Number.isInteger(productionW) &&
      productionW <= 3750 &&
      (consumptionW === null || (Number.isInteger(consumptionW) && consumptionW <= 60_000)) &&
      at <= NOW &&
      [boot, seq].every((n) => n === null || Number.isSafeInteger(n))
    )
  })
}

function topics(name: string): void {
  const parsed = parseNodeTopic(name, 'comunita')
  expectThat(parsed === null || name.startsWith(`comunita/${parsed.house}/`), 'another house', name)
  maySubscribe(name, 'casa_A', 'comunita')
}

/** Only an object that ends with its checksum is let in; what it says is then taken or refused with a sentence. */
function line(text: string): void {
  const decoded = decodeLine(text)
  if (!decoded.ok) {
    expectThat(LINE_FAULTS.includes(decoded.error), 'no fault of a line', decoded.error)
    return
  }
  const body = decoded.value
  expectThat(typeof body === 'object' && body !== null && !Array.isArray(body), 'no object', body)
  for (const decode of SERIAL) {
    const said = decode(body)
    expectThat(said.ok || (typeof said.error === 'string' && said.error.length > 0), 'no sentence', said)
    if (said.ok) expectThat(numbersOf(said.value).every(Number.isFinite), 'a number that is none', said.value)
  }
}

const SERIAL: readonly ((body: Readonly<Record<string, unknown>>) => Result<unknown, string>)[] = [
  ...[decodeIdentity, decodeMeasures, decodeAdc, decodeCheck, decodeNetwork, decodeCounters],
  ...[decodeEvent, decodeRelay, decodeSetting, decodeGain, decodeZero],
]

function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : []
}

/** However the bytes come, what is kept of them is bounded, and a line after noise is understood. */
function port(pieces: readonly Uint8Array[]): void {
  const cutter = new LineCutter()
  for (const piece of pieces) {
    for (const each of cutter.take(piece)) line(each)
    expectThat(cutter.rest.length <= MAX_LINE_BYTES, 'too much is kept', cutter.rest.length)
  }
  const sound = encodeLine({ evento: 'fine', n: 1 })
  const after = cutter.take(Buffer.from(`\n${sound}`)).at(-1) ?? ''
  expectThat(decodeLine(after).ok, 'a sound line is not understood', after)
}

function httpBody(text: string): void {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return
  }
  for (const series of SERIES) answer(decodeMeasurement(series, body, NOW))
}

function refusals(result: Result<unknown, readonly unknown[]>): void {
  if (result.ok) return
  expectThat(result.error.length > 0, 'refused without a reason', result)
  for (const error of result.error) answer({ ok: false, error })
}

async function table(text: string): Promise<void> {
  const bytes = Buffer.from(text)
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7)
  }
  try {
    const { columns, decimalComma, rows } = await readCsv(pieces())
    expectThat(
      columns.every((name) => typeof name === 'string'),
      'columns',
      columns,
    )
    for await (const batch of rows)
      for (const { line, cells } of batch) {
        expectThat(line >= 1, 'a line below 1', line)
        for (const each of cells) parseNumber(each, decimalComma)
      }
  } catch (error) {
    if (!(error instanceof CsvFormatError)) throw error
    expectThat(error.message.length > 0, 'no sentence', error)
  }
}

const folder = mkdtempSync(join(tmpdir(), 'solar-family-fuzz-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

function config(text: string): void {
  const file = join(folder, 'config.toml')
  writeFileSync(file, text)
  const resolved = resolveConfig({ config: file, data: folder })
  if (resolved.ok) return
  expectThat(resolved.error.length > 0, 'refused without a reason', resolved)
  for (const sentence of resolved.error) expectThat(/^[^\n]{10,}[.)"]?/.test(sentence), 'no sentence', sentence)
}

function expectThat(holds: boolean, what: string, value: unknown): void {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(value)?.slice(0, 500)}`)
}
