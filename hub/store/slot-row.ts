import type { SlotEnergy } from '../domain/slot.ts'
import { emptySlot, SLOT_FIELDS } from '../domain/slot.ts'
import { SLOT_COLUMNS } from './schema.ts'

/** The columns that slots, hours and the community's hours have in common. */
export type SlotColumns = Record<(typeof SLOT_COLUMNS)[number], number>

export function energyOf(row: SlotColumns): SlotEnergy {
  const energy = emptySlot()
  for (const [i, field] of SLOT_FIELDS.entries()) energy[field] = row[SLOT_COLUMNS[i] ?? 'produced_wh']
  return energy
}

/** Values of SLOT_COLUMNS, in their order. */
export function valuesOf(energy: Readonly<SlotEnergy>): number[] {
  return SLOT_FIELDS.map((field) => energy[field])
}
