import { describe, expect, it } from 'vitest'
import { benchmark, DEFAULT_RULE } from './benchmark.ts'

function judge(yields: Record<string, number>, rule = DEFAULT_RULE) {
  return benchmark(
    Object.entries(yields).map(([id, normalizedYield]) => ({ id, normalizedYield })),
    rule,
  )
}

describe('benchmark', () => {
  it.each<[string, Parameters<typeof judge>, object]>([
    ['the worked value', [{ a: 0.5, b: 0.52, c: 0.3 }], { mean: 0.44, plants: 3, anomalous: ['c'], conclusive: true }],
    ['two houses say nothing', [{ a: 0.5, b: 0.1 }], { mean: 0.3, plants: 2, anomalous: [], conclusive: false }],
    [
      'unless they are enough',
      [
        { a: 0.5, b: 0.1 },
        { threshold: 0.85, minHouses: 2 },
      ],
      { anomalous: ['b'], conclusive: true },
    ],
    [
      'exactly at the threshold is not below',
      [
        { a: 0.5, b: 0.375, c: 0.625 },
        { threshold: 0.75, minHouses: 3 },
      ],
      { mean: 0.5, anomalous: [] },
    ],
    [
      'a lower threshold forgives',
      [
        { a: 0.5, b: 0.52, c: 0.3 },
        { threshold: 0.5, minHouses: 3 },
      ],
      { anomalous: [] },
    ],
    ['anomalous houses by id', [{ z: 0.1, a: 0.1, m: 0.9, n: 0.9 }], { anomalous: ['a', 'z'] }],
    ['a dark roof among lit ones', [{ a: 0, b: 0.5, c: 0.5 }], { mean: 0.3333, anomalous: ['a'] }],
    ['all dark', [{ a: 0, b: 0, c: 0 }], { mean: 0, anomalous: [], conclusive: true }],
    ['none', [{}], { mean: null, plants: 0, anomalous: [], conclusive: false }],
  ])('%s', (_, args, expected) => {
    expect(judge(...args)).toMatchObject(expected)
  })
})
