import { expect, it } from 'vitest'
import { CONTROL_ROTATION, NIGHTLY_ROTATION, rotatedOut } from './rotation.ts'
import { DAY, HOUR, MINUTE } from './time.ts'

const NOON = Date.UTC(2026, 5, 21, 12)

it.each([
  ['nothing of nothing', [], [{ every: 10, count: 2 }], []],
  ['the newest of each period stays', [1, 11, 12, 25], [{ every: 10, count: 2 }], [1, 11]],
  [
    'what one rule keeps, another cannot drop',
    [1, 11, 12, 25],
    [
      { every: 10, count: 2 },
      { every: 100, count: 1 },
    ],
    [1, 11],
  ],
  ['periods without any do not count', [5, 1005], [{ every: 10, count: 2 }], []],
])('%s', (_, instants, rules, out) => {
  expect(rotatedOut(instants, rules)).toEqual(out)
})

it('keeps seven nights and four weeks of a year', () => {
  const nights = Array.from({ length: 365 }, (_, i) => NOON - i * DAY)
  const kept = nights.length - rotatedOut(nights, NIGHTLY_ROTATION).length
  expect(kept).toBeGreaterThanOrEqual(9)
  expect(kept).toBeLessThanOrEqual(11)
})

it('keeps few control copies of a busy month, and always the newest', () => {
  const copies = Array.from({ length: (30 * DAY) / (10 * MINUTE) }, (_, i) => NOON - i * 10 * MINUTE)
  const out = new Set(rotatedOut(copies, CONTROL_ROTATION))
  const kept = copies.filter((at) => !out.has(at))
  expect(kept[0]).toBe(NOON)
  expect(kept.length).toBeLessThanOrEqual(10 + 24 + 14)
  expect(kept.at(-1)).toBeLessThan(NOON - 12 * DAY)
  expect(kept.filter((at) => at > NOON - 20 * HOUR).length).toBeGreaterThanOrEqual(20)
})
