import { open } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { CsvRow, CsvTable } from '../codec/csv.ts'
import { CsvFormatError, parseNumber, readCsv } from '../codec/csv.ts'
import { decodeTimestamp } from '../codec/measurement.ts'
import type { Refusal } from '../domain/reading.ts'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'
import type { ReplayColumns } from './replay-columns.ts'
import { findColumn, inferStep, parseReplayMap, parseStep } from './replay-columns.ts'

/** One row of a replayed file: the energy of an interval, or powers at an instant. Null = the cell was empty. */
export type ReplayRow = { readonly line: number; readonly house: string; readonly at: number } & (
  | {
      readonly kind: 'energy'
      readonly durationMs: number
      readonly producedWh: number | null
      readonly consumedWh: number | null
    }
  | { readonly kind: 'power'; readonly productionW: number | null; readonly consumptionW: number | null }
)

/** A row that says nothing usable. */
export interface RefusedRow {
  readonly line: number
  readonly refusal: Refusal
}

export type RowResult = Result<ReplayRow, RefusedRow>

export interface ReplayFile {
  /** Length of the intervals, ms; null for powers. */
  readonly stepMs: number | null
  /** The step was not given but seen in the first rows. */
  readonly inferred: boolean
  /** Bytes of the file, compressed or not: how many there are, and how many were read so far. */
  readonly size: number
  readonly bytesRead: () => number
  /** In the order of the file, in batches. Throws `CsvFormatError` where the file is damaged. */
  readonly rows: AsyncGenerator<readonly RowResult[]>
}

/** What a file to replay was opened for, and could not be: a sentence. */
export class ReplayError extends Error {
  constructor(sentence: string) {
    super(sentence)
    this.name = 'ReplayError'
  }
}

/** Rows that are looked at for the usual distance between two. */
const ROWS_TO_INFER_FROM = 3000

/**
 * The usable rows of a file, in its order, one by one: for who wants nothing but them. `map` and `step` as on the command
 * line. Throws `ReplayError` or `CsvFormatError`, each with a sentence.
 */
export async function* readRows(file: string, map: string, step: string | null = null): AsyncGenerator<ReplayRow> {
  const columns = orThrow(parseReplayMap(map, null))
  const { rows } = await openReplay(file, columns, step === null ? null : orThrow(parseStep(step)))
  for await (const batch of rows) for (const row of batch) if (row.ok) yield row.value
}

/** Opens a CSV file, gzipped or not. Throws `ReplayError`, `CsvFormatError`, and what opening a file throws. */
export async function openReplay(file: string, columns: ReplayColumns, stepMs: number | null): Promise<ReplayFile> {
  const source = await openBytes(file)
  try {
    return await begin(file, source, columns, stepMs)
  } catch (error) {
    await source.close()
    throw error
  }
}

async function begin(file: string, source: Source, columns: ReplayColumns, stepMs: number | null): Promise<ReplayFile> {
  const { size, bytesRead } = source
  const table = await readCsv(source.bytes)
  const read = orThrow(rowReader(table, columns), file)
  const batches = converted(table, read)
  if (columns.unit === 'w') return { stepMs: null, inferred: false, size, bytesRead, rows: batches }
  const first: RowResult[] = []
  if (stepMs === null) {
    for (let next = await batches.next(); !next.done; next = await batches.next()) {
      first.push(...next.value)
      if (first.length >= ROWS_TO_INFER_FROM) break
    }
  }
  const usable = first.flatMap((row) => (row.ok ? [row.value] : []))
  const step = stepMs ?? inferStep(usable)
  if (step === null && usable.length > 0) {
    throw new ReplayError(
      `${file}: no house has two rows within a day, so the length of the intervals is not known: give it, such as --step 1h.`,
    )
  }
  return { stepMs: step, inferred: stepMs === null, size, bytesRead, rows: withDuration(first, batches, step ?? 0) }
}

function orThrow<T>(result: Result<T, string>, file?: string): T {
  if (result.ok) return result.value
  throw new ReplayError(file === undefined ? result.error : `${file}: ${result.error}.`)
}

interface Source extends Pick<ReplayFile, 'size' | 'bytesRead'> {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly close: () => Promise<void>
}

async function openBytes(file: string): Promise<Source> {
  const handle = await open(file)
  const { size } = await handle.stat()
  let count = 0
  async function* counted() {
    for await (const chunk of handle.createReadStream({ highWaterMark: 65_536 })) {
      count += (chunk as Buffer).length
      yield chunk as Buffer
    }
  }
  const source = counted()
  const first = await source.next()
  async function* whole() {
    if (!first.done) yield first.value
    yield* source
  }
  const zipped = !first.done && first.value[0] === 0x1f && first.value[1] === 0x8b
  return {
    bytes: zipped ? unzipped(whole()) : whole(),
    size,
    bytesRead: () => count,
    close: () => handle.close().catch(() => {}),
  }
}

async function* unzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pipeline(Readable.from(bytes), createGunzip({ chunkSize: 65_536 }), () => {}) as AsyncIterable<Uint8Array>
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw code?.startsWith('Z_') ? new CsvFormatError(`the gzip file is damaged or cut short (${message})`) : error
  }
}

async function* converted(table: CsvTable, read: RowReader): AsyncGenerator<RowResult[]> {
  for await (const batch of table.rows) yield batch.map(read)
}

/** Intervals get the length that is known only after the first of them were seen. */
async function* withDuration(
  first: readonly RowResult[],
  others: AsyncIterable<readonly RowResult[]>,
  durationMs: number,
) {
  const lengthen = (row: RowResult) => (row.ok && row.value.kind === 'energy' ? ok({ ...row.value, durationMs }) : row)
  if (first.length > 0) yield first.map(lengthen)
  for await (const batch of others) yield batch.map(lengthen)
}

type RowReader = (row: CsvRow) => RowResult

function rowReader({ columns: header, decimalComma }: CsvTable, columns: ReplayColumns): Result<RowReader, string> {
  const wanted = [
    columns.ts,
    'column' in columns.house ? columns.house.column : null,
    columns.production,
    columns.consumption,
  ]
  const found = wanted.map((name) => (name === null ? ok(null) : findColumn(header, name)))
  const missing = found.find((f) => !f.ok)
  if (missing && !missing.ok) return missing
  const [tsAt, houseAt, productionAt, consumptionAt] = found.map((f) => (f.ok ? f.value : null))
  const only = 'id' in columns.house ? columns.house.id : ''
  const number = (cells: readonly string[], index: number | null | undefined) =>
    index === null || index === undefined ? null : parseNumber(cells[index] ?? '', decimalComma)

  return ok(({ line, cells }) => {
    const refuse = (campo: string, valore: unknown, atteso: string) =>
      fail({ line, refusal: { reason: 'formato' as const, campo, valore, atteso } })
    if (cells.length !== header.length)
      return refuse('riga', `${cells.length} cells`, `${header.length} cells, as many as columns`)
    const at = readInstant(cells[tsAt ?? 0] ?? '')
    if (!at.ok) return fail({ line, refusal: { ...at.error, campo: columns.ts } })
    const house = typeof houseAt === 'number' ? (cells[houseAt] ?? '') : only
    const production = number(cells, productionAt)
    const consumption = number(cells, consumptionAt)
    for (const [name, value, index] of [
      [columns.production, production, productionAt],
      [columns.consumption, consumption, consumptionAt],
    ] as const) {
      if (Number.isNaN(value))
        return refuse(name ?? '', cells[index ?? 0], 'a number, or an empty cell where it is not known')
    }
    if (production === null && consumption === null)
      return refuse(columns.production ?? columns.consumption ?? '', '', 'a production, a consumption or both')
    if (columns.unit === 'w')
      return ok({ kind: 'power', line, house, at: at.value, productionW: production, consumptionW: consumption })
    const wh = (kwh: number | null) => (kwh === null ? null : kwh * 1000)
    return ok({
      kind: 'energy',
      line,
      house,
      at: at.value,
      durationMs: 0,
      producedWh: wh(production),
      consumedWh: wh(consumption),
    })
  })
}

const WITHOUT_ZONE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?)?$/

/** A timestamp as files write them: ISO 8601 with its zone, `T` or a space between date and time, or Unix seconds. */
function readInstant(cell: string): Result<number, Refusal> {
  if (/^\d+(\.\d+)?$/.test(cell)) return decodeTimestamp(Number(cell))
  if (WITHOUT_ZONE.test(cell)) {
    const atteso = 'a time with its zone, such as 2016-08-01T07:00Z for UTC or 2016-08-01T09:00+02:00'
    return fail({ reason: 'formato', campo: 'ts', valore: cell, atteso })
  }
  return decodeTimestamp(cell.replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T'))
}
