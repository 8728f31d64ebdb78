import { describe, expect, it } from 'vitest'
import type { AlertCode } from './alert.ts'
import type { CycleState, HouseImage, ProcessImage } from './cycle.ts'
import { FIRST_STATE, isDark, OFFLINE_ALERT_AFTER, runCycle } from './cycle.ts'
import { MINUTE, SECOND } from './time.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const RULE = { threshold: 0.85, minHouses: 3, alert: 'media85' } as const

/** A house with a roof of 1000 Wp by its production in W, its age in s, and what else differs. */
type Row = number | { w: number; ageS?: number; peakPower?: number; online?: boolean }

function image(minutes: number, rows: Record<string, Row | null>, more: Partial<ProcessImage> = {}): ProcessImage {
  const now = NOON + minutes * MINUTE
  const houses = Object.entries(rows).map(([id, row]): HouseImage => {
    const { w, ageS = 0, peakPower = 1000, online = true } = typeof row === 'number' ? { w: row } : (row ?? { w: 0 })
    const production = row === null ? null : { w, at: now - ageS * SECOND, series: 'produzione' as const }
    return {
      id,
      peakPower,
      latest: { production, consumption: null },
      node: online ? null : { online, at: now, fw: null, boot: null, uptimeS: null },
    }
  })
  return {
    now,
    elapsed: now - NOON,
    clockCertain: true,
    listeningSince: 0,
    houses,
    rule: RULE,
    sunElevation: 40,
    loads: null,
    ...more,
  }
}

/** Runs cycles one after the other; per cycle what was done, in short. */
function play(
  images: readonly ProcessImage[],
  first: CycleState = FIRST_STATE,
): { log: string[][]; state: CycleState } {
  let state = first
  const log = images.map((one) => {
    const result = runCycle(one, state)
    state = result.state
    return result.effects.map((e) =>
      e.kind === 'publishBenchmark'
        ? `mean ${e.mean} of ${e.plants}`
        : `${e.kind === 'openAlert' ? 'open' : e.last ? 'close last' : 'close'} ${e.house} ${e.code}`,
    )
  })
  return { log, state }
}

const alertsOf = (images: readonly ProcessImage[]) =>
  play(images).log.map((entry) => entry.filter((line) => !line.startsWith('mean')))
const GOOD = { a: 500, b: 500, c: 500 }
const BAD = { a: 500, b: 500, c: 100 }

describe('performance_bassa', () => {
  it.each<[string, ProcessImage[], string[][]]>([
    [
      'opens once an episode and closes with recovery',
      [image(0, BAD), image(5, BAD), image(10, GOOD), image(15, GOOD), image(20, BAD)],
      [['open c performance_bassa'], [], ['close last c performance_bassa'], [], ['open c performance_bassa']],
    ],
    [
      'is judged every 5 minutes',
      [image(0, GOOD), image(1, BAD), image(4.9, BAD), image(5, BAD)],
      [[], [], [], ['open c performance_bassa']],
    ],
    ['not with the sun below 5 degrees', [image(0, BAD, { sunElevation: 4.9 })], [[]]],
    ['with the sun at 5 degrees', [image(0, BAD, { sunElevation: 5 })], [['open c performance_bassa']]],
    [
      'not without a position while the mean is under 0.03',
      [image(0, { a: 40, b: 40, c: 9 }, { sunElevation: null })],
      [[]],
    ],
    [
      'without a position while the mean is 0.03',
      [image(0, { a: 45, b: 45, c: 0 }, { sunElevation: null })],
      [['open c performance_bassa']],
    ],
    [
      'stays open over night',
      [image(0, BAD), image(5, GOOD, { sunElevation: -3 }), image(10, BAD)],
      [['open c performance_bassa'], [], []],
    ],
    ['not on stale data', [image(0, { a: 500, b: 500, d: 500, c: { w: 100, ageS: 121 } })], [[]]],
    ['on data 120 s old', [image(0, { a: 500, b: 500, c: { w: 100, ageS: 120 } })], [['open c performance_bassa']]],
    [
      'is not closed by silence',
      [image(0, BAD), image(5, { a: 500, b: 500, d: 500, c: { w: 500, ageS: 200 } })],
      [['open c performance_bassa'], []],
    ],
    ['not among two', [image(0, { a: 500, c: 100 })], [[]]],
    ['not among two that are fresh', [image(0, { a: 500, b: { w: 500, ageS: 200 }, c: 100 })], [[]]],
    [
      'among two where two are enough',
      [image(0, { a: 500, c: 100 }, { rule: { ...RULE, threshold: 0.85, minHouses: 2 } })],
      [['open c performance_bassa']],
    ],
    [
      'with the threshold that was set',
      [
        image(0, { a: 500, b: 500, c: 400 }),
        image(5, { a: 500, b: 500, c: 400 }, { rule: { ...RULE, threshold: 0.9, minHouses: 3 } }),
      ],
      [[], ['open c performance_bassa']],
    ],
    ['a consumer stays outside', [image(0, { ...GOOD, d: { w: 0, peakPower: 0 } })], [[]]],
    [
      'closes when the roof is gone',
      [image(0, BAD), image(1, { ...BAD, c: { w: 0, peakPower: 0 } })],
      [['open c performance_bassa'], ['close last c performance_bassa']],
    ],
    [
      'closes when the house is removed',
      [image(0, BAD), image(1, { a: 500, b: 500 })],
      [['open c performance_bassa'], ['close last c performance_bassa']],
    ],
    ['by the yield, not the watts', [image(0, { a: { w: 3000, peakPower: 6000 }, b: 500, c: 500 })], [[]]],
  ])('%s', (_, images, expected) => {
    expect(alertsOf(images)).toEqual(expected)
  })

  it('says what it saw', () => {
    const { effects } = runCycle(image(0, BAD), FIRST_STATE)
    const detail = { rendimento: 0.1, media: 0.3667, soglia: 0.85, impianti: 3 }
    expect(effects).toContainEqual({ kind: 'openAlert', house: 'c', code: 'performance_bassa', at: NOON, detail })
  })
})

describe('nodo_offline', () => {
  const silent = (minutes: number) => ({ w: 500, ageS: minutes * 60 })
  const after = OFFLINE_ALERT_AFTER / MINUTE
  it.each<[string, ProcessImage[], string[][]]>([
    [
      'opens once after a long silence',
      [image(1, { a: silent(after) }), image(2, { a: silent(after + 0.1) }), image(3, { a: silent(after + 1) })],
      [[], ['open a nodo_offline'], []],
    ],
    [
      'closes with the first word',
      [image(1, { a: silent(60) }), image(2, { a: 500 }), image(3, { a: 500 })],
      [['open a nodo_offline'], ['close last a nodo_offline'], []],
    ],
    [
      'not for the time before the hub listened',
      [
        image(1, { a: silent(60) }, { listeningSince: NOON - (after - 1) * MINUTE }),
        image(1.1, { a: silent(60) }, { listeningSince: NOON - (after - 1) * MINUTE }),
      ],
      [[], ['open a nodo_offline']],
    ],
    ['not for a house never heard', [image(1, { a: null })], [[]]],
    ['not at once by a will: a reboot is no alert', [image(1, { a: { w: 500, ageS: 0, online: false } })], [[]]],
    [
      'closes when the house is removed',
      [image(1, { a: silent(60) }), image(2, {})],
      [['open a nodo_offline'], ['close last a nodo_offline']],
    ],
  ])('%s', (_, images, expected) => {
    expect(alertsOf(images)).toEqual(expected)
  })
})

describe('the last alert of a house', () => {
  const both: CycleState = {
    ...FIRST_STATE,
    benchmarkSlot: null,
    episodes: [
      { house: 'c', code: 'nodo_offline', since: 1 },
      { house: 'c', code: 'performance_bassa', since: 1 },
      { house: 'd', code: 'nodo_offline', since: 1 },
    ],
  }

  it.each<[string, ProcessImage, CycleState, string[]]>([
    [
      'of two that close together is the second',
      image(0, GOOD, {}),
      both,
      ['close c nodo_offline', 'close last c performance_bassa'],
    ],
    [
      'of a removed house',
      image(0, { a: 500, b: 500 }),
      both,
      ['close c nodo_offline', 'close last c performance_bassa'],
    ],
    ['is none while another is open', image(0, BAD), both, ['close c nodo_offline']],
    [
      'is none when another opens in the same cycle',
      image(0, BAD),
      { ...both, episodes: both.episodes.slice(0, 1) },
      ['close c nodo_offline', 'open c performance_bassa'],
    ],
  ])('%s', (_, one, state, expected) => {
    const [log = []] = play([one], state).log
    expect(log.filter((line) => line.includes(' c '))).toEqual(expected)
  })
})

describe('the benchmark', () => {
  it.each<[string, ProcessImage[], string[]]>([
    [
      'is published once a slot',
      [image(0, GOOD), image(1, GOOD), image(5, { ...GOOD, a: 800 })],
      ['mean 0.5 of 3', '', 'mean 0.6 of 3'],
    ],
    ['not at night', [image(0, GOOD, { sunElevation: 0 })], ['']],
    ['not of nobody', [image(0, { a: null })], ['']],
    [
      'as soon as somebody reports',
      [image(0, { a: null }), image(1, { a: 500 }), image(2, { a: 600 })],
      ['', 'mean 0.5 of 1', ''],
    ],
    [
      'of the fresh roofs alone',
      [image(0, { ...GOOD, d: { w: 0, peakPower: 0 }, e: { w: 1000, ageS: 999 } })],
      ['mean 0.5 of 3'],
    ],
  ])('%s', (_, images, expected) => {
    expect(play(images).log.map((entry) => entry.filter((line) => line.startsWith('mean')).join())).toEqual(expected)
  })
})

describe('runCycle', () => {
  it('gives back the same state when nothing changed, and never touches the one it was given', () => {
    const one = image(0, BAD)
    const first = runCycle(one, Object.freeze({ ...FIRST_STATE, episodes: Object.freeze([]) as [] }))
    const second = runCycle(image(0.5, BAD), first.state)
    expect(second.effects).toEqual([])
    expect(second.state).toBe(first.state)
    expect(runCycle(one, FIRST_STATE)).toEqual(first)
    const nobody = image(0, { a: null })
    expect(runCycle(nobody, FIRST_STATE).state).toBe(FIRST_STATE)
  })

  it('keeps the slot of the benchmark when an alert changes in between', () => {
    const { state } = runCycle(image(0, GOOD), FIRST_STATE)
    const next = runCycle(image(1, { ...GOOD, a: { w: 0, ageS: 3600 } }), state)
    expect(next.state).toEqual({
      ...FIRST_STATE,
      benchmarkSlot: NOON,
      episodes: [{ house: 'a', code: 'nodo_offline', since: NOON + MINUTE }],
    })
  })
})

describe('isDark', () => {
  it.each([
    [4.99, 0.5, true],
    [5, 0, false],
    [null, 0.0299, true],
    [null, 0.03, false],
    [null, null, false],
    [-10, null, true],
  ])('sun at %s, mean %s', (elevation, mean, expected) => {
    expect(isDark(elevation, mean)).toBe(expected)
  })
})

describe('the robust rule', () => {
  const ROBUST = { rule: { ...RULE, alert: 'robusta' as const } }
  const wants = (one: ProcessImage, codes: readonly AlertCode[] | undefined): ProcessImage => ({
    ...one,
    houses: one.houses.map((h) => (h.id === 'c' ? { ...h, wanted: codes?.map((code) => ({ code, detail: {} })) } : h)),
  })

  it('opens and closes what the diagnosis wants, once, and nothing for the mean of now', () => {
    const images = [
      wants(image(0, BAD, ROBUST), undefined),
      wants(image(5, BAD, ROBUST), []),
      wants(image(10, BAD, ROBUST), ['ombra']),
      wants(image(15, BAD, ROBUST), ['ombra', 'orologio']),
      wants(image(20, BAD, ROBUST), ['orologio']),
      wants(image(25, BAD, ROBUST), []),
    ]
    expect(alertsOf(images)).toEqual([
      [],
      [],
      ['open c ombra'],
      ['open c orologio'],
      ['close c ombra'],
      ['close last c orologio'],
    ])
  })

  it('keeps what is open while the diagnosis has not spoken, as after a start', () => {
    const images = [wants(image(0, GOOD, ROBUST), ['fermo']), wants(image(1, GOOD, ROBUST), undefined)]
    expect(alertsOf(images)).toEqual([['open c fermo'], []])
  })

  it('gives way to the original rule where the position is not known, or the setting says so', () => {
    expect(alertsOf([image(0, BAD, { ...ROBUST, sunElevation: null })])).toEqual([['open c performance_bassa']])
    const other = [wants(image(0, GOOD, ROBUST), ['ombra']), wants(image(5, GOOD), ['ombra'])]
    expect(alertsOf(other)).toEqual([['open c ombra'], ['close last c ombra']])
  })

  it('publishes the mean all the same, and takes a consumer for no plant', () => {
    expect(play([image(0, BAD, ROBUST)]).log).toEqual([['mean 0.3667 of 3']])
  })
})
