import { describe, expect, test } from 'vitest'
import { between, chance, ease, hash, noise, shuffled } from './random.ts'

describe('chance', () => {
  test('answers the same question the same way, and others differently', () => {
    expect(chance(7, 1, 2, 3)).toBe(chance(7, 1, 2, 3))
    const seen = new Set([hash(7, 1), hash(8, 1), hash(7, 2), hash(7, 1, 1), hash(7, 1, 0, 1), hash(7, 0, 1)])
    expect(seen.size).toBe(6)
  })

  test('is spread evenly over [0, 1)', () => {
    const bins = new Array<number>(10).fill(0)
    for (let key = 0; key < 20_000; key++) {
      const bin = Math.floor(chance(3, 5, key) * 10)
      bins[bin] = (bins[bin] ?? 0) + 1
    }
    for (const count of bins) expect(Math.abs(count - 2_000)).toBeLessThan(200)
  })

  test('between keeps its bounds', () => {
    for (let key = 0; key < 1_000; key++) {
      const value = between(-2, 5, 11, key)
      expect(value).toBeGreaterThanOrEqual(-2)
      expect(value).toBeLessThan(5)
    }
  })
})

describe('noise', () => {
  test('meets its own values at whole numbers and moves smoothly between', () => {
    let before = noise(1, 2, 0)
    expect(before).toBe(chance(1, 2, 0))
    for (let x = 0.01; x < 50; x += 0.01) {
      const value = noise(1, 2, x)
      expect(Math.abs(value - before)).toBeLessThan(0.016)
      before = value
    }
  })
})

test.each([
  [-1, 0],
  [0, 0],
  [0.5, 0.5],
  [1, 1],
  [2, 1],
])('ease(%d) is %d', (x, expected) => {
  expect(ease(x)).toBe(expected)
})

test('shuffled holds every number once, in an order of the seed', () => {
  const order = shuffled(5, 12)
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i))
  expect(shuffled(5, 12)).toEqual(order)
  expect(shuffled(6, 12)).not.toEqual(order)
  expect(shuffled(5, 0)).toEqual([])
})
