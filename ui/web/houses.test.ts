import { expect, it, test } from 'vitest'
import { compass } from '../pages/case.tsx'
import { parseHouse } from './houses.ts'

const GOOD = { id: 'casa_A', nome: '', picco: '5700', inclinazione: '25,5', orientamento: '180', limite: '' }

it('reads the form of a house; what is left empty is not known', () => {
  expect(parseHouse(GOOD, new Set())).toEqual({
    house: {
      id: 'casa_A',
      name: 'casa_A',
      peakPower: 5700,
      tilt: 25.5,
      azimuth: 180,
      connectionLimit: null,
      shown: false,
    },
    errors: {},
  })
})

test.each([
  [{ id: '' }, { id: 'vuoto' }],
  [{ id: 'a b' }, { id: 'id' }],
  [{ id: 'altri' }, { id: 'id' }],
  [{ id: 'casa_B' }, { id: 'esiste' }],
  [{ nome: 'x'.repeat(81) }, { nome: 'lungo' }],
  [{ picco: '' }, { picco: 'vuoto' }],
  [
    { picco: 'tanto', inclinazione: '91' },
    { picco: 'numero', inclinazione: 'intervallo' },
  ],
  [
    { orientamento: '-1', limite: '0' },
    { orientamento: 'intervallo', limite: 'intervallo' },
  ],
])('%j is refused', (over, errors) => {
  expect(parseHouse({ ...GOOD, ...over }, new Set(['casa_B']))).toEqual({ house: null, errors })
})

test.each([
  [0, 'n'],
  [359, 'n'],
  [90, 'e'],
  [200, 's'],
  [225, 'so'],
] as const)('%i degrees is %s', (azimuth, name) => expect(compass(azimuth)).toBe(name))
