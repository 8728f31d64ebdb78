import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spreadInterval } from './energy.ts'
import type { IntervalReading } from './reading.ts'
import type { SlotEnergy, SlotSheet } from './slot.ts'
import { addSlot, emptySlot, qualityOf, SLOT_FIELDS, slotOf, viewSlot } from './slot.ts'
import { HOUR, MINUTE, SECOND, SLOT } from './time.ts'

const NOON = Date.UTC(2026, 5, 21, 12)

describe('qualityOf', () => {
  it.each([
    [300, 0, { quality: 'misurata', coverage: 1 }],
    [270, 0, { quality: 'misurata', coverage: 0.9 }],
    [269, 0, { quality: 'stimata', coverage: 0.8967 }],
    [270, 30, { quality: 'misurata', coverage: 1 }],
    [0, 300, { quality: 'stimata', coverage: 1 }],
    [0, 0, { quality: 'mancante', coverage: 0 }],
    [0.001, 0, { quality: 'mancante', coverage: 0 }],
    [301, 0, { quality: 'misurata', coverage: 1 }],
  ])('%f s measured and %f s estimated of 300', (measured, estimated, expected) => {
    expect(qualityOf(measured, estimated, 300)).toEqual(expected)
  })
})

describe('viewSlot', () => {
  const measured: Partial<SlotEnergy> = { producedWh: 5, productionMeasuredS: 300 }
  it.each<[string, Partial<SlotEnergy>, object]>([
    [
      'nothing is null, never 0',
      {},
      { producedWh: null, consumedWh: null, importedWh: null, exportedWh: null, quality: 'mancante', coverage: 0 },
    ],
    [
      'a measured nothing is 0',
      { productionMeasuredS: 300 },
      { producedWh: 0, consumedWh: null, quality: 'misurata', coverage: 1 },
    ],
    [
      'a house is judged by the channel it has',
      measured,
      { producedWh: 5, consumedWh: null, quality: 'misurata', coverage: 1 },
    ],
    [
      'by the worse of two',
      { ...measured, consumptionEstimatedS: 300 },
      { consumedWh: 0, quality: 'stimata', coverage: 1 },
    ],
    [
      'by the one that covers less of two',
      { ...measured, consumptionMeasuredS: 285 },
      { quality: 'misurata', coverage: 0.95 },
    ],
    ['what rounding left below 0 is 0', { producedWh: -1e-14, productionMeasuredS: 300 }, { producedWh: 0 }],
  ])('%s', (_, slot, expected) => {
    expect(viewSlot({ ...emptySlot(), ...slot }, 300)).toMatchObject(expected)
  })
})

describe('a sheet', () => {
  it('makes a slot once, and adds and takes away every field', () => {
    const sheet: SlotSheet = new Map()
    const part = emptySlot()
    for (const [i, field] of SLOT_FIELDS.entries()) part[field] = i + 1
    addSlot(slotOf(sheet, NOON), part)
    addSlot(slotOf(sheet, NOON), part)
    expect(sheet.size).toBe(1)
    expect(SLOT_FIELDS.map((f) => slotOf(sheet, NOON)[f])).toEqual(SLOT_FIELDS.map((_, i) => 2 * (i + 1)))
    addSlot(slotOf(sheet, NOON), part, -1)
    expect(slotOf(sheet, NOON)).toEqual(part)
    expect(Object.keys(part)).toEqual([...SLOT_FIELDS])
  })
})

function interval(
  fromMin: number,
  minutes: number,
  producedWh: number | null,
  consumedWh: number | null = null,
): IntervalReading {
  return { house: 'casa_A', at: NOON + fromMin * MINUTE, durationMs: minutes * MINUTE, producedWh, consumedWh }
}

/** Intervals one after the other over slots that are measured for so many seconds (and 1 Wh each). */
function fill(intervals: readonly IntervalReading[], measuredS: Record<number, number> = {}): SlotSheet {
  const stored: SlotSheet = new Map()
  for (const [minutes, seconds] of Object.entries(measuredS)) {
    const part = { producedWh: 1, productionMeasuredS: seconds, consumptionMeasuredS: 0 }
    addSlot(slotOf(stored, NOON + Number(minutes) * MINUTE), { ...emptySlot(), ...part })
  }
  for (const one of intervals) {
    const sheet: SlotSheet = new Map()
    spreadInterval(one, (start) => stored.get(start) ?? emptySlot(), sheet)
    for (const [start, slot] of sheet) addSlot(slotOf(stored, start), slot)
  }
  return stored
}

function produced(sheet: SlotSheet): Record<number, number> {
  return Object.fromEntries(
    [...sheet].map(([start, slot]) => [(start - NOON) / MINUTE, Math.round(slot.producedWh * 1e6) / 1e6]),
  )
}

describe('an interval', () => {
  it.each<[string, IntervalReading[], Record<number, number>, Record<number, number>]>([
    ['of 15 min fills three slots evenly', [interval(0, 15, 30)], {}, { 0: 10, 5: 10, 10: 10 }],
    ['of an hour that is misaligned shares by time', [interval(-2, 10, 100)], {}, { '-5': 20, 0: 50, 5: 30 }],
    ['of a minute and its neighbours make up a slot', [0, 1, 2, 3, 4].map((m) => interval(m, 1, m)), {}, { 0: 10 }],
    ['leaves a measured slot as it is', [interval(0, 15, 30)], { 5: 300 }, { 0: 10, 5: 1, 10: 10 }],
    ['fills what is uncovered of a slot', [interval(0, 10, 20)], { 5: 180 }, { 0: 10, 5: 5 }],
    [
      'does not fill twice',
      [interval(0, 60, 120), interval(5, 5, 99)],
      {},
      Object.fromEntries([...Array(12).keys()].map((i) => [i * 5, 10])),
    ],
    [
      'of another step fills what the first left',
      [interval(5, 5, 99), interval(0, 15, 30)],
      {},
      { 0: 10, 5: 99, 10: 10 },
    ],
    ['of a minute finds no room in a full slot', [interval(0, 5, 10), interval(2, 1, 50)], {}, { 0: 10 }],
    ['without a production fills none', [interval(0, 5, null, 7)], {}, { 0: 0 }],
  ])('%s', (_, intervals, measured, expected) => {
    expect(produced(fill(intervals, measured))).toEqual(expected)
  })

  it.each([
    [300, 900, { importedWh: 600, exportedWh: 0 }],
    [900, 300, { importedWh: 0, exportedWh: 600 }],
    [null, 300, { importedWh: 0, exportedWh: 0, exchangeEstimatedS: 0 }],
  ])('of %s Wh produced and %s Wh consumed exchanges the difference', (producedWh, consumedWh, expected) => {
    expect(fill([interval(0, 5, producedWh, consumedWh)]).get(NOON)).toMatchObject(expected)
  })

  it('is all there over empty slots, called estimated, and no slot holds more than its time', () => {
    const minutes = fc.record({
      at: fc.integer({ min: 0, max: 3 * HOUR }),
      durationMs: fc.integer({ min: SECOND, max: 2 * HOUR }),
      producedWh: fc.nat(9000),
      consumedWh: fc.nat(9000),
    })
    fc.assert(
      fc.property(fc.array(minutes, { minLength: 1, maxLength: 6 }), (list) => {
        const intervals = list.map((one) => ({ ...one, house: 'casa_A', at: NOON + one.at }))
        const [first] = intervals
        const alone = [...fill(first ? [first] : []).values()]
        expect(alone.reduce((sum, s) => sum + s.producedWh, 0)).toBeCloseTo(first?.producedWh ?? 0, 6)
        expect(
          alone.reduce((sum, s) => sum + s.importedWh - s.exportedWh - s.consumedWh + s.producedWh, 0),
        ).toBeCloseTo(0, 6)
        expect(alone.reduce((sum, s) => sum + s.productionEstimatedS, 0)).toBeCloseTo(
          (first?.durationMs ?? 0) / SECOND,
          6,
        )
        for (const slot of fill(intervals).values()) {
          expect(Math.max(slot.productionEstimatedS, slot.consumptionEstimatedS, slot.exchangeEstimatedS)).toBeLessThan(
            SLOT / SECOND + 1e-6,
          )
          expect(slot.productionMeasuredS + slot.consumptionMeasuredS).toBe(0)
        }
      }),
    )
  })
})
