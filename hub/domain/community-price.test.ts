import { expect, test } from 'vitest'
import { communityPrice, surplusChance } from './community-price.ts'

const DAY = { p10: 2000, p50: 4000, p90: 6000 }

test.each([
  [0, 1],
  [1500, 1],
  [2000, 0.9],
  [3000, 0.7],
  [4000, 0.5],
  [6000, 0.1],
  [6500, 0],
  [9000, 0],
])('%i W used against 2 to 6 kW: surplus with a chance of %f', (w, chance) => {
  expect(surplusChance(DAY, w)).toBeCloseTo(chance, 9)
})

test('in the dark there is none, and a forecast that is sure is sure', () => {
  expect(surplusChance({ p10: 0, p50: 0, p90: 0 }, 0)).toBe(0)
  expect(surplusChance({ p10: 3000, p50: 3000, p90: 3000 }, 2999)).toBe(1)
  expect(surplusChance({ p10: 3000, p50: 3000, p90: 3000 }, 3001)).toBe(0)
})

test('a kWh of a neighbour costs less by what sharing earns', () => {
  const tariff = { importEur: 0.28, sharedEur: 0.11 }
  expect([0, 0.4, 1].map((chance) => communityPrice(tariff, chance))).toEqual([0.28, 0.236, 0.17])
})
