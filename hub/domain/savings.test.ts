import { expect, test } from 'vitest'
import { savedOn, savedTogether, worthOn } from './savings.ts'

const hours = (by: Readonly<Record<number, number>>) => Array.from({ length: 24 }, (_, h) => by[h] ?? 0)
const heater = { kind: 'waterHeater', ratedW: 2000, timer: null } as const
const house = { day: 'd', producedW: hours({ 7: 800, 11: 2500, 12: 2500, 19: 300 }), baseW: hours({ 7: 300, 19: 300 }) }
const day = {
  house: 'a',
  load: 'boiler',
  day: 'd',
  usedWh: hours({ 11: 2000, 12: 2000 }),
  ownWh: hours({ 11: 2000, 12: 1500 }),
  shadow: false,
}
const tariff = { importEur: 0.3, exportEur: 0.1, co2ByHour: null }

test('what was moved into the sun is what its usual hours would have lacked', () => {
  const saved = savedOn(day, house, heater, tariff)
  expect(saved).toMatchObject({ usedKwh: 4, ownKwh: 3.5, usualOwnKwh: 0.5, movedKwh: 3, co2Kg: null })
  expect(saved.euro).toBeCloseTo(0.6, 9)
})

test('usual hours that would have been sunnier count against it', () => {
  const bad = { ...day, usedWh: hours({ 3: 1000 }), ownWh: hours({}) }
  expect(savedOn(bad, house, heater, tariff).movedKwh).toBeLessThan(0)
})

test('carbon is saved by cleaner hours, and by a yearly factor none', () => {
  const co2ByHour = hours({ 7: 400, 19: 400, 11: 100, 12: 100 })
  expect(savedOn(day, house, heater, { ...tariff, co2ByHour }).co2Kg).toBeCloseTo(4 * 0.3, 9)
  const yearly = worthOn('2026-06-21', [], [])
  expect(yearly).toMatchObject({ importEur: 0.28, exportEur: 0.1 })
  expect(savedOn(day, house, heater, yearly).co2Kg).toBe(0)
})

test('more than its usual hours hold goes to the last of them, and days add up', () => {
  const long = { ...day, usedWh: hours({ 11: 9000 }), ownWh: hours({ 11: 2500 }) }
  const saved = savedOn(long, house, heater, tariff)
  expect(saved.usualOwnKwh).toBeCloseTo(0.5, 9)
  expect(savedTogether([saved, saved]).movedKwh).toBeCloseTo(4, 9)
})

test('each day is worth what its own tariff and factor say; before the first factor nothing can be said', () => {
  const tariffs = [
    { from: '2026-01-01', importEur: 0.3, exportEur: 0.1, sharedEur: 0 },
    { from: '2026-07-01', importEur: 0.2, exportEur: 0.1, sharedEur: 0 },
  ]
  const factors = [{ from: '2026-07-01', gPerKwh: 200, source: 's', year: 2025 }]
  expect(savedOn(day, house, heater, worthOn('2026-06-30', tariffs, factors))).toMatchObject({ co2Kg: null })
  expect(savedOn(day, house, heater, worthOn('2026-06-30', tariffs, factors)).euro).toBeCloseTo(0.6, 9)
  expect(savedOn(day, house, heater, worthOn('2026-07-01', tariffs, factors)).euro).toBeCloseTo(0.3, 9)
})

test('where the load had a timer, that is what it is held against', () => {
  const timed = { ...heater, timer: { fromMin: 11 * 60, toMin: 13 * 60 } }
  expect(savedOn(day, house, timed, tariff)).toMatchObject({ usualOwnKwh: 4, movedKwh: -0.5 })
})
