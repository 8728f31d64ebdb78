import { expect, it } from 'vitest'
import { FORECAST_SLOT, solarDay, solarDayStart, solarGrid, solarSlot } from './solar-grid.ts'
import { HOUR, MINUTE } from './time.ts'

it('begins a day at the mean solar midnight of the place, rounded to a slot', () => {
  expect(solarGrid(7.69)).toEqual({ slotMs: FORECAST_SLOT, slots: 96, offsetMs: 30 * MINUTE })
  expect(solarGrid(-117.4, HOUR)).toEqual({ slotMs: HOUR, slots: 24, offsetMs: -8 * HOUR })
})

it.each([7.69, -117.4, 179.9, -179.9, 0])('gives every instant at %d E one day and one slot of it', (longitude) => {
  const grid = solarGrid(longitude)
  const from = Date.parse('2026-03-28T00:00:00Z')
  for (let at = from; at < from + 48 * HOUR; at += 7 * MINUTE) {
    const start = solarDayStart(grid, solarDay(grid, at)) + solarSlot(grid, at) * grid.slotMs
    expect(at - start).toBeGreaterThanOrEqual(0)
    expect(at - start).toBeLessThan(grid.slotMs)
    expect(solarSlot(grid, at)).toBeLessThan(grid.slots)
  }
})

it('has the sun highest about the middle of the day', () => {
  const grid = solarGrid(7.69)
  expect(solarSlot(grid, Date.parse('2026-06-21T11:30:00Z'))).toBe(48)
})
