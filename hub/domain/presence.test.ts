import { describe, expect, it } from 'vitest'
import { isOffline } from './presence.ts'
import { MINUTE } from './time.ts'

const NOW = Date.UTC(2026, 5, 21, 12)
const node = (online: boolean, at: number) => ({ online, at, fw: null, boot: null, uptimeS: null })

describe('isOffline', () => {
  it.each([
    ['never heard', null, null, true],
    ['never heard, though online', null, node(true, NOW), true],
    ['heard 300 s ago', NOW - 5 * MINUTE, null, false],
    ['heard a millisecond longer ago', NOW - 5 * MINUTE - 1, null, true],
    ['a will after the last reading', NOW - 1000, node(false, NOW), true],
    ['a will with the last reading', NOW, node(false, NOW), true],
    ['a reading after the will: alive', NOW, node(false, NOW - 1), false],
    ['online', NOW - 1000, node(true, NOW), false],
    ['online but silent', NOW - 6 * MINUTE, node(true, NOW), true],
  ])('%s', (_, heardAt, status, expected) => {
    expect(isOffline(heardAt, status, NOW)).toBe(expected)
  })
})
