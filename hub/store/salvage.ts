import type Database from 'better-sqlite3'
import { DAY, MINUTE } from '../domain/time.ts'
import { isDamage } from './damage.ts'

interface Column {
  readonly name: string
  readonly type: string
  readonly notnull: number
  readonly pk: number
}

export interface Salvaged {
  readonly rows: number
  /** Pieces of a table, as small as they can be asked for, that could not be read. */
  readonly unreadable: number
}

/** Asked for at once; a piece with damage in it is halved until what is damaged is left out. */
const IDS_AT_ONCE = 4096
const TIME_AT_ONCE = DAY
/** Of a table whose first and last row cannot be read, so far back is looked, by so many probes at first. */
const LOOK_BACK = 400 * DAY
const PROBES = 256
/** No row of a table with ids takes less, its indexes included; bytes. */
const SMALLEST_ROW = 40
/** After so many unreadable ids in a row only every so-manieth is tried: a page that can be read holds more rows than that. */
const BARREN_AFTER = 500
const BARREN_STEP = 32

/**
 * Takes every row of a table that can still be read from the attached `bad` into `main`, key range by key range; rows
 * that are there already, and rows that are not what such a row can be, are left out. Both have the same columns.
 */
export function salvageTable(
  db: Database.Database,
  table: string,
  { houses, badBytes, now }: { houses: readonly string[]; badBytes: number; now: number },
): Salvaged {
  const columns = db.prepare('select name, type, "notnull", pk from pragma_table_info(?)').all(table) as Column[]
  const key = columns.filter((c) => c.pk > 0).toSorted((x, y) => x.pk - y.pk)
  const tally = { rows: 0, unreadable: 0 }
  const isNumber = (c: Column | undefined) => c?.type.toLowerCase() === 'integer'
  const plausible = columns.map((c) => plausibility(c, now)).join(' and ')
  const copy = (where: string) => {
    const statement = db.prepare(
      `insert or ignore into main."${table}" select * from bad."${table}" where ${where} and ${plausible}`,
    )
    return (...values: unknown[]) => {
      try {
        tally.rows += statement.run(...values).changes
        return true
      } catch (error) {
        rethrowUnlessDamage(error)
        return false
      }
    }
  }
  const [first, second] = key
  if (first && isNumber(first)) {
    const whole = copy(`"${first.name}" >= ? and "${first.name}" < ?`)
    const single = second ? copy(`"${first.name}" = ? and "${second.name}" = ?`) : null
    const range = bounds(db, table, first.name, { given: 'true', values: [], badBytes, now })
    takeRange(range, whole, (at) => {
      if (single) for (const house of houses) tally.unreadable += single(at, house) ? 0 : 1
      else tally.unreadable += 1
    })
  } else if (first && isNumber(second)) {
    const given = `"${first.name}" = ?`
    const whole = copy(`${given} and "${second?.name}" >= ? and "${second?.name}" < ?`)
    for (const house of houses) {
      const range = bounds(db, table, second?.name ?? '', { given, values: [house], badBytes, now })
      takeRange(
        range,
        (from, to) => whole(house, from, to),
        () => (tally.unreadable += 1),
      )
    }
  } else if (first) {
    const whole = copy(`"${first.name}" = ?`)
    for (const house of houses) tally.unreadable += whole(house) ? 0 : 1
  }
  return tally
}

interface Range {
  readonly low: number
  readonly high: number
  readonly step: number
  /** Keys are multiples of it. */
  readonly unit: number
}

function takeRange(
  { low, high, step, unit }: Range,
  whole: (from: number, to: number) => boolean,
  unreadable: (at: number) => void,
): void {
  let barren = 0
  const take = (from: number, to: number): void => {
    if (whole(from, to)) {
      barren = 0
      return
    }
    if (to - from <= unit) {
      barren += 1
      unreadable(from)
    } else if (barren < BARREN_AFTER || someReadable(from, to)) {
      const middle = from + Math.floor((to - from) / unit / 2) * unit
      take(from, middle)
      take(middle, to)
    } else barren += (to - from) / unit
  }
  const someReadable = (from: number, to: number): boolean => {
    for (let at = from; at < to; at += BARREN_STEP * unit) {
      if (!whole(at, at + unit)) continue
      barren = 0
      return true
    }
    return false
  }
  for (let from = low; from <= high; from += step) take(from, from + step)
}

/** From where to where a key goes, as far as that can be read; else as far as it can go. */
function bounds(
  db: Database.Database,
  table: string,
  column: string,
  { given, values, badBytes, now }: { given: string; values: readonly unknown[]; badBytes: number; now: number },
): Range {
  const isTime = column === 'start' || column === 'at'
  const ask = (what: string) => {
    try {
      const found = db
        .prepare(`select ${what}("${column}") from bad."${table}" where ${given}`)
        .pluck()
        .get(...values)
      return { value: typeof found === 'number' ? found : null }
    } catch (error) {
      rethrowUnlessDamage(error)
      return null
    }
  }
  const least = ask('min')
  const most = ask('max')
  const step = isTime ? TIME_AT_ONCE : IDS_AT_ONCE
  const unit = column === 'start' ? 5 * MINUTE : isTime ? MINUTE : 1
  const nothing = { low: 0, high: -1, step, unit }
  if (least?.value === null || most?.value === null) return nothing
  const low = Math.max(0, least?.value ?? (isTime ? now - LOOK_BACK : 0))
  const furthest = isTime ? now + DAY : (least?.value ?? 0) + badBytes / SMALLEST_ROW
  const high = Math.min(most?.value ?? furthest, isTime ? now + DAY : Number.MAX_SAFE_INTEGER)
  const probe = db.prepare(`select 1 from bad."${table}" where ${given} and "${column}" = ?`)
  const isPath = (at: number) => {
    try {
      probe.get(...values, at)
      return true
    } catch (error) {
      rethrowUnlessDamage(error)
      return false
    }
  }
  // With the root of a table gone every question fails.
  const anywhere = () =>
    Array.from({ length: PROBES }, (_, i) => Math.floor(low + ((high - low) * i) / PROBES)).some(isPath)
  if (least === null && most === null && !anywhere()) return nothing
  return { low: isTime ? low - (low % step) : low, high, step, unit }
}

/** What a damaged page may hold in this column's place is told from what belongs there by its type, and by its time. */
function plausibility({ name, type, notnull, pk }: Column, now: number): string {
  const kind = type.toLowerCase()
  const types = kind === 'text' ? "'text'" : kind === 'integer' ? "'integer'" : "'integer', 'real'"
  const nulls = notnull || pk > 0 ? '' : ", 'null'"
  const typed = `typeof("${name}") in (${types}${nulls})`
  return name === 'start' || name === 'at' ? `(${typed} and "${name}" between 0 and ${now + DAY})` : typed
}

function rethrowUnlessDamage(error: unknown): void {
  const { code } = error as { code?: string }
  if (!isDamage(code) && !code?.startsWith('SQLITE_IOERR')) throw error
}
