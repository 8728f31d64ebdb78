import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Job } from './schedule.ts'
import { everySeconds } from './schedule.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const HOUR = 3_600_000

describe('a task every ten seconds', () => {
  let job: Job
  let runs = 0

  beforeEach(() => {
    // setSystemTime moves the wall clock alone, as setting it does.
    vi.useFakeTimers({ now: NOON + 1_500 })
    runs = 0
    job = everySeconds(10, () => {
      runs += 1
    })
  })
  afterEach(() => {
    job.stop()
    vi.useRealTimers()
  })
  const pass = (seconds: number) => vi.advanceTimersByTime(seconds * 1_000)

  it('runs on the full ten seconds', () => {
    pass(8)
    expect(runs).toBe(0)
    pass(1)
    expect(runs).toBe(1)
    pass(50)
    expect(runs).toBe(6)
  })

  it.each([
    ['back by an hour', -HOUR],
    ['forward by a day', 24 * HOUR],
    ['back to 1970', -NOON],
  ])('goes on at its pace when the wall clock is set %s', (_, step) => {
    pass(30)
    expect(runs).toBe(3)
    vi.setSystemTime(Date.now() + step)
    pass(60)
    expect(runs).toBeGreaterThanOrEqual(8)
    expect(runs).toBeLessThanOrEqual(10)
  })

  it('runs no more once stopped', () => {
    pass(10)
    job.stop()
    pass(60)
    expect(runs).toBe(1)
  })
})
