import { expect, it } from 'vitest'
import { median, quantile, robustSpread } from './robust.ts'

it.each([
  [[], null],
  [[3], 3],
  [[1, 9], 5],
  [[9, 1, 2], 2],
])('the middle of %j is %j', (values, middle) => expect(median(values)).toBe(middle))

it('finds the value below which a share lies', () => {
  expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2)
  expect(quantile([1, 2], 0.75)).toBe(1.75)
  expect(quantile([], 0.5)).toBeNull()
})

it('lets a wild value not move the spread', () => {
  expect(robustSpread([1, 2, 3, 4, 1000], 3)).toBeCloseTo(1.4826)
  expect(robustSpread([], 0)).toBeNull()
})
