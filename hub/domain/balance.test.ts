import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { communityBalance, houseBalance, selfConsumptionRate, selfSufficiencyRate } from './balance.ts'
import type { Latest } from './latest.ts'
import { NO_LATEST } from './latest.ts'
import { GRID } from './sharing.ts'
import { SECOND } from './time.ts'

const NOW = Date.UTC(2026, 5, 21, 12)

function latest(production: number | null, consumption: number | null, ageS = 0): Latest {
  const at = NOW - ageS * SECOND
  return {
    production: production === null ? null : { w: production, at, series: 'bilancio' },
    consumption: consumption === null ? null : { w: consumption, at },
  }
}

describe('the balance of the community', () => {
  it('is the worked value of the contract', () => {
    const houses = new Map([
      ['casa_C', latest(0, 1800)],
      ['casa_A', latest(1500, 400)],
      ['casa_B', NO_LATEST],
    ])
    expect(communityBalance(houses, NOW)).toEqual({
      at: NOW,
      houses: [
        { id: 'casa_A', productionW: 1500, consumptionW: 400, balanceW: 1100 },
        { id: 'casa_C', productionW: 0, consumptionW: 1800, balanceW: -1800 },
      ],
      balanceW: -700,
      sharedW: 1100,
      gridImportW: 700,
      gridExportW: 0,
      selfSufficiencyRate: 0.6818,
      flows: [
        { from: 'casa_A', to: 'casa_C', amount: 1100 },
        { from: GRID, to: 'casa_C', amount: 700 },
      ],
      withoutData: ['casa_B'],
    })
  })

  it.each<[string, Latest, object | null]>([
    ['fresh', latest(500, 300, 120), { id: 'a', productionW: 500, consumptionW: 300, balanceW: 200 }],
    ['a second too old', latest(500, 300, 121), null],
    ['without consumption', latest(500, null), null],
    ['without production', latest(null, 300), null],
    [
      'with a consumption that is too old',
      { ...latest(500, 300), consumption: latest(500, 300, 300).consumption },
      null,
    ],
    ['with a production that is too old', { ...latest(500, 300), production: latest(500, 300, 300).production }, null],
  ])('counts a house that is %s', (_, known, expected) => {
    expect(houseBalance('a', known, NOW)).toEqual(expected)
  })

  it('adds up, whatever the houses', () => {
    const house = fc.tuple(fc.stringMatching(/^[a-z]{1,4}$/), fc.nat(9000), fc.nat(9000), fc.constantFrom(0, 300))
    fc.assert(
      fc.property(fc.array(house, { maxLength: 20 }), (list) => {
        const houses = new Map(list.map(([id, p, c, age]) => [id, latest(p, c, age)]))
        const balance = communityBalance(houses, NOW)
        expect(balance.balanceW).toBe(balance.gridExportW - balance.gridImportW)
        expect([...balance.houses.map((h) => h.id), ...balance.withoutData].sort()).toEqual([...houses.keys()].sort())
        for (const { balanceW, productionW, consumptionW } of balance.houses)
          expect(balanceW).toBe(productionW - consumptionW)
      }),
    )
  })
})

describe('rates', () => {
  it.each([
    [700, 2200, 0.6818],
    [0, 2200, 1],
    [2200, 2200, 0],
    [3000, 2200, 0],
    [0, 0, null],
  ])('import %i of %i', (part, whole, rate) => {
    expect(selfSufficiencyRate(part, whole)).toBe(rate)
    expect(selfConsumptionRate(part, whole)).toBe(rate)
  })
})
