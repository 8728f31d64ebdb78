import { expect, test } from 'vitest'
import type { ControlText } from './control-text.ts'
import { controlText, readControlText } from './control-text.ts'
import { DEFAULT_SETTINGS } from './settings.ts'

const STREET = { highestPeakW: 3000, smallestNeighbourW: 1500 }
const USUAL = controlText(DEFAULT_SETTINGS)

test('what was typed comes back as it was, and the defaults are sound', () => {
  const { control, leaseS } = DEFAULT_SETTINGS
  expect(readControlText(USUAL, STREET)).toEqual({ ok: true, value: { control, leaseS } })
  const other = { ...USUAL, cabina: '20000', conguaglio: 'si', comando: '5m' }
  const read = readControlText(other, STREET)
  expect(read).toMatchObject({ ok: true, value: { control: { feederW: 20_000, hourlyNetting: true }, leaseS: 300 } })
  expect(read.ok && controlText({ ...DEFAULT_SETTINGS, ...read.value })).toEqual(other)
})

const nonsense: readonly [keyof ControlText, string, string, RegExp][] = [
  ['assestamento', 'subito', 'duration', /such as 90s/],
  ['assestamento', '5s', 'span', /30 to 600 s/],
  ['distacco', '2h', 'span', /30 to 1800 s/],
  ['riserva', '-1', 'whole', /0 to 5000 W/],
  ['riserva', '1600', 'reserve', /at most 1500 W/],
  ['cabina', '1,5', 'whole', /whole number/],
  ['cabina', '1000', 'feeder', /at least 1500 W/],
  ['conguaglio', '', 'choice', /si, no/],
  ['comando', '30s', 'leaseS', /90 to 600 s.*lapse/],
  ['comando', '1h', 'leaseS', /90 to 600 s/],
]
test.each(nonsense)('%s %s is told', (field, text, code, atteso) => {
  expect(readControlText({ ...USUAL, [field]: text }, STREET)).toEqual({
    ok: false,
    error: [expect.objectContaining({ campo: field, valore: text, code, atteso: expect.stringMatching(atteso) })],
  })
})
