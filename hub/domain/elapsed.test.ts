import { describe, expect, it } from 'vitest'
import { resumeElapsed } from './elapsed.ts'
import { MINUTE } from './time.ts'

const NOON = Date.UTC(2026, 5, 21, 12)

describe('the monotonic clock after a restart', () => {
  it.each([
    ['nothing was saved', null, NOON, 0],
    ['the hub was away for ten minutes', { now: NOON, elapsed: 500 }, NOON + 10 * MINUTE, 500 + 10 * MINUTE],
    ['the wall clock was set back', { now: NOON, elapsed: 500 }, NOON - 10 * MINUTE, 500],
    ['the wall clock begins in 1970', { now: NOON, elapsed: 500 }, 5_000, 500],
  ])('%s', (_, saved, now, elapsed) => {
    expect(resumeElapsed(saved, now)).toBe(elapsed)
  })
})
