import { describe, expect, it } from 'vitest'
import type { SlotEnergy } from '../../hub/domain/slot.ts'
import { emptySlot } from '../../hub/domain/slot.ts'
import { HOUR, SLOT } from '../../hub/domain/time.ts'
import type { StoredSlot } from '../../hub/store/hours.ts'
import { communityTotals, curve, dayFlows, houseTotals } from './energy.ts'

const MIDNIGHT = Date.UTC(2026, 5, 21)

function hour(house: string, at: number, energy: Partial<SlotEnergy>): StoredSlot {
  const full = { productionMeasuredS: 3600, consumptionMeasuredS: 3600, exchangeMeasuredS: 3600 }
  return { house, start: MIDNIGHT + at * HOUR, energy: { ...emptySlot(), ...full, ...energy } }
}

const day = {
  from: MIDNIGHT,
  to: MIDNIGHT + 2 * HOUR,
  hours: [
    hour('casa_A', 0, { producedWh: 3000, consumedWh: 1000, exportedWh: 2000 }),
    hour('casa_B', 0, { consumedWh: 1500, importedWh: 1500 }),
    hour('casa_A', 1, { consumedWh: 400, importedWh: 400 }),
    hour('casa_B', 1, { consumedWh: 600, importedWh: 600 }),
  ],
}

describe('totals of a day', () => {
  it('share hour by hour: what was not used within its hour is export, and comes back as import', () => {
    expect(communityTotals(day, 2)).toEqual({
      producedWh: 3000,
      consumedWh: 3500,
      importedWh: 1000,
      exportedWh: 500,
      sharedWh: 1500,
      selfSufficiencyRate: 0.7143,
      selfConsumptionRate: 0.8333,
      quality: 'misurata',
      coverage: 1,
    })
  })

  it('of a house are its own meter, and its part of what was shared', () => {
    expect(houseTotals(day, 'casa_A')).toMatchObject({
      importedWh: 400,
      exportedWh: 2000,
      sharedWh: 1500,
      selfSufficiencyRate: 0.7143,
    })
    expect(houseTotals(day, 'casa_B')).toMatchObject({
      producedWh: 0,
      sharedWh: 1500,
      selfSufficiencyRate: 0,
      selfConsumptionRate: null,
    })
    expect(houseTotals(day, 'casa_C')).toMatchObject({
      producedWh: null,
      consumedWh: null,
      sharedWh: null,
      quality: 'mancante',
      coverage: 0,
    })
  })

  it('say how little they cover', () => {
    expect(communityTotals({ ...day, to: MIDNIGHT + 4 * HOUR }, 2)).toMatchObject({ quality: 'stimata', coverage: 0.5 })
  })

  it('are what the flows add up to', () => {
    const flows = dayFlows(day)
    const sum = (keep: (f: { from: string; to: string }) => boolean) =>
      flows.filter(keep).reduce((total, f) => total + f.amount, 0)
    expect(sum((f) => f.from !== 'rete' && f.to !== 'rete')).toBeCloseTo(1500)
    expect(sum((f) => f.from === 'rete')).toBeCloseTo(1000)
    expect(sum((f) => f.to === 'rete')).toBeCloseTo(500)
  })
})

describe('the curve', () => {
  const slot = (house: string, n: number, energy: Partial<SlotEnergy>): StoredSlot => ({
    house,
    start: MIDNIGHT + n * SLOT,
    energy: { ...emptySlot(), ...energy },
  })

  it('is the mean power of each slot, added over houses; a slot nobody covers is a gap', () => {
    const points = curve(
      [
        slot('casa_A', 0, { producedWh: 100, productionMeasuredS: 300, consumedWh: 50, consumptionMeasuredS: 300 }),
        slot('casa_B', 0, { producedWh: 25, productionMeasuredS: 150, consumedWh: 0, consumptionMeasuredS: 150 }),
        slot('casa_A', 2, { producedWh: 1, productionMeasuredS: 10 }),
      ],
      MIDNIGHT,
      MIDNIGHT + 3 * SLOT,
    )
    expect(points.map((p) => [p.productionW, p.consumptionW, p.quality])).toEqual([
      [1800, 600, 'stimata'],
      [null, null, 'mancante'],
      [null, null, 'stimata'],
    ])
  })
})
