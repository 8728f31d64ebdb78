import { describe, expect, it } from 'vitest'
import type { SeriesState } from '../domain/energy.ts'
import { integrate, NO_SERIES } from '../domain/energy.ts'
import type { Reading } from '../domain/reading.ts'
import { decodeSeriesState, encodeSeriesState } from './series-state.ts'

const bare = { boot: null, seq: null, producedWh: null, consumedWh: null, importedWh: null, exportedWh: null }
const plain: Reading = {
  house: 'casa_A',
  series: 'produzione',
  at: 1_782_043_200_000,
  productionW: 7,
  consumptionW: null,
  ...bare,
}
const full: Reading = {
  house: 'casa_A',
  series: 'bilancio',
  at: 1_782_043_210_000,
  productionW: 1500,
  consumptionW: 0,
  boot: 17,
  seq: 0,
  producedWh: 0.5,
  consumedWh: 2,
  importedWh: 3,
  exportedWh: 4,
}
const states: [string, SeriesState][] = [
  ['nothing', NO_SERIES],
  ['a first reading', integrate([plain], NO_SERIES, { productionW: 9, consumptionW: 9 }).state],
  [
    'balances',
    integrate([full, { ...full, at: full.at + 10_000 }], NO_SERIES, { productionW: 9, consumptionW: 9 }).state,
  ],
  [
    'a balance of another instant',
    { production: plain, beforeProduction: full, balance: full, periods: [10_000], balancePeriods: [], limit: 60_000 },
  ],
  [
    'periods of their own',
    { production: full, beforeProduction: plain, balance: full, periods: [1, 2], balancePeriods: [3], limit: 1 },
  ],
  [
    'a consumer series',
    {
      production: { ...plain, series: 'rendimento' },
      beforeProduction: null,
      balance: null,
      periods: [],
      balancePeriods: [7],
      limit: 0,
    },
  ],
]

describe('a stored state', () => {
  it.each(states)('of %s comes back', (_, state) => {
    const text = encodeSeriesState(state)
    expect(decodeSeriesState(text, 'casa_A')).toEqual(state)
    expect(text).not.toContain('casa_A')
  })

  it('shares a reading that stands for both, and stays short', () => {
    const [, , [, state] = ['', NO_SERIES]] = states
    const back = decodeSeriesState(encodeSeriesState(state), 'casa_A')
    expect(back.balance).toBe(back.production)
    expect(encodeSeriesState(state).length).toBeLessThan(130)
  })
})
