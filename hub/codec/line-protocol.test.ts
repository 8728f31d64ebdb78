import { expect, it } from 'vitest'
import { emptySlot } from '../domain/slot.ts'
import { slotLines } from './line-protocol.ts'

it('writes what is known of a slot, in Wh at its beginning in seconds', () => {
  const start = Date.UTC(2026, 5, 21, 12)
  const whole = {
    ...{ ...emptySlot(), producedWh: 125.12345, consumedWh: 40, importedWh: 0, exportedWh: 85.1 },
    ...{ productionMeasuredS: 300, consumptionMeasuredS: 280, exchangeMeasuredS: 280 },
  }
  const roof = { ...emptySlot(), producedWh: 10, productionEstimatedS: 60 }
  expect(
    slotLines([
      { start, house: 'casa_A', energy: whole },
      { start, house: 'casa_B', energy: roof },
      { start, house: 'casa_C', energy: emptySlot() },
    ]),
  ).toEqual([
    'solar_family,house=casa_A produced_wh=125.123,consumed_wh=40,imported_wh=0,exported_wh=85.1 1782043200',
    'solar_family,house=casa_B produced_wh=10 1782043200',
  ])
})
