import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RelayLoad } from './relay-day.ts'
import { bestFree, bestOnOff, caught, play, switchings, thresholdRule } from './relay-day.ts'

const day = (by: Readonly<Record<number, number>>) => Array.from({ length: 24 }, (_, h) => by[h] ?? -300)
const load = (ratedW: number, hours: number, may: (h: number) => boolean = () => true): RelayLoad => ({
  name: `${ratedW}`,
  ratedW,
  hours,
  open: Array.from({ length: 24 }, (_, h) => may(h)),
})
/** A day of six hours that may hold sun, so that everything can be tried. */
const short = fc
  .array(fc.integer({ min: -500, max: 6000 }), { minLength: 6, maxLength: 6 })
  .map((hours) => [...hours, ...new Array<number>(18).fill(-300)])
const pairs = (most: number) =>
  Array.from({ length: most }, (_, a) => Array.from({ length: most - a - 1 }, (_, b) => [a, a + 1 + b])).flat()

describe('the bounds the planner is held against', () => {
  const loads = [load(2000, 2, (h) => h < 6), load(3700, 2, (h) => h < 6)]

  test('the on/off optimum is the best of all choices', () => {
    fc.assert(
      fc.property(short, (surplus) => {
        const all = pairs(6).flatMap((a) => pairs(6).map((b) => caught(surplus, loads, [a, b])))
        expect(bestOnOff(surplus, loads)).toBeCloseTo(Math.max(...all), 6)
      }),
      { numRuns: 60 },
    )
  })

  test('free power catches at least as much, and no more than sun, energy and rating allow', () => {
    fc.assert(
      fc.property(short, (surplus) => {
        const free = bestFree(surplus, loads)
        const sun = surplus.reduce((sum, w) => sum + Math.max(0, Math.min(w, 5700)), 0)
        expect(free).toBeGreaterThanOrEqual(bestOnOff(surplus, loads) - 1e-6)
        expect(free).toBeLessThanOrEqual(Math.min(sun, 11_400) + 1e-6)
      }),
    )
  })

  test('worked values', () => {
    const surplus = day({ 10: 1500, 11: 2500, 12: 6000, 13: 1000 })
    expect(bestOnOff(surplus, [load(2000, 2), load(3700, 1)])).toBe(2000 + 3700 + 2000)
    expect(bestFree(surplus, [load(2000, 2)])).toBe(4000)
    expect(bestFree(day({ 12: 1000 }), [load(2000, 2)])).toBe(1000)
  })
})

test('a rule with a threshold runs each load when it must, and no more than it needs', () => {
  const surplus = day({ 10: 800, 11: 600 })
  const loads = [load(2000, 2, (h) => h < 22), load(1000, 3)]
  const { runs, missed } = play(
    surplus,
    loads,
    thresholdRule(surplus, loads, () => 500),
  )
  expect(runs).toEqual([
    [10, 11],
    [21, 22, 23],
  ])
  expect(missed).toBe(0)
  expect(switchings(runs)).toBe(4)
})
