import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SeriesState } from './energy.ts'
import { advance, gapLimit, integrate, isLate, MAX_SILENCE, NO_SERIES, powerLimits } from './energy.ts'
import type { Reading } from './reading.ts'
import type { SlotEnergy, SlotSheet } from './slot.ts'
import { DAY, HOUR, MINUTE, SECOND, SLOT, slotStart } from './time.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const LIMITS = { productionW: 7_500, consumptionW: 60_000 }

function reading(seconds: number, productionW: number, more: Partial<Reading> = {}): Reading {
  const none = { boot: null, seq: null, producedWh: null, consumedWh: null, importedWh: null, exportedWh: null }
  return {
    house: 'casa_A',
    series: 'produzione',
    at: NOON + seconds * SECOND,
    productionW,
    consumptionW: null,
    ...none,
    ...more,
  }
}

function balance(seconds: number, productionW: number, consumptionW: number, more: Partial<Reading> = {}): Reading {
  return reading(seconds, productionW, { series: 'bilancio', consumptionW, ...more })
}

function counted(seconds: number, productionW: number, producedWh: number, boot = 1): Reading {
  return reading(seconds, productionW, { boot, producedWh })
}

function sheetOf(readings: readonly Reading[], limits = LIMITS): SlotSheet {
  return integrate(readings, NO_SERIES, limits).sheet
}

function total(sheet: SlotSheet, field: keyof SlotEnergy): number {
  return [...sheet.values()].reduce((sum, slot) => sum + slot[field], 0)
}

/** Slot of the test's day by minutes from noon. */
function slotAt(sheet: SlotSheet, minutes: number): SlotEnergy | undefined {
  return sheet.get(NOON + minutes * MINUTE)
}

describe('production between two readings', () => {
  it.each<[string, Reading[], { wh: number; measured: number; estimated: number }]>([
    ['nothing from the first reading ever', [reading(0, 1000)], { wh: 0, measured: 0, estimated: 0 }],
    ['the trapezoid', [reading(0, 1000), reading(10, 2000)], { wh: 25 / 6, measured: 10, estimated: 0 }],
    [
      'messages of the same millisecond add nothing of their own',
      [reading(0, 1000), reading(0, 3000), reading(10, 3000)],
      { wh: 25 / 3, measured: 10, estimated: 0 },
    ],
    [
      '15 min are bridged while the usual period is unknown',
      [reading(0, 1000), reading(900, 1000)],
      { wh: 250, measured: 900, estimated: 0 },
    ],
    [
      'a second more than 15 min is a gap',
      [reading(0, 1000), reading(901, 1000)],
      { wh: 0, measured: 0, estimated: 0 },
    ],
    [
      '60 s are bridged at any period',
      [reading(0, 600), reading(10, 600), reading(70, 600)],
      { wh: 35 / 3, measured: 70, estimated: 0 },
    ],
    [
      '61 s after 10 s is a gap',
      [reading(0, 600), reading(10, 600), reading(71, 600)],
      { wh: 5 / 3, measured: 10, estimated: 0 },
    ],
    [
      'three times the usual period is bridged',
      [reading(0, 600), reading(30, 600), reading(120, 600)],
      { wh: 20, measured: 120, estimated: 0 },
    ],
    [
      'a second more is a gap',
      [reading(0, 600), reading(30, 600), reading(121, 600)],
      { wh: 5, measured: 30, estimated: 0 },
    ],
    [
      'never more than 15 min, though 3 x 10 min',
      [0, 600, 1200, 2101].map((s) => reading(s, 600)),
      { wh: 200, measured: 1200, estimated: 0 },
    ],
  ])('%s', (_, readings, expected) => {
    const sheet = sheetOf(readings)
    expect(total(sheet, 'producedWh')).toBeCloseTo(expected.wh, 9)
    expect(total(sheet, 'productionMeasuredS')).toBeCloseTo(expected.measured, 9)
    expect(total(sheet, 'productionEstimatedS')).toBeCloseTo(expected.estimated, 9)
  })

  it('is measured again three readings after a node goes from 10 s to 5 min', () => {
    const quick = Array.from({ length: 7 }, (_, i) => reading(i * 10, 600))
    const slow = Array.from({ length: 5 }, (_, i) => reading(60 + (i + 1) * 300, 600))
    const measured = slow.map((_, i) => total(sheetOf([...quick, ...slow.slice(0, i + 1)]), 'productionMeasuredS'))
    expect(measured).toEqual([60, 60, 60, 360, 660])
  })

  it('is cut at the edge of a slot where the edge is', () => {
    const sheet = sheetOf([reading(290, 0), reading(310, 1000)])
    expect(slotAt(sheet, 0)?.producedWh).toBeCloseTo((250 * 10) / 3600, 9)
    expect(slotAt(sheet, 5)?.producedWh).toBeCloseTo((750 * 10) / 3600, 9)
    expect(slotAt(sheet, 0)?.productionMeasuredS).toBeCloseTo(10, 9)
  })

  it('ends in the slot before when the reading falls on the edge', () => {
    expect([...sheetOf([reading(240, 1000), reading(300, 1000)]).keys()]).toEqual([NOON])
  })

  it('does not care for the hour the clocks change', () => {
    const change = Date.UTC(2026, 9, 25, 1)
    const readings = [-5, 0, 5, 10].map((minutes) => reading(0, 1200, { at: change + minutes * MINUTE }))
    const sheet = sheetOf(readings)
    expect([...sheet].map(([start, slot]) => [(start - change) / MINUTE, slot.producedWh])).toEqual([
      [-5, 100],
      [0, 100],
      [5, 100],
    ])
  })
})

describe('gapLimit', () => {
  it.each([
    [[], 900],
    [[10], 60],
    [[30], 90],
    [[300], 900],
    [[10, 10, 10, 300, 300], 60],
    [[10, 10, 300, 300, 300], 900],
  ])('after periods of %j s it is %i s', (periods, limit) => {
    expect(gapLimit(periods.map((s) => s * SECOND))).toBe(limit * SECOND)
  })
})

describe('counters', () => {
  it.each<[string, Reading[], { wh: number; measured: number; estimated: number }]>([
    [
      'say more than the power',
      [counted(0, 1000, 5000), counted(10, 1000, 5003)],
      { wh: 3, measured: 10, estimated: 0 },
    ],
    [
      'count where the power says nothing',
      [counted(0, 0, 5000), counted(60, 0, 5001)],
      { wh: 1, measured: 60, estimated: 0 },
    ],
    [
      'bridge a gap, as an estimate',
      [counted(0, 1000, 5000), counted(3600, 1000, 5800)],
      { wh: 800, measured: 0, estimated: 3600 },
    ],
    [
      'start again with a new boot',
      [counted(0, 1000, 5000, 1), counted(36, 1000, 2, 2)],
      { wh: 10, measured: 36, estimated: 0 },
    ],
    [
      'say nothing over a gap with a new boot',
      [counted(0, 1000, 5000, 1), counted(3600, 1000, 5800, 2)],
      { wh: 0, measured: 0, estimated: 0 },
    ],
    [
      'that fall are not believed',
      [counted(0, 1000, 5000), counted(36, 1000, 0)],
      { wh: 10, measured: 36, estimated: 0 },
    ],
    [
      'that jump are not believed',
      [counted(0, 1000, 5000), counted(36, 1000, 1_405_000)],
      { wh: 10, measured: 36, estimated: 0 },
    ],
    [
      'that jump and come back cost nothing',
      [counted(0, 1000, 5000), counted(36, 1000, 905_000), counted(72, 1000, 5021), counted(108, 1000, 5031)],
      { wh: 30, measured: 108, estimated: 0 },
    ],
    [
      'may be two steps above the highest power',
      [counted(0, 7500, 5000), counted(36, 7500, 5077)],
      { wh: 77, measured: 36, estimated: 0 },
    ],
    ['may not be three', [counted(0, 7500, 5000), counted(36, 7500, 5078)], { wh: 75, measured: 36, estimated: 0 }],
    [
      'of a node that reports no boot are compared',
      [reading(0, 1000, { producedWh: 10 }), reading(36, 1000, { producedWh: 22 })],
      { wh: 12, measured: 36, estimated: 0 },
    ],
    [
      'say nothing of a silence beyond a month',
      [counted(0, 0, 0), counted((MAX_SILENCE + SECOND) / SECOND, 0, 9)],
      { wh: 0, measured: 0, estimated: 0 },
    ],
  ])('%s', (_, readings, expected) => {
    const sheet = sheetOf(readings)
    expect(total(sheet, 'producedWh')).toBeCloseTo(expected.wh, 6)
    expect(total(sheet, 'productionMeasuredS')).toBeCloseTo(expected.measured, 6)
    expect(total(sheet, 'productionEstimatedS')).toBeCloseTo(expected.estimated, 6)
  })

  it('of consumption, import and export bridge a gap too', () => {
    const meter = (s: number, consumedWh: number, importedWh: number, exportedWh: number) =>
      balance(s, 500, 800, { boot: 3, consumedWh, importedWh, exportedWh })
    const sheet = sheetOf([meter(0, 100, 10, 20), meter(7200, 1700, 910, 320)])
    expect(total(sheet, 'consumedWh')).toBeCloseTo(1600, 9)
    expect(total(sheet, 'importedWh')).toBeCloseTo(900, 9)
    expect(total(sheet, 'exportedWh')).toBeCloseTo(300, 9)
    expect([total(sheet, 'consumptionEstimatedS'), total(sheet, 'exchangeEstimatedS')]).toEqual([7200, 7200])
    expect(total(sheet, 'consumptionMeasuredS')).toBe(0)
    expect(total(sheet, 'productionMeasuredS')).toBe(0)
  })
})

describe('import and export', () => {
  it.each<[string, [Reading, Reading], { imported: number; exported: number }]>([
    ['an import', [balance(0, 0, 360), balance(10, 0, 360)], { imported: 1, exported: 0 }],
    ['an export', [balance(0, 720, 0), balance(10, 720, 0)], { imported: 0, exported: 2 }],
    [
      'both where the sign turns within the segment',
      [balance(0, 0, 720), balance(10, 720, 0)],
      { imported: 0.5, exported: 0.5 },
    ],
    ['unevenly where it turns late', [balance(0, 0, 1080), balance(10, 360, 0)], { imported: 1.125, exported: 0.125 }],
  ])('%s', (_, readings, expected) => {
    const sheet = sheetOf(readings)
    expect(total(sheet, 'importedWh')).toBeCloseTo(expected.imported, 9)
    expect(total(sheet, 'exportedWh')).toBeCloseTo(expected.exported, 9)
  })

  it('is not netted: a kettle under the sun of the same five minutes shows as both', () => {
    const sheet = sheetOf(Array.from({ length: 31 }, (_, i) => balance(i * 10, 1000, i % 2 === 0 ? 2000 : 0)))
    expect(total(sheet, 'importedWh')).toBeCloseTo(total(sheet, 'exportedWh'), 9)
    expect(total(sheet, 'importedWh')).toBeCloseTo((250 * 300) / 3600, 9)
  })

  it('has a usual period of its own: a meter heard every 2 min beside an inverter heard every 10 s', () => {
    const inverter = Array.from({ length: 73 }, (_, i) => reading(i * 10, 600))
    const meter = Array.from({ length: 6 }, (_, i) => balance(i * 120 + 5, 600, 900))
    const sheet = sheetOf([...inverter, ...meter].sort((a, b) => a.at - b.at))
    expect(total(sheet, 'consumptionMeasuredS')).toBeCloseTo(600, 9)
    expect(total(sheet, 'consumedWh')).toBeCloseTo(150, 9)
    expect(total(sheet, 'productionMeasuredS')).toBeCloseTo(720, 9)
  })
})

describe('two series of one house', () => {
  const before = reading(0, 1000)
  const lower = reading(10, 5000)
  const higher = balance(10.5, 1000, 400)
  const alone = sheetOf([before, { ...higher, series: 'produzione' }])

  it.each<[string, Reading[]]>([
    ['the lower first', [before, lower, higher]],
    ['the higher first', [before, { ...higher, at: lower.at }, { ...lower, at: higher.at }]],
    ['rendimento, produzione and bilancio', [before, reading(9.9, 4000, { series: 'rendimento' }), lower, higher]],
  ])('within 1 s the one with more authority counts: %s', (_, readings) => {
    const { sheet, state } = integrate(readings, NO_SERIES, LIMITS)
    expect(state.production?.series).toBe('bilancio')
    const span = ((state.production?.at ?? 0) - NOON) / HOUR
    expect(total(sheet, 'producedWh')).toBeCloseTo(1000 * span, 9)
    expect(total(sheet, 'productionMeasuredS')).toBeCloseTo(span * 3600, 9)
  })

  it('takes the place of the lower across the edge of a slot', () => {
    const sheet = sheetOf([reading(290, 1000), reading(299.8, 5000), balance(300.6, 1000, 400)])
    expect(slotAt(sheet, 0)?.productionMeasuredS).toBeCloseTo(10, 9)
    expect(slotAt(sheet, 0)?.producedWh).toBeCloseTo((1000 * 10) / 3600, 9)
    expect(slotAt(sheet, 5)?.productionMeasuredS).toBeCloseTo(0.6, 9)
  })

  it('more than 1 s apart both count', () => {
    expect(total(sheetOf([before, lower, { ...higher, at: lower.at + 1001 }]), 'producedWh')).toBeGreaterThan(
      total(alone, 'producedWh') * 2,
    )
  })

  it('a lower series does not move the house on, a consumption does', () => {
    const { state } = integrate([higher, reading(10.9, 5000)], NO_SERIES, LIMITS)
    expect(state.production).toBe(higher)
    expect(state.balance).toBe(higher)
  })
})

describe('the end of a silence', () => {
  it('begins a house anew after a month: the usual period is unknown again', () => {
    const quick = [reading(0, 1), reading(10, 1), reading(20, 1)]
    const { state } = integrate([...quick, reading(0, 1, { at: NOON + 40 * DAY })], NO_SERIES, LIMITS)
    expect([state.periods, state.beforeProduction]).toEqual([[], null])
  })

  it('knows what is late', () => {
    const { state } = integrate([reading(10, 1)], NO_SERIES, LIMITS)
    expect([9.999, 10, 10.001].map((s) => isLate(state, reading(s, 1)))).toEqual([true, false, false])
    expect(isLate(NO_SERIES, reading(0, 1))).toBe(false)
  })
})

describe('powerLimits', () => {
  it('are 125 % of the peak and three times the connection', () => {
    const house = { id: 'a', name: 'a', peakPower: 4000, tilt: null, azimuth: null, shown: false }
    expect(powerLimits({ ...house, connectionLimit: 6000 })).toEqual({ productionW: 5000, consumptionW: 18_000 })
    expect(powerLimits({ ...house, connectionLimit: null }).consumptionW).toBe(60_000)
  })
})

const anyReadings = fc
  .array(
    fc.record({
      gap: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 0, max: 60_000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 60_001, max: 4 * HOUR }) },
      ),
      production: fc.nat(6000),
      consumption: fc.option(fc.nat(9000)),
      series: fc.constantFrom('produzione' as const, 'rendimento' as const),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    let at = NOON
    return steps.map((step): Reading => {
      at += step.gap
      return step.consumption === null
        ? reading(0, step.production, { at, series: step.series })
        : balance(0, step.production, step.consumption, { at })
    })
  })

describe('energy is conserved', () => {
  it('import - export = consumption - production of the balances, and no slot holds more than its time', () => {
    fc.assert(
      fc.property(anyReadings, (readings) => {
        const balances = readings.filter((r) => r.consumptionW !== null)
        const sheet = sheetOf(balances)
        expect(total(sheet, 'importedWh') - total(sheet, 'exportedWh')).toBeCloseTo(
          total(sheet, 'consumedWh') - total(sheet, 'producedWh'),
          6,
        )
        for (const [start, slot] of sheetOf(readings)) {
          expect(start).toBe(slotStart(start))
          for (const seconds of [
            slot.productionMeasuredS + slot.productionEstimatedS,
            slot.consumptionMeasuredS,
            slot.exchangeMeasuredS,
          ]) {
            expect(seconds).toBeGreaterThan(-1e-6)
            expect(seconds).toBeLessThan(SLOT / SECOND + 1e-6)
          }
          expect(Math.min(slot.producedWh, slot.consumedWh, slot.importedWh, slot.exportedWh)).toBeGreaterThan(-1e-6)
        }
      }),
    )
  })

  it('the slots of one series hold the integral under it, wherever it is not silent', () => {
    fc.assert(
      fc.property(anyReadings, (readings) => {
        const one = readings.map((r): Reading => ({ ...r, series: 'produzione', consumptionW: null }))
        let state: SeriesState = NO_SERIES
        let integral = 0
        const sheet: SlotSheet = new Map()
        for (const r of one) {
          const last = state.production
          if (last && r.at - last.at <= gapLimit(state.periods))
            integral += ((last.productionW + r.productionW) / 2) * ((r.at - last.at) / HOUR)
          state = advance(state, r, LIMITS, sheet)
        }
        expect(total(sheet, 'producedWh')).toBeCloseTo(integral, 6)
      }),
    )
  })
})
