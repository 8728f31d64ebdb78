import { expect, it } from 'vitest'
import { solarDayStart, solarGrid } from '../domain/solar-grid.ts'
import { HOUR } from '../domain/time.ts'
import type { StoredForecast } from '../store/forecasts.ts'
import { issuedYields, withWeather } from './forecast-issued.ts'

const GRID = solarGrid(7.69)
const DAY = 20_600
const CLEAR = Float64Array.from({ length: 96 }, (_, s) => Math.max(0, 0.8 * Math.cos(((s + 0.5 - 48) * Math.PI) / 64)))

function stored(share: number, from = solarDayStart(GRID, DAY) - 10 * HOUR + 30 * 60_000): StoredForecast {
  const p50 = Array.from({ length: 48 }, (_, h) => {
    const first = Math.round((from + h * HOUR - solarDayStart(GRID, DAY)) / GRID.slotMs)
    return ([0, 1, 2, 3].reduce((sum, i) => sum + (CLEAR[first + i] ?? 0), 0) / 4) * share * 3000
  })
  return { at: 0, house: 'casa_A', source: 'meteo', hours: { from, p10: p50, p50, p90: p50 }, days: [] }
}

it('gives the slots of an hour its energy in the shape of a cloudless sky', () => {
  const yields = issuedYields(GRID, { day: DAY, clear: CLEAR }, stored(0.6), 3000)
  expect(yields).not.toBeNull()
  for (const [slot, value] of (yields ?? []).entries()) expect(value).toBeCloseTo((CLEAR[slot] ?? 0) * 0.6, 9)
})

it('is of no use where an hour of light was not forecast', () => {
  const late = stored(0.6, solarDayStart(GRID, DAY) + 12 * HOUR + 30 * 60_000)
  expect(issuedYields(GRID, { day: DAY, clear: CLEAR }, late, 3000)).toBeNull()
})

it('takes only what was made with weather', () => {
  const rows = (['meteo', 'cache', 'cielo_sereno', 'anno_tipo'] as const).map((source) => ({
    ...stored(1),
    source,
    house: source,
  }))
  expect([...withWeather(rows).keys()]).toEqual(['meteo', 'cache'])
})
