import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../domain/time.ts'
import { DAY_TYPES, dayType, skyUnder, weatherAt } from './sky.ts'

const SITE = { latitude: 45.07, longitude: 7.69, altitude: 240 }
const JUNE = Date.parse('2026-06-01T00:00:00Z')

/** First day from `from` whose sky is of the wanted type, as is the day before it. */
function dayOfType(type: (typeof DAY_TYPES)[number], from = JUNE): number {
  let day = from / DAY
  while (dayType(1, day) !== type || dayType(1, day - 1) !== type) day++
  return day * DAY
}

function indices(day: number): number[] {
  return Array.from({ length: 12 * 12 }, (_, step) => weatherAt(1, day + 5 * HOUR + step * 5 * MINUTE).clearSkyIndex)
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('weatherAt', () => {
  test('is the same whenever and in whatever order it is asked', () => {
    const instants = [JUNE, JUNE + 3 * HOUR + 17, JUNE - 40 * DAY]
    const first = instants.map((at) => weatherAt(9, at))
    expect([...instants].reverse().map((at) => weatherAt(9, at))).toEqual([...first].reverse())
    expect(weatherAt(10, JUNE)).not.toEqual(first[0])
  })

  test('a year has all three kinds of day', () => {
    const counts = { clear: 0, broken: 0, overcast: 0 }
    for (let day = 0; day < 365; day++) counts[dayType(1, 20_454 + day)]++
    for (const type of DAY_TYPES) expect(counts[type]).toBeGreaterThan(60)
  })

  test('clear days stay high, overcast days low, broken days swing', () => {
    const clear = indices(dayOfType('clear'))
    const broken = indices(dayOfType('broken'))
    const overcast = indices(dayOfType('overcast'))
    expect(Math.min(...clear)).toBeGreaterThan(0.94)
    expect(Math.max(...overcast)).toBeLessThan(0.55)
    expect(Math.max(...broken) - Math.min(...broken)).toBeGreaterThan(0.35)
    expect(mean(broken)).toBeGreaterThan(mean(overcast))
    expect(mean(broken)).toBeLessThan(mean(clear))
  })

  test('changes smoothly, midnight included', () => {
    for (let at = JUNE; at < JUNE + 20 * DAY; at += 10_000) {
      const step = Math.abs(weatherAt(1, at + 10_000).clearSkyIndex - weatherAt(1, at).clearSkyIndex)
      expect(step).toBeLessThan(0.15)
    }
  })

  test('the same clouds reach a house later by its delay', () => {
    const at = dayOfType('broken') + 12 * HOUR
    expect(weatherAt(1, at + 90_000, 90_000).clearSkyIndex).toBe(weatherAt(1, at).clearSkyIndex)
  })

  test('July is warm, January cold, afternoons warmer than dawns, wind light', () => {
    const month = (from: string) =>
      Array.from({ length: 31 * 8 }, (_, step) => weatherAt(1, Date.parse(from) + step * 3 * HOUR).airTemperature)
    expect(mean(month('2026-07-01T00:00:00Z'))).toBeGreaterThan(20)
    expect(mean(month('2026-07-01T00:00:00Z'))).toBeLessThan(27)
    expect(mean(month('2026-01-01T00:00:00Z'))).toBeGreaterThan(-1)
    expect(mean(month('2026-01-01T00:00:00Z'))).toBeLessThan(5)
    const day = dayOfType('clear')
    expect(weatherAt(1, day + 14 * HOUR).airTemperature - weatherAt(1, day + 4 * HOUR).airTemperature).toBeGreaterThan(
      4,
    )
    for (let hour = 0; hour < 1_000; hour++) {
      const { windSpeed } = weatherAt(1, JUNE + hour * HOUR)
      expect(windSpeed).toBeGreaterThan(0.2)
      expect(windSpeed).toBeLessThan(5)
    }
  })
})

describe('skyUnder', () => {
  test.each([1.03, 1, 0.7, 0.3, 0.1])('splits a sky of index %d without losing or inventing light', (clearSkyIndex) => {
    for (let hour = 0; hour < 24; hour++) {
      const at = JUNE + hour * HOUR
      const sky = skyUnder({ clearSkyIndex, airTemperature: 20, windSpeed: 1 }, at, SITE)
      const cosZenith = Math.max(0, Math.sin((sky.sun.elevation * Math.PI) / 180))
      expect(Math.min(sky.ghi, sky.dni, sky.dhi)).toBeGreaterThanOrEqual(0)
      expect(sky.dni * cosZenith + sky.dhi).toBeCloseTo(sky.ghi, 6)
    }
  })

  // Turin gets about 1,400 kWh/m2 on the horizontal in a year (PVGIS-SARAH, 1,350 to 1,500 by year).
  test('adds up to a believable year', () => {
    let energy = 0
    const from = Date.parse('2026-01-01T00:00:00Z')
    for (let at = from; at < from + 365 * DAY; at += 20 * MINUTE)
      energy += skyUnder(weatherAt(1, at), at, SITE).ghi / 3_000
    expect(energy).toBeGreaterThan(1_300)
    expect(energy).toBeLessThan(1_600)
  })
})
