import { describe, expect, it } from 'vitest'
import { deadlineUptimeS, learnClock } from './node-clock.ts'

describe('the clock of a node', () => {
  const first = learnClock(null, { boot: 17, uptimeS: 100 }, 500_000)

  it('runs on between messages', () => {
    expect(deadlineUptimeS(first, 500_000)).toBe(115)
    expect(deadlineUptimeS(first, 560_000)).toBe(175)
  })

  it('is not set back by a message that came late', () => {
    const late = learnClock(first, { boot: 17, uptimeS: 160 }, 563_000)
    expect(deadlineUptimeS(late, 563_000)).toBe(178)
  })

  it('is corrected when the node counts more slowly than we do', () => {
    let clock = first
    for (let s = 60; s <= 7200; s += 60)
      clock = learnClock(clock, { boot: 17, uptimeS: 100 + s * 0.9995 }, 500_000 + s * 1000)
    expect(deadlineUptimeS(clock, 7_700_000)).toBeLessThanOrEqual(Math.ceil(100 + 7200 * 0.9995 + 15) + 1)
  })

  it.each([18, 1])('begins anew with boot %i', (boot) => {
    const again = learnClock(first, { boot, uptimeS: 3 }, 600_000)
    expect(again.boot).toBe(boot)
    expect(deadlineUptimeS(again, 601_000)).toBe(19)
  })
})
