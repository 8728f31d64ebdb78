import { describe, expect, test } from 'vitest'
import { SLOT } from '../../hub/domain/time.ts'
import type { CurvePoint } from '../view-models.ts'
import { areaPath, coarser, consumptionPath, corners, hourly, LAYERS, peakOf } from './day-curve.ts'

const plain = { x: (at: number) => at / SLOT, y: (w: number) => w }

function points(...values: readonly (readonly [number | null, number | null])[]): CurvePoint[] {
  return values.map(([productionW, consumptionW], i) => ({
    start: i * SLOT,
    productionW,
    consumptionW,
    quality: productionW === null ? 'mancante' : 'misurata',
  }))
}

describe('layers', () => {
  test.each([
    [3000, 1000],
    [500, 2000],
    [0, 0],
    [1000, 1000],
  ])('of %s W made and %s W used add up to both', (p, c) => {
    const thickness = (layer: 'self' | 'solar' | 'grid') => {
      const band = LAYERS[layer](p, c)
      return band ? band.high - band.low : 0
    }
    expect(thickness('self') + thickness('solar')).toBe(p)
    expect(thickness('self') + thickness('grid')).toBe(c)
    expect(LAYERS.unknown(p, c)).toBeNull()
  })
  test('production without consumption is neither self-use nor surplus', () => {
    expect(LAYERS.self(500, null)).toBeNull()
    expect(LAYERS.solar(500, null)).toBeNull()
    expect(LAYERS.unknown(500, null)).toEqual({ low: 0, high: 500 })
  })
})

describe('a gap stays a gap', () => {
  const withGap = points([100, 50], [null, null], [100, 50])
  test('an area is drawn in two pieces, each as wide as its slot', () => {
    const path = areaPath(corners(withGap, LAYERS.self, SLOT), plain)
    expect(path.match(/M/g)).toHaveLength(2)
    expect(path).toContain('M0,50L0.5,50L1,50')
    expect(path).toContain('M2,50L2.5,50L3,50')
  })
  test('the line too', () => expect(consumptionPath(withGap, SLOT, plain)).toBe('M0,50L0.5,50L1,50M2,50L2.5,50L3,50'))
  test('a missing row is a gap as well as a row of nulls', () => {
    const rows = withGap.filter((_, i) => i !== 1)
    expect(areaPath(corners(rows, LAYERS.self, SLOT), plain).match(/M/g)).toHaveLength(2)
  })
  test('a line at zero is drawn', () =>
    expect(consumptionPath(points([1, 0], [1, 0]), SLOT, plain)).toBe('M0,0L0.5,0L1.5,0L2,0'))
  test('nothing known draws nothing', () =>
    expect(areaPath(corners(points([null, null]), LAYERS.self, SLOT), plain)).toBe(''))
})

describe('sums', () => {
  test('coarser steps are means of what is known', () => {
    const [first, second] = coarser(points([300, 30], [null, null], [100, 10], [null, null]), 3 * SLOT)
    expect(first).toMatchObject({ start: 0, productionW: 200, consumptionW: 20 })
    expect(second).toMatchObject({ productionW: null, consumptionW: null })
  })
  test('hours conserve energy', () => {
    const day = points(...Array.from({ length: 24 }, (_, i) => [1200 + 10 * i, i < 12 ? 600 : null] as const))
    const hours = hourly(day)
    expect(hours).toHaveLength(2)
    expect(hours.reduce((sum, hour) => sum + (hour.producedWh ?? 0), 0)).toBeCloseTo(
      day.reduce((sum, p) => sum + (p.productionW ?? 0) / 12, 0),
    )
    expect(hours.map((hour) => hour.consumedWh)).toEqual([600, null])
  })
  test('the peak is the first highest slot', () => {
    expect(peakOf(points([1, 0], [7, 0], [7, 0]), 'productionW')).toEqual({ at: SLOT, w: 7 })
    expect(peakOf(points([null, null]), 'productionW')).toBeNull()
  })
})
