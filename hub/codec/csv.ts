import type { CsvError } from 'csv-parse'
import { parse } from 'csv-parse'

/** A record of a CSV file: the line it ends on (the header is line 1), and its cells, trimmed. */
export interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

export interface CsvTable {
  readonly columns: readonly string[]
  /** Numbers may be written with a decimal comma: cells are not separated by one. */
  readonly decimalComma: boolean
  /** The records after the header, in batches as they come in. */
  readonly rows: AsyncGenerator<readonly CsvRow[]>
}

/** The file is no CSV. The message is a sentence without its full stop. */
export class CsvFormatError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CsvFormatError'
  }
}

const MAX_RECORD_BYTES = 1_048_576

/**
 * Reads a CSV file as it streams in: UTF-8, a header, cells separated by comma, semicolon or tab, whichever the header
 * has most of. Throws `CsvFormatError`.
 */
export async function readCsv(bytes: AsyncIterable<Uint8Array>): Promise<CsvTable> {
  const source = bytes[Symbol.asyncIterator]()
  let start = Buffer.alloc(0)
  let done = false
  while (!done && !start.includes('\n') && start.length < MAX_RECORD_BYTES) {
    const next = await source.next()
    done = next.done === true
    if (!next.done) start = Buffer.concat([start, next.value])
  }
  const header = start.toString('utf8').split('\n', 1)[0] ?? ''
  const delimiter = likeliest(header)
  const batches = parseBatches(rest(start, source), delimiter)
  const first = await batches.next()
  const [head, ...others] = first.done ? [] : first.value
  if (!head) throw new CsvFormatError('the file is empty; a CSV file begins with a line of column names')
  return { columns: head.cells, decimalComma: delimiter !== ',', rows: after(others, batches) }
}

/** A cell as a number; null when it is empty, NaN when it is none. */
export function parseNumber(cell: string, decimalComma: boolean): number | null {
  if (cell === '') return null
  const text = decimalComma ? cell.replace(',', '.') : cell
  return NUMBER.test(text) ? Number(text) : Number.NaN
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

function likeliest(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length
  return [',', ';', '\t'].reduce((best, other) => (count(other) > count(best) ? other : best))
}

async function* rest(start: Uint8Array, source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield start
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value
  } finally {
    await source.return?.()
  }
}

async function* after(
  rows: readonly CsvRow[],
  batches: AsyncGenerator<readonly CsvRow[]>,
): AsyncGenerator<readonly CsvRow[]> {
  if (rows.length > 0) yield rows
  yield* batches
}

/** Feeds the parser chunk by chunk and takes out at once what each completes: no row waits, none costs a turn of the loop. */
async function* parseBatches(bytes: AsyncIterable<Uint8Array>, delimiter: string): AsyncGenerator<readonly CsvRow[]> {
  let batch: CsvRow[] = []
  let failed: Error | null = null
  const parser = parse({
    delimiter,
    bom: true,
    trim: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
    on_record: (cells: string[], { lines }) => {
      batch.push({ line: lines, cells })
      return null
    },
  })
  parser.on('error', (error) => {
    failed = error
  })
  const ended = new Promise<void>((resolve) => parser.once('close', resolve))
  const check = () => {
    if (failed) throw new CsvFormatError(inWords(failed as CsvError))
  }
  for await (const chunk of bytes) {
    await new Promise<void>((resolve) => parser.write(chunk, () => resolve()))
    check()
    if (batch.length > 0) yield batch
    batch = []
  }
  parser.resume().end()
  await ended
  check()
  if (batch.length > 0) yield batch
}

function inWords(error: CsvError): string {
  if (error.code === 'CSV_QUOTE_NOT_CLOSED')
    return `a quotation mark is opened and never closed (line ${String(error['quote_line'] ?? error['lines'] ?? '?')})`
  if (error.code === 'CSV_MAX_RECORD_SIZE')
    return `a record is longer than ${MAX_RECORD_BYTES} bytes; is this a CSV file?`
  return error.message
}
