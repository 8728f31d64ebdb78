import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** A data file is missing or not as expected; the message is a sentence for whoever started the evaluation. */
export class DataError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DataError'
  }
}

/** The columns of a CSV file, cells as they stand. */
export interface Table {
  readonly file: string
  readonly rows: number
  readonly text: (column: string) => readonly string[]
  /** NaN where a cell is empty. */
  readonly numbers: (column: string) => Float64Array
  /** Epoch ms of a column of UTC times such as 2016-08-01T07:00Z. */
  readonly instants: (column: string) => Float64Array
}

/** Reads `name` (gzipped or plain: with and without .gz) in the folder. Throws `DataError`. */
export function readTable(folder: string, name: string): Table {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new DataError(
      `There is no folder ${folder}: the evaluation needs measured data that does not come with the project. Name its folder with --data FOLDER.`,
    )
  }
  const file = [name, name.replace(/\.gz$/, '')].map((f) => join(folder, f)).find((f) => existsSync(f))
  if (!file) throw new DataError(`${join(folder, name)} is not there.`)
  const bytes = readFileSync(file)
  const lines = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trimEnd().split(/\r?\n/)
  const header = (lines[0] ?? '').split(',')
  const cells = lines.slice(1).map((line) => line.split(','))
  const text = (column: string) => {
    const at = header.indexOf(column)
    if (at < 0) throw new DataError(`${file} has no column "${column}"; it has ${header.join(', ')}.`)
    return cells.map((row) => row[at] ?? '')
  }
  const parsed = (column: string, parse: (cell: string) => number) => {
    const values = Float64Array.from(text(column), (cell) => (cell === '' ? Number.NaN : parse(cell)))
    for (const [row, value] of values.entries()) {
      if (Number.isNaN(value) && text(column)[row] !== '')
        throw new DataError(`${file}, line ${row + 2}: "${text(column)[row]}" is not what column "${column}" holds.`)
    }
    return values
  }
  return {
    file,
    rows: cells.length,
    text,
    numbers: (column) => parsed(column, Number),
    instants: (column) => parsed(column, Date.parse),
  }
}
