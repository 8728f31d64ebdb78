import { describe, expect, it } from 'vitest'
import type { ShapeModel } from './forecast-shape.ts'
import { emptyShape, expectedShares, learnShape, usualShares } from './forecast-shape.ts'
import { solarDay, solarGrid } from './solar-grid.ts'
import { HOUR } from './time.ts'

const GRID = solarGrid(7.69, HOUR)
const FIRST = solarDay(GRID, Date.parse('2026-06-01T12:00:00Z'))
const CLEAR = Float64Array.from({ length: 24 }, (_, h) => Math.max(0, 0.8 * Math.cos(((h - 12) * Math.PI) / 16)))

/** Days of which each makes a share of the cloudless output, slot by slot. */
function learn(days: readonly ((slot: number) => number)[], from: ShapeModel = emptyShape(24)): ShapeModel {
  return days.reduce(
    (model, share, i) =>
      learnShape(model, GRID, { day: FIRST + i, measured: CLEAR.map((c, slot) => c * share(slot)), clear: CLEAR }),
    from,
  )
}

describe('the forecast without weather', () => {
  it('says of a roof of which nothing is known what the typical year says', () => {
    const shares = expectedShares(emptyShape(24), GRID, FIRST)
    expect(shares.every((share) => Math.abs(share - 0.77) < 1e-9)).toBe(true)
  })

  it('learns a shadow where it falls, and nowhere else', () => {
    const model = learn(Array.from({ length: 30 }, () => (slot: number) => (slot === 9 ? 0.2 : 0.8)))
    const shares = usualShares(model, GRID, FIRST + 30)
    expect(shares[9]).toBeCloseTo(0.2, 1)
    expect(shares[10]).toBeCloseTo(0.8, 1)
  })

  it('expects more after a bright day than after a dull one, and never less than nothing', () => {
    const past = Array.from({ length: 40 }, (_, i) => () => (i % 4 < 2 ? 0.9 : 0.3))
    const bright = expectedShares(learn([...past, () => 0.95]), GRID, FIRST + 41)
    const dull = expectedShares(learn([...past, () => 0.05]), GRID, FIRST + 41)
    expect(bright[12]).toBeGreaterThan((dull[12] ?? 0) * 1.2)
    expect(Math.min(...dull)).toBeGreaterThanOrEqual(0)
  })

  it('learns how much of a day stays: all where weather comes in spells, nothing where it alternates', () => {
    const spells = Array.from({ length: 120 }, (_, i) => () => (Math.floor(i / 10) % 2 ? 0.9 : 0.3))
    const alternating = Array.from({ length: 120 }, (_, i) => () => (i % 2 ? 0.9 : 0.3))
    const afterBright = (days: readonly ((slot: number) => number)[]) =>
      (expectedShares(learn([...days, () => 0.9]), GRID, FIRST + 121)[12] ?? 0) -
      (expectedShares(learn([...days, () => 0.3]), GRID, FIRST + 121)[12] ?? 0)
    expect(afterBright(spells)).toBeGreaterThan(0.3)
    expect(afterBright(alternating)).toBeLessThan(0.05)
  })

  it('keeps less of a day for the day after the next', () => {
    const model = learn([...Array.from({ length: 20 }, () => () => 0.5), () => 0.9])
    const next = expectedShares(model, GRID, FIRST + 21)[12] ?? 0
    const after = expectedShares(model, GRID, FIRST + 22)[12] ?? 0
    const usual = usualShares(model, GRID, FIRST + 21)[12] ?? 0
    expect(next).toBeGreaterThan(after)
    expect(after).toBeGreaterThan(usual)
  })

  it('takes a slot that is not known for unknown, not for dark', () => {
    const known = learn(Array.from({ length: 10 }, () => () => 0.6))
    const gap = learnShape(known, GRID, {
      day: FIRST + 10,
      measured: CLEAR.map((c, slot) => (slot < 12 ? Number.NaN : c * 0.6)),
      clear: CLEAR,
    })
    expect(usualShares(gap, GRID, FIRST + 11)[9]).toBeCloseTo(usualShares(known, GRID, FIRST + 11)[9] ?? 0, 3)
  })
})
