import { didYouMean } from '../domain/did-you-mean.ts'
import { MAX_INTERVAL } from '../domain/reading.ts'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../domain/time.ts'

/** Which columns of a file hold what. */
export interface ReplayColumns {
  readonly ts: string
  /** Column of the house id, or the id of the one house the file is about. */
  readonly house: { readonly column: string } | { readonly id: string }
  readonly production: string | null
  readonly consumption: string | null
  /** `kwh` = energy of an interval that begins at `ts`; `w` = power at `ts`. */
  readonly unit: 'kwh' | 'w'
}

export const MAP_FIELDS = ['ts', 'casa', 'produzione_kwh', 'consumo_kwh', 'produzione_w', 'consumo_w'] as const

/** `ts=COL,casa=COL,produzione_kwh=COL,...`, or a sentence about what is not right with it. */
export function parseReplayMap(text: string, house: string | null): Result<ReplayColumns, string> {
  const pairs = parseMap(text, MAP_FIELDS)
  if (!pairs.ok) return pairs
  const { ts, casa, produzione_kwh, consumo_kwh, produzione_w, consumo_w } = pairs.value
  if (ts === undefined) return fail('--map needs ts=COL, the column of the timestamps.')
  if (casa === undefined && house === null)
    return fail('--map needs casa=COL, the column of the house ids; a file about one house goes with --house ID.')
  if (casa !== undefined && house !== null)
    return fail('--house ID is for a file without a column of house ids: leave out one of --house and casa=.')
  const energy = produzione_kwh ?? consumo_kwh
  const power = produzione_w ?? consumo_w
  if (energy === undefined && power === undefined)
    return fail(
      '--map needs produzione_kwh=COL and consumo_kwh=COL (or produzione_w=COL and consumo_w=COL), or one of the two.',
    )
  if (energy !== undefined && power !== undefined)
    return fail('--map mixes kWh and W columns: a file is replayed either as energies or as powers.')
  return ok({
    ts,
    house: casa === undefined ? { id: house ?? '' } : { column: casa },
    production: produzione_kwh ?? produzione_w ?? null,
    consumption: consumo_kwh ?? consumo_w ?? null,
    unit: energy === undefined ? 'w' : 'kwh',
  })
}

/** `field=COLUMN,field=COLUMN` over the fields that are known. */
export function parseMap<F extends string>(
  text: string,
  fields: readonly F[],
): Result<Partial<Record<F, string>>, string> {
  const pairs: Partial<Record<F, string>> = {}
  for (const pair of text.split(',')) {
    const [name = '', ...rest] = pair.split('=')
    const column = rest.join('=').trim()
    const field = fields.find((f) => f === name.trim())
    if (field === undefined)
      return fail(
        `--map "${pair}": "${name.trim()}" is not a field${didYouMean(name.trim(), fields)}; the fields are ${fields.join(', ')}.`,
      )
    if (column === '') return fail(`--map "${pair}": expected ${field}=COLUMN, with a column of the file.`)
    if (pairs[field] !== undefined) return fail(`--map names ${field} twice.`)
    pairs[field] = column
  }
  return ok(pairs)
}

/** Position of a column in the header, or a sentence. */
export function findColumn(columns: readonly string[], name: string): Result<number, string> {
  const index = columns.indexOf(name)
  if (index >= 0) return ok(index)
  return fail(`there is no column "${name}"${didYouMean(name, columns)}; the columns are ${columns.join(', ')}`)
}

const STEP_UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, min: MINUTE, h: HOUR, d: DAY }

/** `1h`, `15m`, `900s` as ms, up to a day. */
export function parseStep(text: string): Result<number, string> {
  const [, count, unit] = /^(\d+)\s*(s|m|min|h|d)$/.exec(text.trim()) ?? []
  const ms = Number(count) * (STEP_UNITS[unit ?? ''] ?? Number.NaN)
  return ms > 0 && ms <= MAX_INTERVAL
    ? ok(ms)
    : fail(`--step "${text}" is not right: expected the length of an interval up to 1d, such as 1h, 15m or 900s.`)
}

/** 3600000 -> "1h". */
export function formatStep(ms: number): string {
  const [unit, length] = Object.entries(STEP_UNITS)
    .filter(([name]) => name !== 'min')
    .findLast(([, size]) => ms % size === 0) ?? ['s', SECOND]
  return `${ms / length}${unit}`
}

/** The most common distance between consecutive rows of a house, ms; null where no house has two rows within a day. */
export function inferStep(rows: Iterable<{ readonly house: string; readonly at: number }>): number | null {
  const last = new Map<string, number>()
  const counts = new Map<number, number>()
  for (const { house, at } of rows) {
    const distance = Math.abs(at - (last.get(house) ?? at))
    if (distance > 0 && distance <= MAX_INTERVAL) counts.set(distance, (counts.get(distance) ?? 0) + 1)
    last.set(house, at)
  }
  const [best] = [...counts].sort(([a, n], [b, m]) => m - n || a - b)
  return best?.[0] ?? null
}
