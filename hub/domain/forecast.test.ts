import { describe, expect, it } from 'vitest'
import type { DayFacts } from './forecast.ts'
import {
  chooseSource,
  coverageOf,
  emptyForecast,
  followToday,
  forecastDay,
  learnDay,
  shareOf,
  WEATHER_FRESH,
  WEATHER_USABLE,
} from './forecast.ts'
import { isWell } from './forecast-well.ts'
import { solarGrid } from './solar-grid.ts'
import { HOUR } from './time.ts'

const GRID = solarGrid(7.69, HOUR)
const CLEAR = Float64Array.from({ length: 24 }, (_, h) => Math.max(0, 0.8 * Math.cos(((h - 12) * Math.PI) / 16)))

function factsOf(day: number, share: number, more: Partial<DayFacts> = {}): DayFacts {
  const weather = CLEAR.map((c) => c * 0.8)
  return { day, clear: CLEAR, weather, measured: CLEAR.map((c) => c * share), well: true, peers: [0.8, 0.8], ...more }
}

function learned(days: readonly DayFacts[]) {
  return days.reduce((model, facts) => learnDay(model, GRID, facts).model, emptyForecast(GRID))
}

describe('learnDay', () => {
  const well = Array.from({ length: 20 }, (_, i) => factsOf(20_000 + i, 0.8))

  it.each([
    ['a fault is known', factsOf(20_020, 0.8, { well: false })],
    ['it makes half of what it does beside its neighbours', factsOf(20_020, 0.4)],
    ['it is off', factsOf(20_020, 0)],
    [
      'a third of the light is not measured',
      factsOf(20_020, 0.8, { measured: CLEAR.map((c, h) => (h < 11 ? Number.NaN : c)) }),
    ],
  ])('learns nothing from a day on which %s', (_, facts) => {
    const before = learned(well)
    const after = learnDay(before, GRID, facts).model
    expect(after).toEqual({ ...before, learnedTo: 20_020 })
  })

  it('learns from a dull day that the neighbours have as well', () => {
    const before = learned(well)
    const after = learnDay(before, GRID, factsOf(20_020, 0.4, { peers: [0.4, 0.42] })).model
    expect(after.days).toBe(before.days + 1)
  })

  it('knows less of the day after next, and learns with weather from what was issued', () => {
    const changing = Array.from({ length: 60 }, (_, i) => {
      const share = 0.55 + 0.3 * Math.sin(i * 0.9)
      return factsOf(20_000 + i, share, { peers: [share, share] })
    })
    const issued = changing.map((facts) => ({ ...facts, issued: facts.measured, issuedEarlier: facts.clear }))
    const { bands, ahead } = learned(issued)
    expect(ahead?.day).toBe(20_060)
    expect(bands.later.clear.days.length).toBe(59)
    expect(bands.weather.days.every((miss) => Math.abs(miss) < 1e-9)).toBe(true)
    expect(Math.max(...bands.later.weather.days)).toBeLessThan(0)
    const spread = (misses: readonly number[]) => misses.reduce((sum, miss) => sum + miss * miss, 0) / misses.length
    expect(spread(bands.later.clear.days)).toBeGreaterThan(spread(bands.clear.days))
    const missing = learned([...changing.slice(0, 20), ...changing.slice(21)])
    expect(missing.bands.later.clear.days.length).toBe(57)
  })

  it('forecasts a day from what came before it alone', () => {
    const model = learned(well)
    const day = factsOf(20_020, 0.8)
    const before = forecastDay(model, GRID, day)
    expect(learnDay(model, GRID, { ...day, measured: day.measured.map(() => 0.1) }).forecasts).toEqual(before)
    expect(before.clear[12]).toBeCloseTo(0.8 * 0.8, 1)
    expect(before.weather?.[12]).toBeCloseTo(0.8 * 0.8, 1)
  })

  it('calibrates the band with weather on what was issued, where something was', () => {
    const issued = CLEAR.map((c) => c * 0.6)
    const model = learned(well.map((facts) => ({ ...facts, issued })))
    const misses = model.bands.weather.slots.flat()
    expect(misses.length).toBeGreaterThan(100)
    expect(misses.every((miss) => Math.abs(miss - 0.2) < 1e-9)).toBe(true)
  })
})

it('tells a plant that is unwell from one under a cloud', () => {
  const past = Array.from({ length: 20 }, () => 1)
  expect(isWell(0.5, [0.8, 0.8], past)).toBe(false)
  expect(isWell(0.5, [0.5, 0.55], past)).toBe(true)
  expect(isWell(0.5, [0.8, 0.8], [])).toBe(true)
  expect(isWell(0.05, [0.15, 0.15], past)).toBe(true)
  expect(isWell(0, [], [])).toBe(false)
  expect(isWell(0.5, [], past)).toBe(true)
})

it('measures a day by its light', () => {
  const measured = CLEAR.map((c, h) => (h < 12 ? Number.NaN : c / 2))
  expect(coverageOf({ clear: CLEAR, measured })).toBeGreaterThan(0.5)
  expect(shareOf({ clear: CLEAR, measured })).toBeNull()
  expect(shareOf({ clear: CLEAR, measured: CLEAR.map((c) => c / 2) })).toBeCloseTo(0.5)
})

it('follows what today has shown, less and less', () => {
  const forecast = new Float64Array(24).fill(0.4)
  const halved = followToday(forecast, new Float64Array(24).fill(0.2), GRID, 10)
  expect(halved[9]).toBe(0.4)
  expect(halved[10]).toBeCloseTo(0.4 * (1 - 0.5 * Math.exp(-0.5 / 3)), 6)
  expect(halved[20]).toBeGreaterThan(0.39)
  expect(followToday(forecast, new Float64Array(24).fill(Number.NaN), GRID, 10)).toBe(forecast)
  expect(Math.min(...followToday(forecast, new Float64Array(24), GRID, 10))).toBeGreaterThan(0)
})

it.each([
  [0, true, 0, 'meteo'],
  [WEATHER_FRESH, true, 90, 'meteo'],
  [WEATHER_FRESH + 1, true, 90, 'cache'],
  [WEATHER_USABLE, true, 0, 'cache'],
  [WEATHER_USABLE + 1, true, 90, 'cielo_sereno'],
  [0, false, 3, 'cielo_sereno'],
  [null, false, 2, 'anno_tipo'],
] as const)('weather of age %s, reaching so far: %s, days known %d: %s', (age, has, days, source) => {
  expect(chooseSource(age, has, days)).toBe(source)
})
