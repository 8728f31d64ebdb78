import { expect, it, test } from 'vitest'
import { parseRule } from './tariffs.ts'

const HOUSES = new Set(['casa_A', 'casa_B'])
const GOOD = { chiave: 'priorita', intervallo: '15', quote: 'casa_A=2; casa_B=0,5', ordine: 'casa_B, casa_A casa_B' }

it('reads shares with comma or point, and an order', () => {
  expect(parseRule(GOOD, HOUSES)).toEqual({
    rule: { key: 'priorita', intervalMin: 15, shares: { casa_A: 2, casa_B: 0.5 }, order: ['casa_B', 'casa_A'] },
    errors: {},
  })
})

test.each([
  [{ quote: 'casa_X=1' }, { quote: 'casa' }],
  [{ quote: 'casa_A' }, { quote: 'numero' }],
  [{ quote: 'casa_A=-1' }, { quote: 'numero' }],
  [{ ordine: 'casa_X' }, { ordine: 'casa' }],
])('refuses %j', (over, errors) => expect(parseRule({ ...GOOD, ...over }, HOUSES)).toEqual({ rule: null, errors }))
