import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ALLOCATION_KEYS } from './allocation.ts'
import { Settlement } from './settlement.ts'
import { sharedEnergy } from './sharing.ts'

const RULE = { shares: { b: 3 }, order: ['c'] }

it('deals the same intervals by every key', () => {
  const settlement = new Settlement(RULE)
  for (let i = 0; i < 2; i += 1) {
    settlement.add([
      { id: 'a', exportedWh: 1000, importedWh: 0 },
      { id: 'b', exportedWh: 0, importedWh: 800 },
      { id: 'c', exportedWh: 0, importedWh: 600 },
    ])
  }
  const { taken, withdrawnWh } = settlement.members.get('b') ?? { taken: null, withdrawnWh: 0 }
  // By static shares the producer has a share of its own, which it cannot use: it is not dealt again.
  expect([withdrawnWh, taken]).toEqual([1600, { dinamica: 1142, statica: 1200, pari: 1000, priorita: 800 }])
  expect(settlement.intervals).toBe(2)
})

it('loses no Wh to rounding, and by the keys that deal everything shares the hourly minimum', () => {
  const wh = fc.double({ min: 0, max: 2000, noNaN: true })
  const interval = fc.array(fc.record({ exportedWh: wh, importedWh: wh }), { minLength: 2, maxLength: 6 })
  fc.assert(
    fc.property(fc.array(interval, { minLength: 1, maxLength: 40 }), (intervals) => {
      const settlement = new Settlement(RULE)
      let exact = 0
      for (const list of intervals) {
        const exchanges = list.map((e, i) => ({ id: String.fromCharCode(97 + i), ...e }))
        exact += sharedEnergy(exchanges).sharedWh
        settlement.add(exchanges)
      }
      const sums = [...settlement.members.values()]
      for (const key of ALLOCATION_KEYS) {
        const taken = sums.reduce((sum, m) => sum + m.taken[key], 0)
        expect(taken).toBe(sums.reduce((sum, m) => sum + m.given[key], 0))
        // Each member's rounding is within half a Wh of an interval.
        if (key !== 'statica') expect(Math.abs(taken - exact)).toBeLessThanOrEqual(intervals.length * 6)
      }
      for (const [id, m] of settlement.members) {
        const injected = intervals.reduce((sum, list) => sum + (list[id.charCodeAt(0) - 97]?.exportedWh ?? 0), 0)
        expect(Math.abs(m.injectedWh - injected)).toBeLessThanOrEqual(0.5001)
      }
    }),
  )
})
