/** Energy of one house in one slot, with how many seconds of it were measured and how many estimated. */
export interface SlotEnergy {
  producedWh: number
  consumedWh: number
  importedWh: number
  exportedWh: number
  productionMeasuredS: number
  productionEstimatedS: number
  consumptionMeasuredS: number
  consumptionEstimatedS: number
  exchangeMeasuredS: number
  exchangeEstimatedS: number
}

export const SLOT_FIELDS = [
  'producedWh',
  'consumedWh',
  'importedWh',
  'exportedWh',
  'productionMeasuredS',
  'productionEstimatedS',
  'consumptionMeasuredS',
  'consumptionEstimatedS',
  'exchangeMeasuredS',
  'exchangeEstimatedS',
] as const satisfies readonly (keyof SlotEnergy)[]

/** Slot start (epoch ms) -> content, or what is to be added to it. */
export type SlotSheet = Map<number, SlotEnergy>

export function emptySlot(): SlotEnergy {
  return {
    producedWh: 0,
    consumedWh: 0,
    importedWh: 0,
    exportedWh: 0,
    productionMeasuredS: 0,
    productionEstimatedS: 0,
    consumptionMeasuredS: 0,
    consumptionEstimatedS: 0,
    exchangeMeasuredS: 0,
    exchangeEstimatedS: 0,
  }
}

/** The slot of a sheet, made empty where the sheet has none. */
export function slotOf(sheet: SlotSheet, start: number): SlotEnergy {
  let slot = sheet.get(start)
  if (!slot) {
    slot = emptySlot()
    sheet.set(start, slot)
  }
  return slot
}

export function addSlot(into: SlotEnergy, part: Readonly<SlotEnergy>, sign: 1 | -1 = 1): void {
  for (const field of SLOT_FIELDS) into[field] += sign * part[field]
}

const CHANNELS = [
  { energies: ['producedWh'], measured: 'productionMeasuredS', estimated: 'productionEstimatedS' },
  { energies: ['consumedWh'], measured: 'consumptionMeasuredS', estimated: 'consumptionEstimatedS' },
  { energies: ['importedWh', 'exportedWh'], measured: 'exchangeMeasuredS', estimated: 'exchangeEstimatedS' },
] as const

/**
 * `known`, and from `more` the channels that `known` does not cover at all. Worked value: an hour that has its production,
 * and slots with production and consumption -> the hour's production, the slots' consumption.
 */
export function fillUncovered(known: Readonly<SlotEnergy>, more: Readonly<SlotEnergy>): SlotEnergy {
  const filled = { ...known }
  for (const { energies, measured, estimated } of CHANNELS) {
    if (known[measured] + known[estimated] > 0) continue
    for (const field of [...energies, measured, estimated]) filled[field] = more[field]
  }
  return filled
}

export const QUALITIES = ['misurata', 'stimata', 'mancante'] as const
export type Quality = (typeof QUALITIES)[number]

/** Share of an interval that must be measured for its energy to be called measured. */
export const MEASURED_SHARE = 0.9
/** Less of a slot than this says nothing of its power: a counter steps by whole Wh. */
export const LEAST_COVERED_S = 60

/**
 * How far an energy can be trusted: `misurata` from 90 % of the time measured, `mancante` when none of the
 * time is covered (its value is null, never 0), else `stimata`: the energy of the covered part alone.
 * `coverage` is the covered share of the time, 0..1, four decimals.
 */
export function qualityOf(
  measuredS: number,
  estimatedS: number,
  durationS: number,
): { quality: Quality; coverage: number } {
  const coverage = Math.min(1, Math.round(((measuredS + estimatedS) / durationS) * 1e4) / 1e4)
  if (coverage <= 0) return { quality: 'mancante', coverage: 0 }
  return { quality: measuredS / durationS >= MEASURED_SHARE ? 'misurata' : 'stimata', coverage }
}

/** Production, consumption and exchange of an interval, null where nothing is known. */
export interface SlotView {
  readonly producedWh: number | null
  readonly consumedWh: number | null
  readonly importedWh: number | null
  readonly exportedWh: number | null
  /** The worst of production and consumption, as far as the house has them. */
  readonly quality: Quality
  readonly coverage: number
}

/** What may be shown of an interval of `durationS` seconds. A house that never consumes or never produces is judged by the channel it has. */
export function viewSlot(slot: Readonly<SlotEnergy>, durationS: number): SlotView {
  const production = qualityOf(slot.productionMeasuredS, slot.productionEstimatedS, durationS)
  const consumption = qualityOf(slot.consumptionMeasuredS, slot.consumptionEstimatedS, durationS)
  const exchange = qualityOf(slot.exchangeMeasuredS, slot.exchangeEstimatedS, durationS)
  const known = (quality: Quality, value: number) => (quality === 'mancante' ? null : Math.max(0, value))
  const both = [production, consumption].filter((channel) => channel.quality !== 'mancante')
  const worst = both.sort(
    (a, b) => QUALITIES.indexOf(b.quality) - QUALITIES.indexOf(a.quality) || a.coverage - b.coverage,
  )[0]
  return {
    producedWh: known(production.quality, slot.producedWh),
    consumedWh: known(consumption.quality, slot.consumedWh),
    importedWh: known(exchange.quality, slot.importedWh),
    exportedWh: known(exchange.quality, slot.exportedWh),
    quality: worst?.quality ?? 'mancante',
    coverage: worst?.coverage ?? 0,
  }
}
