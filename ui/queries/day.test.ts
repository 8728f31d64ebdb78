import { expect, it } from 'vitest'
import { chooseDay } from './day.ts'

const NOW = Date.UTC(2026, 2, 29, 10)

it.each([
  ['none', undefined, '2026-03-29', true],
  ['a past day', '2026-03-28', '2026-03-28', false],
  ['a future day', '2026-03-30', '2026-03-29', true],
  ['no real day', '2026-02-30', '2026-03-29', true],
  ['nonsense', '../etc', '2026-03-29', true],
])('asked for %s', (_what, asked, day, isToday) => {
  expect(chooseDay(asked, NOW, 'Europe/Rome')).toMatchObject({ day, isToday, next: isToday ? null : '2026-03-29' })
})

it('knows that the day the clocks go forward has 23 hours', () => {
  const { from, to } = chooseDay(undefined, NOW, 'Europe/Rome')
  expect((to - from) / 3_600_000).toBe(23)
})
