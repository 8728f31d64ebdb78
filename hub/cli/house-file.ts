import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import type { CsvRow } from '../codec/csv.ts'
import { CsvFormatError, parseNumber, readCsv } from '../codec/csv.ts'
import type { House } from '../domain/house.ts'
import { idProblem, MAX_CONNECTION_W, MAX_PEAK_W, nameProblem } from '../domain/house.ts'
import { findColumn, parseMap } from '../flow/replay-columns.ts'
import { Failure, wrongUsage } from './command.ts'

export const HOUSE_FIELDS = ['id', 'peak_w', 'peak_kw', 'tilt', 'azimuth', 'connection_w', 'name', 'shown'] as const
type Field = (typeof HOUSE_FIELDS)[number]

/** A house of a file: what the file says about it. An empty or missing cell is left out. */
export type HouseRow = Pick<House, 'id' | 'peakPower'> & Partial<House>

const NUMBERS = {
  peak_w: { from: 0, to: MAX_PEAK_W, unit: 'W' },
  peak_kw: { from: 0, to: MAX_PEAK_W / 1000, unit: 'kW' },
  tilt: { from: 0, to: 90, unit: 'degrees' },
  azimuth: { from: 0, to: 360, unit: 'degrees' },
  connection_w: { from: 1, to: MAX_CONNECTION_W, unit: 'W' },
} as const

const YES = ['true', '1', 'yes', 'y', 'si', 'sì', 'x']
const NO = ['false', '0', 'no', 'n', '']

/** The houses of a CSV file, gzipped or not. Fails with a sentence for every row that is not right. */
export async function readHouseFile(file: string, map: string | null): Promise<HouseRow[]> {
  const mapped = map === null ? ({ ok: true, value: {} } as const) : parseMap(map, HOUSE_FIELDS)
  if (!mapped.ok) throw wrongUsage(mapped.error)
  const bytes = await readWhole(file)
  try {
    const { columns, rows, decimalComma } = await readCsv(Readable.from([bytes]))
    const at = placeColumns(file, columns, mapped.value)
    const problems: string[] = []
    const houses = new Map<string, { house: HouseRow; line: number }>()
    for await (const batch of rows) {
      for (const row of batch) {
        const wrong = (field: Field, value: unknown, expected: string) =>
          problems.push(
            `${file}, line ${row.line}, column "${columns[at.get(field) ?? -1] ?? field}": ${JSON.stringify(value)} is not right: expected ${expected}.`,
          )
        if (row.cells.length !== columns.length) {
          problems.push(
            `${file}, line ${row.line}: ${row.cells.length} cells are not right: expected ${columns.length}, as many as columns.`,
          )
          continue
        }
        const house = readHouse(row, at, decimalComma, wrong)
        const same = houses.get(house.id)
        if (same) wrong('id', house.id, `every house once; it is also on line ${same.line}`)
        else houses.set(house.id, { house, line: row.line })
      }
    }
    if (problems.length > 0) throw new Failure([...firstOf(problems), 'Nothing was changed.'].join('\n'))
    if (houses.size === 0) throw new Failure(`${file}: there are no houses in the file; nothing was changed.`)
    return [...houses.values()].map(({ house }) => house)
  } catch (error) {
    if (error instanceof CsvFormatError) throw new Failure(`${file}: ${error.message}.`)
    throw error
  }
}

const MOST_PROBLEMS = 20

function firstOf(problems: readonly string[]): string[] {
  const more = problems.length - MOST_PROBLEMS
  return [...problems.slice(0, MOST_PROBLEMS), ...(more > 0 ? [`... and ${more} more like these.`] : [])]
}

async function readWhole(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const bytes = await handle.readFile()
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code?.startsWith('Z_')) throw new Failure(`${file}: the gzip file is damaged or cut short (${message}).`)
    throw error
  } finally {
    await handle.close()
  }
}

/** Where each field stands: in its mapped column, else in the column of its own name where there is one. */
function placeColumns(
  file: string,
  columns: readonly string[],
  mapped: Partial<Record<Field, string>>,
): Map<Field, number> {
  const at = new Map<Field, number>()
  for (const field of HOUSE_FIELDS) {
    const name = mapped[field]
    if (name === undefined) {
      if (columns.includes(field)) at.set(field, columns.indexOf(field))
      continue
    }
    const found = findColumn(columns, name)
    if (!found.ok) throw new Failure(`${file}: ${found.error}.`)
    at.set(field, found.value)
  }
  // A peak that was mapped wins over a column that merely has the other's name.
  if (mapped.peak_kw !== undefined && mapped.peak_w === undefined) at.delete('peak_w')
  if (mapped.peak_w !== undefined && mapped.peak_kw === undefined) at.delete('peak_kw')
  const missing = !at.has('id')
    ? 'id=COL, the column of the house ids'
    : !at.has('peak_w') && !at.has('peak_kw')
      ? 'peak_w=COL (or peak_kw=COL), the nominal power'
      : null
  if (missing)
    throw new Failure(`${file}: name the columns with --map ${missing}; the columns are ${columns.join(', ')}.`)
  if (at.has('peak_w') && at.has('peak_kw'))
    throw new Failure(`${file}: both peak_w and peak_kw are given; map one of the two.`)
  return at
}

type Wrong = (field: Field, value: unknown, expected: string) => void

function readHouse({ cells }: CsvRow, at: ReadonlyMap<Field, number>, decimalComma: boolean, wrong: Wrong): HouseRow {
  const cell = (field: Field) => cells[at.get(field) ?? -1] ?? ''
  const number = (field: keyof typeof NUMBERS): number | undefined => {
    const value = parseNumber(cell(field), decimalComma)
    const { from, to, unit } = NUMBERS[field]
    if (value !== null && !(value >= from && value <= to))
      wrong(field, cell(field), `a number from ${from} to ${to} ${unit}`)
    return value ?? undefined
  }
  const id = cell('id')
  const problem = idProblem(id)
  if (problem)
    wrong(
      'id',
      id,
      problem.startsWith(`"${id}" is reserved`)
        ? 'an id that is not reserved'
        : '1 to 32 letters, digits, "_" or "-", starting with a letter or digit',
    )
  const peakField = at.has('peak_kw') ? 'peak_kw' : 'peak_w'
  const peak = number(peakField)
  if (peak === undefined) wrong(peakField, '', 'the nominal power; 0 for a house without a plant')
  const name = cell('name')
  const wrongName = name === '' ? null : nameProblem(name)
  if (wrongName) wrong('name', name, wrongName)
  const shown = cell('shown').toLowerCase()
  if (!YES.includes(shown) && !NO.includes(shown)) wrong('shown', cell('shown'), 'yes or no')
  const [tilt, azimuth, connectionLimit] = [number('tilt'), number('azimuth'), number('connection_w')]
  return {
    id,
    // Three decimals are kept: 3.3 kW is 3300 W, not 3300.0000000000005.
    peakPower: peakField === 'peak_kw' ? Math.round((peak ?? 0) * 1e6) / 1e3 : (peak ?? 0),
    ...(tilt === undefined ? {} : { tilt }),
    ...(azimuth === undefined ? {} : { azimuth }),
    ...(connectionLimit === undefined ? {} : { connectionLimit }),
    ...(name === '' ? {} : { name }),
    ...(shown === '' ? {} : { shown: YES.includes(shown) }),
  }
}
