import { expect, it } from 'vitest'
import { MAX_AGE } from './reading.ts'
import { DEFAULT_RETENTION, retentionDue } from './retention.ts'

const at = (text: string) => Date.parse(text)
const NOW = at('2026-06-21T12:34:00Z')

it.each([
  [
    'the defaults',
    DEFAULT_RETENTION,
    'Europe/Rome',
    ['2026-06-14T11:30:00Z', '2025-05-20T22:00:00Z', '2026-06-21T12:29:00Z'],
  ],
  [
    'longer ones',
    { rawDays: 30, slotMonths: 25 },
    'Europe/Rome',
    ['2026-05-22T11:30:00Z', '2024-05-20T22:00:00Z', '2026-06-21T12:29:00Z'],
  ],
  [
    'never less than late readings and a month need',
    { rawDays: 0, slotMonths: 0 },
    'Europe/Rome',
    ['2026-06-14T11:30:00Z', '2026-05-20T22:00:00Z', '2026-06-21T12:29:00Z'],
  ],
  [
    'whole hours where a day begins at half past',
    DEFAULT_RETENTION,
    'Asia/Kolkata',
    ['2026-06-14T11:30:00Z', '2025-05-20T18:00:00Z', '2026-06-21T12:29:00Z'],
  ],
])('what is due: %s', (_, retention, zone, [raw, slots, roll]) => {
  expect(retentionDue(NOW, retention, zone)).toEqual({
    rawBefore: at(raw ?? ''),
    slotsBefore: at(slots ?? ''),
    rollBefore: at(roll ?? ''),
  })
})

it('keeps every reading that may come late, and the last day of a shorter month', () => {
  expect(retentionDue(NOW, { rawDays: 1, slotMonths: 13 }, 'UTC').rawBefore).toBeLessThan(NOW - MAX_AGE)
  expect(retentionDue(at('2026-03-31T12:00:00Z'), { rawDays: 7, slotMonths: 1 }, 'UTC').slotsBefore).toBe(
    at('2026-02-28T00:00:00Z'),
  )
})
