import { expect, it } from 'vitest'
import { Health } from './health.ts'

it('tells once that a reason is over, and only of that reason', () => {
  const health = new Health()
  let over = 0
  health.onOver('storage', () => (over += 1))
  expect(health.set('storage', null)).toBe(false)
  expect(health.set('storage', 'SQLITE_FULL')).toBe(true)
  health.set('backup', 'no space')
  health.set('backup', null)
  expect(over).toBe(0)
  expect(health.set('storage', null)).toBe(true)
  health.set('storage', null)
  expect(over).toBe(1)
  expect(health.degraded).toEqual([])
})
