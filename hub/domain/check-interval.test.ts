import { expect, it } from 'vitest'
import type { House } from './house.ts'
import { checkInterval } from './reading.ts'
import { DAY, HOUR, MINUTE } from './time.ts'

const NOW = Date.UTC(2026, 5, 21, 12)
const HOUSE: House = {
  id: 'a',
  name: 'a',
  peakPower: 3000,
  tilt: null,
  azimuth: null,
  connectionLimit: 6000,
  shown: false,
}
const HOUR_AGO = { house: 'a', at: NOW - HOUR, durationMs: HOUR, producedWh: 1000, consumedWh: 500 }

it.each([
  ['a plausible hour', {}, { producedWh: 1000, consumedWh: 500 }],
  ['125 % of peak', { producedWh: 3750 }, { producedWh: 3750, consumedWh: 500 }],
  ['night use of the inverter counts as 0', { producedWh: -60 }, { producedWh: 0, consumedWh: 500 }],
  ['an unknown production stays unknown', { producedWh: null }, { producedWh: null, consumedWh: 500 }],
  [
    'half an hour at the same powers',
    { durationMs: HOUR / 2, producedWh: 1875 },
    { producedWh: 1875, consumedWh: 500 },
  ],
  ['an end up to 5 minutes ahead', { at: NOW - HOUR + 5 * MINUTE }, { producedWh: 1000, consumedWh: 500 }],
  ['years ago', { at: NOW - 4000 * DAY }, { producedWh: 1000, consumedWh: 500 }],
])('takes %s', (_, change, energies) => {
  expect(checkInterval({ ...HOUR_AGO, ...change }, HOUSE, NOW)).toMatchObject({ ok: true, value: energies })
})

it.each([
  ['more than 125 % of peak', { producedWh: 3751 }, 'produzione'],
  ['less than -2 % of peak', { producedWh: -61 }, 'produzione'],
  ['the same energy in half the time', { durationMs: HOUR / 2, producedWh: 1876 }, 'produzione'],
  ['more than three times the connection', { consumedWh: 18_001 }, 'consumo'],
  ['a negative consumption', { consumedWh: -1 }, 'consumo'],
  ['what is no number', { consumedWh: Number.NaN }, 'consumo'],
  ['what is not finite', { producedWh: Number.POSITIVE_INFINITY }, 'produzione'],
  ['nothing at all', { producedWh: null, consumedWh: null }, 'formato'],
  ['no duration', { durationMs: 0 }, 'formato'],
  ['more than a day', { durationMs: DAY + 1 }, 'formato'],
  ['an end in the future', { at: NOW - HOUR + 5 * MINUTE + 1 }, 'futura'],
  ['no time', { at: Number.NaN }, 'futura'],
])('refuses %s', (_, change, reason) => {
  expect(checkInterval({ ...HOUR_AGO, ...change }, HOUSE, NOW)).toMatchObject({ ok: false, error: { reason } })
})

it('knows that a house without a plant produced nothing', () => {
  const consumer = { ...HOUSE, peakPower: 0 }
  expect(checkInterval({ ...HOUR_AGO, producedWh: null }, consumer, NOW)).toMatchObject({ value: { producedWh: 0 } })
  expect(checkInterval({ ...HOUR_AGO, producedWh: 1 }, consumer, NOW)).toMatchObject({
    error: { reason: 'produzione' },
  })
})
