import { MAX_SILENCE, PERIODS_KEPT } from '../domain/energy.ts'
import type { Reading } from '../domain/reading.ts'
import { SERIES } from '../domain/reading.ts'
import { SLOT, slotStart } from '../domain/time.ts'
import type { prepare } from './ingest-statements.ts'
import type { ReadingsSchema } from './schema.ts'

export type ReadingRow = ReadingsSchema['reading'] & { readonly id: number }

/** Readings after which an integration no longer depends on what was before: the usual period's, of every series, with some to spare. */
const REACH = 2 * SERIES.length * (PERIODS_KEPT + 1)
const BALANCE_REACH = PERIODS_KEPT + 3

/** The raw readings of a house around an instant. Those of a time in doubt are not among them. */
export class Neighbours {
  readonly #sql: ReturnType<typeof prepare>

  constructor(sql: ReturnType<typeof prepare>) {
    this.#sql = sql
  }

  /** How far from an instant readings of a house depend on one another: the instant of the outermost such reading. */
  reach(house: string, at: number, direction: 1 | -1, withBalance: boolean): number {
    const all = this.#outermost(house, at, direction, false, REACH)
    if (!withBalance) return all
    const balances = this.#outermost(house, at, direction, true, BALANCE_REACH)
    return direction < 0 ? Math.min(all, balances) : Math.max(all, balances)
  }

  /** Instant of the `count`-th reading from `at`, found through the slots the house was heard in: a silence costs nothing. */
  #outermost(house: string, at: number, direction: 1 | -1, balancesOnly: boolean, count: number): number {
    const next = direction < 0 ? this.#sql.heardBefore : this.#sql.heardAfter
    let found = at
    let left = count
    let slot: { start: number } | undefined = { start: slotStart(at) }
    while (slot && Math.abs(slot.start - at) <= MAX_SILENCE + SLOT) {
      const rows = this.#sql.instantsIn.all(slot.start, slot.start + SLOT, house) as Pick<
        ReadingRow,
        'at' | 'consumption_w'
      >[]
      for (const row of direction < 0 ? rows.toReversed() : rows) {
        const distance = (row.at - at) * direction
        if (distance <= 0 || (balancesOnly && row.consumption_w === null)) continue
        if (left === 0 || distance > MAX_SILENCE) return found
        left -= 1
        found = row.at
      }
      if (left === 0) return found
      slot = next.get(house, slot.start, balancesOnly ? 1 : 0) as { start: number } | undefined
    }
    return found
  }

  between(house: string, first: number, last: number): ReadingRow[] {
    const slots = this.#sql.heardBetween.all(house, slotStart(first), last) as { start: number }[]
    const rows = slots.flatMap(({ start }) => this.#sql.readingsIn.all(start, start + SLOT, house) as ReadingRow[])
    return rows.filter((row) => row.at >= first && row.at <= last)
  }
}

export function toReading(row: ReadingRow): Reading {
  return {
    house: row.house,
    series: SERIES[row.series] ?? 'rendimento',
    at: row.at,
    productionW: row.production_w,
    consumptionW: row.consumption_w,
    boot: row.boot,
    seq: row.seq,
    producedWh: row.produced_wh,
    consumedWh: row.consumed_wh,
    importedWh: row.imported_wh,
    exportedWh: row.exported_wh,
  }
}
