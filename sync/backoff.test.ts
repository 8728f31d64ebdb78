import { expect, test } from 'vitest'
import { backoff } from './backoff.ts'

test('waits at random below a ceiling that doubles up to an hour, and no less than asked', () => {
  expect([1, 2, 3, 4].map((n) => backoff(n, 1))).toEqual([5_000, 10_000, 20_000, 40_000])
  expect(backoff(3, 0.5)).toBe(10_000)
  expect(backoff(400, 1)).toBe(3_600_000)
  expect(backoff(400, 0)).toBe(0)
  expect(backoff(1, 0.2, 60)).toBe(61_000)
})

test('two hundred hubs that fail together for a day come back spread over the hour', () => {
  const waits = Array.from({ length: 200 }, (_, hub) => backoff(24, ((hub * 7919) % 200) / 200))
  const perMinute = Map.groupBy(waits, (ms) => Math.floor(ms / 60_000))
  expect(Math.max(...[...perMinute.values()].map((hubs) => hubs.length))).toBeLessThanOrEqual(4)
})
