import { expect, it } from 'vitest'
import type { Band } from './forecast-band.ts'
import { dayQuantiles, EMPTY_BAND, learnBand, slotQuantiles } from './forecast-band.ts'

/** Deterministic draws in 0..1. */
function draws(seed: number) {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

it('is wide, ordered and never negative before anything is known', () => {
  const { p10, p50, p90 } = slotQuantiles(EMPTY_BAND, { forecast: 0.2, clear: 0.8, partOfDay: 0.5 })
  expect([p10 >= 0, p10 < p50, p50 < p90, p50]).toEqual([true, true, true, 0.2])
  expect(slotQuantiles(EMPTY_BAND, { forecast: 0, clear: 0, partOfDay: 0 })).toEqual({ p10: 0, p50: 0, p90: 0 })
})

it.each([1, 2, 3])('comes to hold four facts of five, whatever their spread (seed %d)', (seed) => {
  const draw = draws(seed)
  let band: Band = EMPTY_BAND
  let inside = 0
  let seen = 0
  let daysInside = 0
  for (let day = 0; day < 400; day++) {
    const facts = Array.from({ length: 10 }, (_, hour) => {
      const slot = { forecast: 0.5, clear: 0.8, partOfDay: (hour + 0.5) / 10 }
      return { ...slot, fact: 0.5 + (draw() - 0.5) * 0.6 * slot.partOfDay }
    })
    const whole = { forecast: 5, clear: 8, fact: 5 + (draw() + draw() - 1) * 2 }
    for (const fact of facts) {
      const { p10, p90 } = slotQuantiles(band, fact)
      if (day < 60) continue
      seen += 1
      if (fact.fact >= p10 && fact.fact <= p90) inside += 1
    }
    const { p10, p90 } = dayQuantiles(band, whole.forecast, whole.clear)
    if (day >= 60 && whole.fact >= p10 && whole.fact <= p90) daysInside += 1
    band = learnBand(band, facts, whole)
  }
  expect(inside / seen).toBeGreaterThan(0.75)
  expect(inside / seen).toBeLessThan(0.85)
  expect(daysInside / 340).toBeGreaterThan(0.75)
  expect(daysInside / 340).toBeLessThan(0.86)
})

it('knows mornings from evenings', () => {
  let band: Band = EMPTY_BAND
  for (let day = 0; day < 60; day++) {
    const sign = day % 2 ? 1 : -1
    band = learnBand(
      band,
      [
        { forecast: 0.4, clear: 0.8, partOfDay: 0.1, fact: 0.4 + sign * 0.01 },
        { forecast: 0.4, clear: 0.8, partOfDay: 0.9, fact: 0.4 + sign * 0.3 },
      ],
      null,
    )
  }
  const width = (partOfDay: number) => {
    const { p10, p90 } = slotQuantiles(band, { forecast: 0.4, clear: 0.8, partOfDay })
    return p90 - p10
  }
  expect(width(0.9)).toBeGreaterThan(4 * width(0.1))
})

it('has no step where one ring ends and the next begins', () => {
  let band: Band = EMPTY_BAND
  for (let day = 0; day < 60; day++) {
    const facts = [0.3, 0.7, 0.95].map((share, i) => {
      const miss = (day % 2 ? 1 : -1) * ([0.25, 0.15, 0.02][i] ?? 0)
      return { forecast: share * 0.8, clear: 0.8, partOfDay: 0.5, fact: (share + miss) * 0.8 }
    })
    band = learnBand(band, facts, null)
  }
  const p10 = (forecast: number) => slotQuantiles(band, { forecast, clear: 0.8, partOfDay: 0.5 }).p10
  for (let forecast = 0.1; forecast < 0.8; forecast += 0.01)
    expect(Math.abs(p10(forecast + 0.01) - p10(forecast))).toBeLessThan(0.04)
})
