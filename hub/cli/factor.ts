import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { CsvFormatError, parseNumber, readCsv } from '../codec/csv.ts'
import { HOUR } from '../domain/time.ts'
import { findColumn, parseMap } from '../flow/replay-columns.ts'
import type { HourFactor } from '../store/emissions.ts'
import { saveHourFactors } from '../store/emissions.ts'
import { rebookCarbon } from '../store/rebook.ts'
import { readSettings } from '../store/settings.ts'
import { openStore } from '../store/store.ts'
import type { Call, Command } from './command.ts'
import { Failure, wrongUsage } from './command.ts'
import { atDesk } from './data.ts'

const FIELDS = ['ts', 'g_kwh', 'kg_kwh'] as const
const MOST_G_PER_KWH = 2_000

export const commands: readonly Command[] = [
  {
    name: 'factor import',
    summary: 'take hourly emission factors of the grid from a CSV file, gzipped or not',
    args: ['FILE.csv'],
    required: ['map'],
    options: {
      map: {
        value: 'ts=COL,g_kwh=COL',
        help: 'which column holds the hour’s beginning (UTC), and the factor (or kg_kwh=COL)',
      },
    },
    example: 'solar-family factor import grid.csv.gz --map ts=time_utc,g_kwh=carbon',
    run: importFactors,
  },
]

async function importFactors(call: Call): Promise<number> {
  const map = parseMap(call.texts('map').join(','), FIELDS)
  if (!map.ok) throw wrongUsage(map.error)
  const { ts, g_kwh, kg_kwh } = map.value
  if (ts === undefined) throw wrongUsage('--map needs ts=COL, the column of the hours.')
  const column = g_kwh ?? kg_kwh
  if (column === undefined) throw wrongUsage('--map needs g_kwh=COL (or kg_kwh=COL), the column of the factors.')
  const file = call.arg('FILE.csv')
  const factors = await readFactors(file, ts, column, g_kwh === undefined ? 1000 : 1)
  const starts = factors.map(({ start }) => start)
  const from = starts.reduce((a, b) => Math.min(a, b))
  const to = starts.reduce((a, b) => Math.max(a, b)) + HOUR
  return atDesk(call, async ({ db, config, log }) => {
    const store = await openStore(config.dataDir)
    try {
      saveHourFactors(config.dataDir, factors)
      const days = await rebookCarbon({ control: db, readings: store.readings }, { from, to }, await readSettings(db))
      await log('factor.import', { file, hours: factors.length })
      const booked = days === 0 ? '' : ` What loads saved was reckoned anew for ${days} days of loads.`
      call.report({ hours: factors.length, days }, `The emission factors of ${factors.length} hours are in.${booked}`)
    } finally {
      await store.close()
    }
    return 0
  })
}

async function readFactors(file: string, ts: string, column: string, scale: number): Promise<HourFactor[]> {
  try {
    const bytes = createReadStream(file)
    const { columns, rows, decimalComma } = await readCsv(file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes)
    const at = findColumn(columns, ts)
    const value = findColumn(columns, column)
    if (!at.ok || !value.ok) throw new Failure(`${file}: ${at.ok ? (value.ok ? '' : value.error) : at.error}.`)
    const factors: HourFactor[] = []
    for await (const batch of rows) {
      for (const { line, cells } of batch) {
        const wrong = (name: string, cell: string, expected: string) =>
          new Failure(
            `${file}, line ${line}, column "${name}": "${cell}" is not right: expected ${expected}. Nothing was changed.`,
          )
        const start = parseHour(cells[at.value] ?? '')
        if (start === null) throw wrong(ts, cells[at.value] ?? '', 'an ISO time such as 2026-06-21T10:00Z')
        const factor = parseNumber(cells[value.value] ?? '', decimalComma)
        // An empty cell is an hour without a factor.
        if (factor === null) continue
        const gPerKwh = factor * scale
        if (!(gPerKwh >= 0 && gPerKwh <= MOST_G_PER_KWH))
          throw wrong(column, cells[value.value] ?? '', `0 to ${MOST_G_PER_KWH} g/kWh`)
        factors.push({ start, gPerKwh })
      }
    }
    if (factors.length === 0) throw new Failure(`${file}: there are no factors in the file; nothing was changed.`)
    return factors
  } catch (error) {
    if (error instanceof CsvFormatError) throw new Failure(`${file}: ${error.message}.`)
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_'))
      throw new Failure(`${file}: the gzip file is damaged or cut short.`)
    throw error
  }
}

function parseHour(text: string): number | null {
  try {
    return Math.floor(Temporal.Instant.from(text).epochMilliseconds / HOUR) * HOUR
  } catch {
    return null
  }
}
