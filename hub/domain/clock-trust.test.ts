import { describe, expect, it } from 'vitest'
import type { ClockStart } from './clock-trust.ts'
import { clockProblem, firstTrust, followClock, STEADY } from './clock-trust.ts'
import { DAY, HOUR, MINUTE, SECOND } from './time.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const SOUND: ClockStart = { savedAt: NOON - HOUR, upFor: 30 * DAY, keepsTime: true, syncedAt: null }
const PI: ClockStart = { ...SOUND, upFor: 30 * SECOND, keepsTime: false }

/** A clock of which both hands are moved. */
function clock(now: number, start: ClockStart) {
  let wall = now
  let elapsed = 1_000_000
  let trust = firstTrust({ now: wall, elapsed }, start)
  return {
    pass(ms: number, syncedAt: number | null = null) {
      wall += ms
      elapsed += ms
      trust = followClock(trust, { now: wall, elapsed }, syncedAt)
      return trust.doubt
    },
    set(to: number) {
      wall = to
      trust = followClock(trust, { now: wall, elapsed }, null)
      return trust.doubt
    },
    get now() {
      return wall
    },
    get trust() {
      return trust
    },
  }
}

describe('trust in the clock at start', () => {
  it.each([
    ['a machine that has been up for long', NOON, SOUND, null],
    ['a first start', NOON, { ...SOUND, savedAt: null }, null],
    ['1970', 5 * SECOND, SOUND, 'behind'],
    ['1970 on a first start', 5 * SECOND, { ...SOUND, savedAt: null }, 'behind'],
    ['two hours before what was saved', NOON - 3 * HOUR, SOUND, 'behind'],
    ['a minute before what was saved', NOON - HOUR - MINUTE, SOUND, null],
    [
      'before what was saved, and synchronised since the start',
      NOON - 3 * HOUR,
      { ...SOUND, syncedAt: NOON - DAY },
      null,
    ],
    ['synchronised before the machine started', NOON, { ...PI, syncedAt: NOON - HOUR }, 'boot'],
    ['no battery, just started', NOON, PI, 'boot'],
    ['no battery, synchronised', NOON, { ...PI, syncedAt: NOON - 10 * SECOND }, null],
    ['a battery, just started', NOON, { ...PI, keepsTime: true }, null],
  ])('%s: %s', (_, now, start, doubt) => {
    expect(firstTrust({ now, elapsed: 5 }, start).doubt).toBe(doubt)
  })
})

describe('trust in the clock as it goes', () => {
  it('follows drift without a doubt', () => {
    const c = clock(NOON, SOUND)
    for (let i = 0; i < 100; i++) {
      c.pass(HOUR)
      expect(c.set(c.now + 2 * SECOND)).toBeNull()
    }
    expect(c.trust.right).toBe(c.trust.offset)
  })

  it.each([
    ['back by an hour', NOON - HOUR],
    ['forward by a day', NOON + DAY],
  ])('set %s: in doubt until it has gone evenly for 15 min', (_, to) => {
    const c = clock(NOON, SOUND)
    expect(c.set(to)).toBe('set')
    expect(c.pass(STEADY - SECOND)).toBe('set')
    expect(c.trust.right).toBe(NOON - 1_000_000)
    expect(clockProblem(c.trust, c.now)).toContain(`by ${(to - NOON) / SECOND} s`)
    expect(c.pass(SECOND)).toBeNull()
    expect(c.trust.right).toBe(to - 1_000_000)
    expect(clockProblem(c.trust, c.now)).toBeNull()
  })

  it('set forward and back again: relied on at once', () => {
    const c = clock(NOON, SOUND)
    c.set(NOON + DAY)
    c.pass(5 * MINUTE)
    expect(c.set(c.now - DAY)).toBeNull()
  })

  it('set twice: the time of going evenly begins again', () => {
    const c = clock(NOON, SOUND)
    c.set(NOON + DAY)
    c.pass(10 * MINUTE)
    expect(c.set(c.now + HOUR)).toBe('set')
    expect(c.pass(10 * MINUTE)).toBe('set')
    expect(c.pass(5 * MINUTE)).toBeNull()
  })

  it('relied on as soon as the system has synchronised it, after it was set', () => {
    const c = clock(NOON, SOUND)
    c.set(NOON + DAY)
    expect(c.pass(MINUTE, NOON - DAY)).toBe('set')
    expect(c.pass(MINUTE, c.now)).toBeNull()
  })

  it('1970 stays in doubt for ever, and is relied on once it is set', () => {
    const c = clock(0, SOUND)
    expect(c.pass(3 * DAY)).toBe('behind')
    expect(c.set(NOON - DAY)).toBe('behind')
    expect(c.set(NOON)).toBeNull()
  })

  it('behind what was saved, perhaps rightly: relied on after an hour', () => {
    const c = clock(NOON - DAY, SOUND)
    expect(c.pass(59 * MINUTE)).toBe('behind')
    expect(c.pass(MINUTE)).toBeNull()
  })

  it('just started without a battery: relied on when set forward, or after 15 min', () => {
    const c = clock(NOON, PI)
    expect(c.set(NOON + 3 * HOUR)).toBeNull()
    const other = clock(NOON, PI)
    expect(other.pass(STEADY)).toBeNull()
  })

  it('set to 1970 while it runs: behind', () => {
    const c = clock(NOON, SOUND)
    expect(c.set(0)).toBe('behind')
    expect(c.pass(2 * HOUR)).toBe('behind')
    expect(c.set(NOON + 2 * HOUR)).toBeNull()
  })
})
