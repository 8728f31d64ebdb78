import { describe, expect, it } from 'vitest'
import { integrate, NO_SERIES } from './energy.ts'
import { isFresh, latestOf, NO_LATEST } from './latest.ts'
import type { Reading } from './reading.ts'
import { HOUR, MINUTE, SECOND } from './time.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const LIMITS = { productionW: 5000, consumptionW: 60_000 }
const none = { boot: null, seq: null, producedWh: null, consumedWh: null, importedWh: null, exportedWh: null }
const production = (at: number, productionW: number): Reading => ({
  house: 'a',
  series: 'produzione',
  at,
  productionW,
  consumptionW: null,
  ...none,
})
const balance = (at: number, productionW: number, consumptionW: number): Reading => ({
  ...production(at, productionW),
  series: 'bilancio',
  consumptionW,
})

describe('isFresh', () => {
  it.each([
    [0, true],
    [120 * SECOND, true],
    [120 * SECOND + 1, false],
    [-5 * MINUTE, true],
    // Measured before the hub's clock was set back an hour: not a word about now.
    [-HOUR, false],
  ])('of a value %i ms old is %s', (age, expected) => {
    expect(isFresh({ at: NOON }, NOON + age)).toBe(expected)
  })

  it('of nothing is false', () => {
    expect(isFresh(null, NOON)).toBe(false)
  })
})

describe('latestOf', () => {
  it.each<[string, Reading[], object]>([
    ['nothing', [], NO_LATEST],
    [
      'a production',
      [production(NOON, 7)],
      { production: { w: 7, at: NOON, series: 'produzione' }, consumption: null },
    ],
    [
      'both',
      [balance(NOON, 7, 9)],
      { production: { w: 7, at: NOON, series: 'bilancio' }, consumption: { w: 9, at: NOON } },
    ],
    [
      'each with its own instant',
      [balance(NOON, 7, 9), production(NOON + MINUTE, 8)],
      { production: { w: 8, at: NOON + MINUTE, series: 'produzione' }, consumption: { w: 9, at: NOON } },
    ],
  ])('of %s', (_, readings, expected) => {
    expect(latestOf(integrate(readings, NO_SERIES, LIMITS).state)).toEqual(expected)
  })
})
