import { describe, expect, test } from 'vitest'
import type { Load } from './load.ts'
import { LOAD_KINDS } from './load.ts'
import { loadProblems } from './load-check.ts'
import { presetLoad } from './load-presets.ts'

const HOUSE = { peakPower: 3000, connectionLimit: 3300 }
const load = (change: Partial<Load> = {}): Load => presetLoad({ house: 'a', id: 'x', kind: 'generic', ...change })

describe('what may be kept as a load', () => {
  test.each(LOAD_KINDS)('the preset of a %s is sound', (kind) => {
    expect(
      loadProblems(presetLoad({ house: 'a', id: 'x', kind }), { peakPower: 6000, connectionLimit: 6000 }, []),
    ).toEqual([])
  })

  const nonsense: readonly [string, Partial<Load>, string, RegExp][] = [
    ['a threshold above the peak of the roof', { thresholdW: 3500 }, 'thresholdW', /at most 3000 W.*peak/],
    ['more power than the connection', { ratedW: 3700 }, 'ratedW', /at most 3300 W/],
    ['a start longer than the daily maximum', { minOnS: 900, dailyMaxS: 600 }, 'minOnS', /daily maximum of 600 s/],
    [
      'a need above the daily maximum',
      { dailyNeed: { runS: 7200, byMin: 1320 }, dailyMaxS: 3600 },
      'dailyNeed.runS',
      /3600/,
    ],
    [
      'a need longer than its window',
      { dailyNeed: { runS: 3 * 3600, byMin: 1440 }, window: { fromMin: 600, toMin: 720 } },
      'dailyNeed.runS',
      /7200 s/,
    ],
    [
      'a deadline before the window opens',
      { dailyNeed: { runS: 600, byMin: 420 }, window: { fromMin: 600, toMin: 720 } },
      'dailyNeed.byMin',
      /deadline inside the window/,
    ],
    [
      'a deadline that leaves too little of the window',
      { dailyNeed: { runS: 7200, byMin: 660 }, window: { fromMin: 600, toMin: 720 } },
      'dailyNeed.runS',
      /3600 s/,
    ],
    [
      'a need that its starts cannot meet',
      { dailyNeed: { runS: 20_000, byMin: 1440 }, startsPerDay: 1 },
      'dailyNeed.runS',
      /1 starts/,
    ],
    ['a window shorter than one start', { minOnS: 3600, window: { fromMin: 600, toMin: 630 } }, 'window', /3600 s/],
    [
      'a program longer than the window',
      { program: { runS: 7200, contactS: null, everyDays: 3 }, window: { fromMin: 0, toMin: 60 } },
      'program.runS',
      /never interrupted/,
    ],
    ['a program at rest on', { rest: 'on', program: { runS: 60, contactS: null, everyDays: 3 } }, 'rest', /off/],
    [
      'a program longer than a lease',
      { program: { runS: 15_000, contactS: null, everyDays: 3 } },
      'program.runS',
      /14400/,
    ],
    ['water that only the surplus heats', { legionella: true }, 'dailyNeed', /Legionella/],
    [
      'a thermostat too cold for drinking water',
      { kind: 'waterHeater', rest: 'on', legionella: true, thermostat: true, thermostatC: 50 },
      'thermostatC',
      /60/,
    ],
    ['a setting without a thermostat', { thermostatC: 60 }, 'thermostatC', /no thermostat/],
    ['a word for a kind', { kind: 'waterheater' as Load['kind'] }, 'kind', /did you mean "waterHeater"/],
    ['half a watt', { ratedW: 0.5 }, 'ratedW', /whole number/],
    ['not a number', { minOnS: Number.NaN }, 'minOnS', /whole number/],
    ['a reserved id', { id: 'rete' }, 'id', /reserved/],
  ]
  test.each(nonsense)('%s is refused', (_, change, campo, atteso) => {
    const problems = loadProblems(load(change), HOUSE, [])
    expect(problems.map((p) => p.campo)).toContain(campo)
    expect(problems.find((p) => p.campo === campo)?.atteso).toMatch(atteso)
  })

  test('a window past midnight counts the hours on both sides of it', () => {
    const night = { fromMin: 22 * 60, toMin: 6 * 60 }
    expect(loadProblems(load({ window: night, dailyNeed: { runS: 6 * 3600, byMin: 420 } }), HOUSE, [])).toEqual([])
    expect(loadProblems(load({ window: night, dailyNeed: { runS: 7 * 3600, byMin: 420 } }), HOUSE, [])).toHaveLength(1)
  })

  test('a load waits for another of its house, and no two for each other', () => {
    const pump = load({ id: 'pump' })
    expect(loadProblems(load({ needs: 'pump' }), HOUSE, [pump])).toEqual([])
    expect(loadProblems(load({ needs: 'pomp' }), HOUSE, [pump])[0]?.atteso).toMatch(/another load of the house: pump/)
    expect(loadProblems(load({ needs: 'x' }), HOUSE, [pump])).toHaveLength(1)
    expect(loadProblems(load({ needs: 'pump' }), HOUSE, [load({ id: 'pump', needs: 'x' })])[0]?.atteso).toMatch(
      /itself/,
    )
    expect(loadProblems(load(), HOUSE, [load()])[0]?.campo).toBe('id')
  })
})
