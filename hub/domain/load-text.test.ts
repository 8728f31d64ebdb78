import { describe, expect, it } from 'vitest'
import { LOAD_KINDS } from './load.ts'
import { presetLoad } from './load-presets.ts'
import { applyLoadText, durationText, fieldOf, loadText, parseDuration, parseTimeOfDay } from './load-text.ts'

const HEATER = presetLoad({ house: 'casa_A', id: 'boiler', kind: 'waterHeater' })

describe('what people type', () => {
  it.each([
    ['90', 90],
    ['90s', 90],
    ['15m', 900],
    ['15 min', 900],
    ['2h', 7200],
    ['1h30m', 5400],
    ['1,5h', 5400],
    ['0.25h', 900],
    ['', null],
    ['h', null],
    ['2d', null],
    ['-5m', null],
    ['99999999', null],
    ['1e3', null],
  ])('duration %j: %s s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  it.each([0, 1, 59, 60, 90, 900, 3600, 5400, 3661, 86_400])('%i s is read as it is written', (seconds) => {
    expect(parseDuration(durationText(seconds))).toBe(seconds)
  })

  it.each([
    ['22:00', 1320],
    ['7:05', 425],
    ['24:00', 1440],
    ['24:01', null],
    ['12:60', null],
    ['noon', null],
    ['', null],
  ])('time %j: %s', (text, minutes) => {
    expect(parseTimeOfDay(text)).toBe(minutes)
  })
})

describe('a load as text', () => {
  it.each(LOAD_KINDS)('a %s is read as it is written', (kind) => {
    const load = presetLoad({ house: 'casa_A', id: 'x', kind })
    expect(applyLoadText(load, loadText(load))).toEqual({ ok: true, value: load })
  })

  it('changes what is typed and keeps the rest', () => {
    const result = applyLoadText(HEATER, {
      power: '1500',
      need: '2h30m',
      by: '21:00',
      window: '22:00-06:00',
      name: ' Bagno ',
    })
    expect(result).toEqual({
      ok: true,
      value: {
        ...HEATER,
        ratedW: 1500,
        dailyNeed: { runS: 9000, byMin: 1260 },
        window: { fromMin: 1320, toMin: 360 },
        name: 'Bagno',
      },
    })
    expect(applyLoadText(HEATER, { need: '', threshold: '' })).toMatchObject({ ok: true, value: { dailyNeed: null } })
  })

  it.each([
    ['power', '2 kW', 'a whole number'],
    ['power', '', 'a whole number'],
    ['kind', 'boiler', 'one of'],
    ['rest', 'spento', 'one of off, on'],
    ['min-on', 'long', 'a duration'],
    ['by', '25:00', 'a time of the day'],
    ['window', '9-17', 'two times of the day'],
    ['window', '09:00-12:00-13:00', 'two times of the day'],
    ['thermostat', 'maybe', 'yes or no'],
    ['name', '', 'a name'],
    ['name', 'a\u0007', 'a name'],
  ] as const)('%s "%s" is told what would be right: %s', (field, text, atteso) => {
    const result = applyLoadText(HEATER, { [field]: text })
    expect(!result.ok && result.error).toMatchObject([{ campo: field, valore: text }])
    expect(!result.ok && result.error[0]?.atteso).toContain(atteso)
  })

  it('says which field a property is typed in', () => {
    expect(['ratedW', 'dailyNeed.byMin', 'name', 'house'].map(fieldOf)).toEqual(['power', 'by', 'name', null])
  })
})
