import type { SlotEnergy } from '../domain/slot.ts'
import { SECOND } from '../domain/time.ts'

/**
 * Slots in InfluxDB's line protocol, a line each, energies in Wh at the slot's beginning in seconds: what is not known of a
 * slot is left out, a slot of which nothing is known too. Writing the same line again changes nothing.
 */
export function slotLines(
  slots: readonly { readonly start: number; readonly house: string; readonly energy: SlotEnergy }[],
): string[] {
  return slots.flatMap(({ start, house, energy: e }) => {
    const fields = [
      ...given('produced_wh', e.producedWh, e.productionMeasuredS + e.productionEstimatedS),
      ...given('consumed_wh', e.consumedWh, e.consumptionMeasuredS + e.consumptionEstimatedS),
      ...given('imported_wh', e.importedWh, e.exchangeMeasuredS + e.exchangeEstimatedS),
      ...given('exported_wh', e.exportedWh, e.exchangeMeasuredS + e.exchangeEstimatedS),
    ]
    // House ids hold no character that would have to be escaped.
    return fields.length === 0 ? [] : [`solar_family,house=${house} ${fields.join(',')} ${start / SECOND}`]
  })
}

function given(name: string, wh: number, coveredS: number): string[] {
  return coveredS > 0 ? [`${name}=${Math.round(wh * 1000) / 1000}`] : []
}
