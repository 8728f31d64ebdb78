import { selfConsumptionRate, selfSufficiencyRate } from '../../hub/domain/balance.ts'
import type { Exchange, Flow } from '../../hub/domain/sharing.ts'
import { energyFlows, sharedEnergy, sharePart } from '../../hub/domain/sharing.ts'
import type { SlotEnergy } from '../../hub/domain/slot.ts'
import { addSlot, emptySlot, LEAST_COVERED_S, QUALITIES, viewSlot } from '../../hub/domain/slot.ts'
import { HOUR, SECOND, SLOT } from '../../hub/domain/time.ts'
import type { StoredSlot } from '../../hub/store/hours.ts'
import type { SlotPower } from '../../hub/store/power.ts'
import { readSlots } from '../../hub/store/readings.ts'
import type { ReadingsDb } from '../../hub/store/store.ts'
import type { CurvePoint, DayTotals } from '../view-models.ts'

/** One day of the community's energy: what pages and history are made of. */
export interface DayEnergy {
  readonly from: number
  /** End of the day, or now. */
  readonly to: number
  /** Hours of every house, in order of time. */
  readonly hours: readonly StoredSlot[]
}

export async function readDay(db: ReadingsDb, from: number, to: number): Promise<DayEnergy> {
  return { from, to, hours: await readSlots(db, { from, to, groupMs: HOUR }) }
}

/** What each house put into and took out of the grid, hour by hour; hours without both are left out. */
export function exchangesByHour(hours: readonly StoredSlot[]): Map<number, Exchange[]> {
  const byHour = new Map<number, Exchange[]>()
  for (const { start, house, energy } of hours) {
    if (energy.exchangeMeasuredS + energy.exchangeEstimatedS <= 0) continue
    const exchange = { id: house, exportedWh: energy.exportedWh, importedWh: energy.importedWh }
    const list = byHour.get(start)
    if (list) list.push(exchange)
    else byHour.set(start, [exchange])
  }
  return byHour
}

/** Totals of one house: its energies, and the shared energy it gave or took. */
export function houseTotals(day: DayEnergy, house: string): DayTotals {
  const exchanges = exchangesByHour(day.hours)
  let sharedWh: number | null = null
  for (const list of exchanges.values()) {
    const own = list.find((e) => e.id === house)
    if (!own) continue
    const { givenWh, takenWh } = sharePart(own, list)
    sharedWh = (sharedWh ?? 0) + givenWh + takenWh
  }
  const sum = sumOf(day.hours.filter((h) => h.house === house))
  return totals(sum, (day.to - day.from) / SECOND, sharedWh, sum.importedWh, sum.exportedWh)
}

/** Totals of the community: shared hour by hour, import and export at the meter of the neighbourhood. */
export function communityTotals(day: DayEnergy, houses: number): DayTotals {
  let sharedWh: number | null = null
  let importWh = 0
  let exportWh = 0
  for (const list of exchangesByHour(day.hours).values()) {
    const interval = sharedEnergy(list)
    sharedWh = (sharedWh ?? 0) + interval.sharedWh
    importWh += interval.gridImportWh
    exportWh += interval.gridExportWh
  }
  const sum = sumOf(day.hours)
  return totals(
    { ...sum, importedWh: importWh, exportedWh: exportWh },
    (Math.max(1, houses) * (day.to - day.from)) / SECOND,
    sharedWh,
    importWh,
    exportWh,
  )
}

export function dayFlows(day: DayEnergy): Flow[] {
  return energyFlows(exchangesByHour(day.hours).values())
}

function totals(
  sum: SlotEnergy,
  durationS: number,
  sharedWh: number | null,
  importWh: number,
  exportWh: number,
): DayTotals {
  const view = viewSlot(sum, durationS)
  return {
    producedWh: view.producedWh,
    consumedWh: view.consumedWh,
    importedWh: view.importedWh,
    exportedWh: view.exportedWh,
    sharedWh,
    selfSufficiencyRate:
      view.importedWh === null || view.consumedWh === null ? null : selfSufficiencyRate(importWh, view.consumedWh),
    selfConsumptionRate:
      view.exportedWh === null || view.producedWh === null ? null : selfConsumptionRate(exportWh, view.producedWh),
    quality: view.quality,
    coverage: view.coverage,
  }
}

export function sumOf(slots: Iterable<{ readonly energy: SlotEnergy }>): SlotEnergy {
  const sum = emptySlot()
  for (const { energy } of slots) addSlot(sum, energy)
  return sum
}

/** A day's slots as mean powers, those of several houses added up. The day is complete: what is not stored is null. */
export function curve(slots: readonly StoredSlot[], from: number, to: number): CurvePoint[] {
  const byStart = Map.groupBy(slots, (slot) => slot.start)
  const points: CurvePoint[] = []
  for (let start = from; start < to; start += SLOT) points.push(pointOf(start, byStart.get(start) ?? []))
  return points
}

/** The same of the community, whose slots were added up in the store. */
export function communityCurve(powers: readonly SlotPower[], from: number, to: number): CurvePoint[] {
  const byStart = new Map(powers.map((power) => [power.start, power]))
  const points: CurvePoint[] = []
  for (let start = from; start < to; start += SLOT)
    points.push(byStart.get(start) ?? { start, productionW: null, consumptionW: null, quality: 'mancante' })
  return points
}

function pointOf(start: number, slots: readonly StoredSlot[]): CurvePoint {
  const views = slots.map(({ energy }) => ({ energy, view: viewSlot(energy, SLOT / SECOND) }))
  const worst = views.reduce((most, { view }) => Math.max(most, QUALITIES.indexOf(view.quality)), 0)
  return {
    start,
    productionW: addUp(
      views.map(({ energy, view }) =>
        meanPower(view.producedWh, energy.productionMeasuredS + energy.productionEstimatedS),
      ),
    ),
    consumptionW: addUp(
      views.map(({ energy, view }) =>
        meanPower(view.consumedWh, energy.consumptionMeasuredS + energy.consumptionEstimatedS),
      ),
    ),
    quality: views.length === 0 ? 'mancante' : (QUALITIES[worst] ?? 'mancante'),
  }
}

/** Mean power over the covered part of a slot, W: the slot that is being filled stands as high as the full ones. */
function meanPower(wh: number | null, coveredS: number): number | null {
  return wh === null || coveredS < LEAST_COVERED_S ? null : (wh * HOUR) / (coveredS * SECOND)
}

function addUp(values: readonly (number | null)[]): number | null {
  const known = values.filter((v) => v !== null)
  return known.length === 0 ? null : known.reduce((sum, v) => sum + v, 0)
}
