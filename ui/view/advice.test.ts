import { expect, test } from 'vitest'
import { sampleHousePage, sampleReader } from '../pages/sample-props.ts'
import type { HousePage } from '../view-models.ts'
import { advice } from './advice.ts'
import { viewFor } from './view.ts'

const NOTHING = { toCommunityW: 0, fromCommunityW: 0, toGridW: 0, fromGridW: 0 }

test.each<[string, Partial<HousePage['now']>]>([
  ['Mancano dati recenti', { fresh: false }],
  ['Mancano dati recenti', { productionW: null }],
  ['Sole in abbondanza', { productionW: 3000, consumptionW: 1500 }],
  ['Avanza un po’ di sole', { productionW: 2000, consumptionW: 1500 }],
  ['quasi si pareggiano', { productionW: 1000, consumptionW: 1100, fromGridW: 100 }],
  ['il 60\u00a0% di ciò che ricevi', { productionW: 0, consumptionW: 1000, fromCommunityW: 600, fromGridW: 400 }],
  ['È buio', { productionW: 0, consumptionW: 900, fromGridW: 900, state: 'notte' }],
  ['copre il 40\u00a0%', { productionW: 400, consumptionW: 1000, fromGridW: 600 }],
  ['quasi tutta dalla rete', { productionW: 100, consumptionW: 2000, fromGridW: 1900 }],
])('%s', (sentence, now) => {
  const page = sampleHousePage()
  expect(advice(viewFor(sampleReader()), { ...page.now, ...NOTHING, ...now })).toContain(sentence)
})
