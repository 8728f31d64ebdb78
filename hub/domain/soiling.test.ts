import { describe, expect, it } from 'vitest'
import type { SoilingDay } from './soiling.ts'
import { judgeSoiling } from './soiling.ts'
import { theilSen, trendScore } from './trend.ts'

const HOUSES = ['a', 'b', 'c', 'd', 'e', 'f']

/** Sixty dry days after a rain on day 0; `share` = what a house makes of what is expected. */
function season(
  share: (house: string, day: number) => number,
  more: (day: number) => Partial<SoilingDay> = () => ({}),
  houses = HOUSES,
): SoilingDay[] {
  return Array.from({ length: 61 }, (_, day) => ({
    day,
    houses: new Map(
      houses.map((h, i) => [h, { madeWh: 20_000 * share(h, day) * noise(day * 7 + i), expectedWh: 20_000 }]),
    ),
    rainMm: day === 0 ? 12 : 0,
    snow: false,
    clear: true,
    ...more(day),
  }))
}
/** Up to 2 % up or down, the same each time. */
const noise = (n: number) => 1 + 0.02 * Math.sin(n * 12.9898)

describe('judgeSoiling', () => {
  it('finds dirt that grows on all roofs, and says how much of the yield it takes', () => {
    const verdict = judgeSoiling(season((_, day) => 0.9 * (1 - 0.003 * day)))
    expect(verdict).toMatchObject({ kind: 'soiled', since: 0, plants: 6, agreeing: 1 })
    expect(verdict.loss).toBeGreaterThan(0.15)
    expect(verdict.loss).toBeLessThan(0.22)
    expect(verdict.lossPerDay).toBeCloseTo(0.0033, 3)
    expect(verdict.past).toHaveLength(60)
  })

  it('is silent where the panels stay as they are, on a single dirty roof, and where rain has washed', () => {
    expect(judgeSoiling(season(() => 0.9)).kind).toBe('clean')
    expect(judgeSoiling(season((h, day) => (h === 'a' ? 1 - 0.005 * day : 1))).kind).toBe('clean')
    const washed = season(
      (_, day) => 1 - 0.004 * (day < 30 ? day : day - 30),
      (day) => ({ rainMm: day === 0 || day === 30 ? 8 : 0 }),
    )
    expect(judgeSoiling(washed.slice(0, 56)).since).toBe(30)
    expect(judgeSoiling(washed.slice(0, 45)).kind).toBe('tooSoon')
  })

  it('takes a step for what it is: a change of the source, not dirt', () => {
    expect(judgeSoiling(season((_, day) => (day < 35 ? 1 : 0.88))).kind).toBe('clean')
  })

  it('gives no verdict with few houses, under snow, or where nobody knows whether it rained', () => {
    const dirty = (_: string, day: number) => 1 - 0.004 * day
    expect(judgeSoiling(season(dirty, () => ({}), HOUSES.slice(0, 4))).kind).toBe('fewHouses')
    expect(judgeSoiling(season(dirty, (day) => ({ snow: day === 55 }))).kind).toBe('snow')
    expect(judgeSoiling(season(dirty, (day) => (day === 0 ? {} : { rainMm: null }))).kind).toBe('noWeather')
    expect(judgeSoiling([]).kind).toBe('noWeather')
  })

  it('begins anew for a house that was cleaned', () => {
    const days = season((_, day) => 1 - 0.003 * day)
    expect(judgeSoiling(days, new Map(HOUSES.map((h) => [h, 50]))).kind).toBe('tooSoon')
  })
})

describe('trend', () => {
  it('is not moved by a wild value', () => {
    const points = [0, 1, 2, 30, 4].map((value, at) => ({ at, value }))
    expect(theilSen(points)?.slope).toBe(1)
    expect(theilSen(points.slice(0, 1))).toBeNull()
    expect(trendScore(Array.from({ length: 10 }, (_, at) => ({ at, value: at })))).toBeCloseTo(3.94, 2)
  })
})
