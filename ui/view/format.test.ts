import { describe, expect, test } from 'vitest'
import { formatFor } from './format.ts'

const it = formatFor('it', 'Europe/Rome')
const en = formatFor('en', 'Europe/Rome')
const S = '\u00a0'

describe('quantities, with a space that does not break before the unit', () => {
  test.each([
    [0, `0${S}W`, `0${S}W`],
    [-0.4, `0${S}W`, `0${S}W`],
    [999.4, `999${S}W`, `999${S}W`],
    [999.6, `1,0${S}kW`, `1.0${S}kW`],
    [1688, `1,7${S}kW`, `1.7${S}kW`],
    [1_234_567, `1.234,6${S}kW`, `1,234.6${S}kW`],
    [null, '–', '–'],
  ])('power %s', (w, italian, english) => {
    expect(it.power(w)).toBe(italian)
    expect(en.power(w)).toBe(english)
  })
  test.each([
    [0, `0,0${S}kWh`],
    [6100, `6,1${S}kWh`],
    [999_900, `999,9${S}kWh`],
    [999_960, `1,00${S}MWh`],
    [1_234_560_000, `1.234,56${S}MWh`],
    [null, '–'],
  ])('energy %s', (wh, text) => expect(it.energy(wh)).toBe(text))
  test.each([
    [0.7411, `74${S}%`],
    [1, `100${S}%`],
    [0, `0${S}%`],
    [null, '–'],
  ])('percent %s', (rate, text) => {
    expect(it.percent(rate)).toBe(text)
    expect(en.percent(rate)).toBe(text)
  })
  test.each([
    [0.74, 'il 74'],
    [0.8, 'l’80'],
    [0.08, 'l’8'],
    [0.11, 'l’11'],
    [0.01, 'l’1'],
    [0.004, 'lo 0'],
    [0.18, 'il 18'],
    [1, 'il 100'],
  ])('a share of %s has its article', (rate, text) => {
    expect(it.share(rate)).toBe(`${text}${S}%`)
    expect(en.share(rate)).toBe(`${Math.round(rate * 100)}${S}%`)
  })
  test('yields, bytes, durations', () => {
    expect(it.specific(0.5, 'W/Wp')).toBe(`0,50${S}W/Wp`)
    expect(it.specific(null, 'W/Wp')).toBe('–')
    expect(it.bytes(84e6)).toBe(`84,0${S}MB`)
    expect(it.duration(12_000)).toBe(`3${S}h 20${S}min`)
    expect(it.duration(59)).toBe(`59${S}s`)
    expect(en.duration(49 * 3600)).toBe(`2${S}d 1${S}h`)
    expect(it.duration(null)).toBe('–')
  })
  test('four digits are grouped', () => expect(it.number(1234)).toBe('1.234'))
})

describe('times, in the community zone and not the machine’s', () => {
  const at = Date.parse('2026-06-21T22:03:09Z')
  test('clock and date', () => {
    expect(it.time(at)).toBe('00:03')
    expect(it.clock(at)).toBe('00:03:09')
    expect(it.dateTime(at)).toBe('22 giu, 00:03')
    expect(en.dateTime(at)).toBe('22 Jun, 00:03')
    expect(formatFor('it', 'America/New_York').time(at)).toBe('18:03')
  })
  test('civil days', () => {
    expect(it.day('2026-06-20')).toBe('sabato 20 giugno 2026')
    expect(en.day('2026-06-20')).toBe('Saturday 20 June 2026')
  })
  test.each([
    [-500, `0${S}s fa`, `0${S}s ago`],
    [12_900, `12${S}s fa`, `12${S}s ago`],
    [60_000, `1${S}min fa`, `1${S}min ago`],
    [3_600_000, `1${S}h fa`, `1${S}h ago`],
    [47.9 * 3_600_000, `47${S}h fa`, `47${S}h ago`],
    [48 * 3_600_000, `2${S}giorni fa`, `2${S}days ago`],
  ])('age %s', (ms, italian, english) => {
    expect(it.age(ms)).toBe(italian)
    expect(en.age(ms)).toBe(english)
  })
})
