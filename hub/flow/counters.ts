import type { HouseCounters } from '../codec/home-assistant.ts'
import type { SlotEnergy } from '../domain/slot.ts'
import { addSlot, emptySlot } from '../domain/slot.ts'
import { DAY, HOUR } from '../domain/time.ts'

/** House id -> its energies since it was first measured. */
export type HouseTotals = ReadonlyMap<string, HouseCounters>

/** So many days behind now, late readings may still come: what lies before is added up once an hour. */
const BEHIND = DAY
/** Later than any hour: all that is read is one group a house. */
const ALL = 1e9 * HOUR

type Rows = readonly { readonly house: string; readonly energy: SlotEnergy }[]

/** Energies of every house since the first measurement. What is old is read once an hour, the last day each time. */
export class Counters {
  readonly #read: (from: number, to: number, groupMs: number) => Promise<Rows>
  #old: { readonly to: number; readonly rows: Rows; readonly at: number } | null = null

  constructor(read: (from: number, to: number, groupMs: number) => Promise<Rows>) {
    this.#read = read
  }

  async totals(now: number): Promise<HouseTotals> {
    if (this.#old === null || now < this.#old.at || now - this.#old.at >= HOUR) {
      const to = Math.floor((now - BEHIND) / HOUR) * HOUR
      this.#old = { to, at: now, rows: await this.#read(0, to, ALL) }
    }
    const recent = await this.#read(this.#old.to, now + HOUR, ALL)
    const sums = new Map<string, SlotEnergy>()
    for (const { house, energy } of [...this.#old.rows, ...recent]) {
      const sum = sums.get(house) ?? emptySlot()
      addSlot(sum, energy)
      sums.set(house, sum)
    }
    return new Map([...sums].map(([house, sum]) => [house, countersOf(sum)]))
  }
}

function countersOf(sum: SlotEnergy): HouseCounters {
  const known = (seconds: number, wh: number) => (seconds > 0 ? wh : null)
  const exchange = sum.exchangeMeasuredS + sum.exchangeEstimatedS
  return {
    producedWh: known(sum.productionMeasuredS + sum.productionEstimatedS, sum.producedWh),
    consumedWh: known(sum.consumptionMeasuredS + sum.consumptionEstimatedS, sum.consumedWh),
    importedWh: known(exchange, sum.importedWh),
    exportedWh: known(exchange, sum.exportedWh),
  }
}
