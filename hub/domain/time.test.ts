import { describe, expect, it } from 'vitest'
import { dayBounds, dayOf, HOUR, isoSeconds, MINUTE, slotStart } from './time.ts'

describe('slotStart', () => {
  it.each([
    ['2026-06-21T12:07:30Z', 5 * MINUTE, '2026-06-21T12:05:00Z'],
    ['2026-06-21T12:05:00Z', 5 * MINUTE, '2026-06-21T12:05:00Z'],
    ['2026-06-21T12:04:59.999Z', 5 * MINUTE, '2026-06-21T12:00:00Z'],
    ['1969-12-31T23:58:00Z', 5 * MINUTE, '1969-12-31T23:55:00Z'],
    ['2026-06-21T12:59:00Z', HOUR, '2026-06-21T12:00:00Z'],
  ])('of %s with a length of %i ms is %s', (at, length, expected) => {
    expect(slotStart(Date.parse(at), length)).toBe(Date.parse(expected))
  })
})

describe('a civil day', () => {
  it.each([
    ['2026-06-21', 'Europe/Rome', '2026-06-20T22:00:00Z', 24],
    ['2026-03-29', 'Europe/Rome', '2026-03-28T23:00:00Z', 23],
    ['2026-10-25', 'Europe/Rome', '2026-10-24T22:00:00Z', 25],
    ['2026-10-25', 'UTC', '2026-10-25T00:00:00Z', 24],
    // The clocks of Beirut change at midnight: the day begins at one.
    ['2026-03-29', 'Asia/Beirut', '2026-03-28T22:00:00Z', 23],
  ])('%s in %s begins at %s and has %i hours', (day, zone, from, hours) => {
    const bounds = dayBounds(Temporal.PlainDate.from(day), zone)
    expect([isoSeconds(bounds.from), (bounds.to - bounds.from) / HOUR]).toEqual([from, hours])
    expect([bounds.from, bounds.to - 1].map((at) => dayOf(at, zone).toString())).toEqual([day, day])
    expect([bounds.from - 1, bounds.to].map((at) => dayOf(at, zone).toString())).not.toContain(day)
  })
})

describe('isoSeconds', () => {
  it.each([
    [1782043200000, '2026-06-21T12:00:00Z'],
    [1782043200999, '2026-06-21T12:00:00Z'],
    [0, '1970-01-01T00:00:00Z'],
    [-1, '1969-12-31T23:59:59Z'],
  ])('%i is %s', (at, expected) => {
    expect(isoSeconds(at)).toBe(expected)
  })
})
