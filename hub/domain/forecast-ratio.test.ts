import { expect, it } from 'vitest'
import { applyRatio, emptyRatio, learnRatio } from './forecast-ratio.ts'
import { solarGrid } from './solar-grid.ts'
import { HOUR } from './time.ts'

const GRID = solarGrid(0, HOUR)
const MODELLED = Float64Array.from({ length: 24 }, (_, h) => Math.max(0, 0.8 * Math.cos(((h - 12) * Math.PI) / 14)))

function learn(days: readonly ((slot: number) => number)[]) {
  return days.reduce(
    (model, ratio) =>
      learnRatio(model, GRID, { measured: MODELLED.map((m, slot) => m * ratio(slot)), modelled: MODELLED }),
    emptyRatio(24),
  )
}

it('takes the model at its word until it knows better', () => {
  expect(applyRatio(emptyRatio(24), MODELLED)).toEqual(MODELLED)
})

it('learns shade by its slot, and leans on neighbours while it has few days', () => {
  const days = Array.from({ length: 30 }, () => (slot: number) => (slot === 9 ? 0.3 : 0.9))
  expect(learn(days).ratios[9]).toBeLessThan(0.4)
  expect(learn(days).ratios[12]).toBeCloseTo(0.9, 1)
  expect(learn(days.slice(0, 2)).ratios[9]).toBeGreaterThan(0.5)
})

it('is not moved by an odd day', () => {
  const usual = Array.from({ length: 20 }, () => () => 0.9)
  const odd = learn([...usual, () => 0.05])
  expect(Math.abs((odd.ratios[12] ?? 0) - (learn(usual).ratios[12] ?? 0))).toBeLessThan(0.01)
  expect(odd.bias).toBeGreaterThan(0.9)
})

it('follows a change of level within days, by its bias', () => {
  const model = learn([...Array.from({ length: 30 }, () => () => 1), ...Array.from({ length: 12 }, () => () => 0.8)])
  const forecast = applyRatio(model, MODELLED)[12] ?? 0
  expect(forecast / (MODELLED[12] ?? 1)).toBeLessThan(0.9)
})

it('learns nothing in the dark', () => {
  const model = learnRatio(emptyRatio(24), GRID, {
    measured: new Float64Array(24).fill(0),
    modelled: new Float64Array(24).fill(0.01),
  })
  expect(model).toEqual(emptyRatio(24))
})
