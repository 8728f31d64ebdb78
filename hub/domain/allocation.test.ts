import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Member } from './allocation.ts'
import { ALLOCATION_KEYS, allocate, gini } from './allocation.ts'

const member = (id: string, injected: number, withdrawn: number, share = 1, rank = 0): Member => ({
  id,
  injected,
  withdrawn,
  share,
  rank,
})
const STREET = [member('a', 1000, 0, 0), member('b', 0, 800, 3, 1), member('c', 0, 600, 1, 2)]

test.each([
  ['dinamica', 571, 429],
  ['pari', 500, 500],
  ['statica', 750, 250],
  ['priorita', 800, 200],
] as const)('%s deals %i and %i', (key, b, c) => {
  const { taken, given, shared } = allocate(key, STREET)
  expect([taken.get('b'), taken.get('c'), given.get('a'), shared]).toEqual([b, c, 1000, 1000])
})

it('deals by static shares what each can use, and not the rest again', () => {
  const { taken, shared } = allocate('statica', [
    member('a', 1000, 0, 0),
    member('b', 0, 100, 1),
    member('c', 0, 900, 1),
  ])
  expect([taken.get('b'), taken.get('c'), shared]).toEqual([100, 500, 600])
})

it('fills needs to the same level: who needs less is satisfied first', () => {
  const { taken } = allocate('pari', [
    member('a', 900, 0),
    member('b', 0, 100),
    member('c', 0, 500),
    member('d', 0, 500),
  ])
  expect([taken.get('b'), taken.get('c'), taken.get('d')]).toEqual([100, 400, 400])
})

describe('whatever the members', () => {
  const members = fc
    .array(
      fc.record({
        injected: fc.nat(5000),
        withdrawn: fc.nat(5000),
        share: fc.double({ min: 0, max: 10, noNaN: true }),
        rank: fc.nat(3),
      }),
      { minLength: 1, maxLength: 15 },
    )
    .map((list) => list.map((m, i) => ({ id: `casa_${String.fromCharCode(65 + i)}`, ...m })))
  const key = fc.constantFrom(...ALLOCATION_KEYS)
  const total = (map: ReadonlyMap<string, number>) => [...map.values()].reduce((a, b) => a + b, 0)

  it('nobody gets more than it took, gives more than it had, and what is given is got', () => {
    fc.assert(
      fc.property(key, members, (k, list) => {
        const { taken, given, shared } = allocate(k, list)
        for (const m of list) {
          expect(taken.get(m.id)).toBeGreaterThanOrEqual(0)
          expect(taken.get(m.id)).toBeLessThanOrEqual(m.withdrawn)
          expect(given.get(m.id)).toBeLessThanOrEqual(m.injected)
          expect(Number.isInteger(taken.get(m.id))).toBe(true)
        }
        expect(total(taken)).toBe(shared)
        expect(total(given)).toBe(shared)
        const most = Math.min(
          list.reduce((s, m) => s + m.injected, 0),
          list.reduce((s, m) => s + m.withdrawn, 0),
        )
        if (k === 'statica') expect(shared).toBeLessThanOrEqual(most)
        else expect(shared).toBe(most)
      }),
    )
  })

  it('their order does not matter', () => {
    fc.assert(
      fc.property(key, members, (k, list) => {
        expect([...allocate(k, list.toReversed()).taken].sort()).toEqual([...allocate(k, list).taken].sort())
      }),
    )
  })
})

test.each([
  [[5, 5, 5], 0],
  [[0, 0, 0, 8], 0.75],
  [[1, 3], 0.25],
])('%j is spread with a Gini index of %d', (amounts, index) => expect(gini(amounts)).toBeCloseTo(index, 10))
test('nothing has none', () => expect(gini([0, 0])).toBeNull())
