import { describe, expect, it } from 'vitest'
import { GRID, ROOFS, streetDays, TURIN, times } from '../../test/support/clear-street.ts'
import type { CloudReading } from './cloud-clock.ts'
import { type HouseDay, hourOf } from './community-day.ts'
import { followSensors, lagBehind, NEW_SENSORS, type SensorMemory } from './plant-sensors.ts'
import { SENSOR_DAYS, type SensorFaultKind } from './sensor-check.ts'
import { CLOCK_DAYS, clearDaysOf, SolarClock } from './solar-clock.ts'

const clock = new SolarClock(GRID, TURIN)
const DAYS = 24

/** What is confirmed of casa_A at the end of a street's days. */
function named(change: (day: HouseDay) => HouseDay | null, battery = false): SensorFaultKind[] {
  const days = streetDays(DAYS, (day, _, id) => (id === 'casa_A' ? change(day) : day))
  const [roof] = ROOFS
  if (!roof) return []
  let memory: SensorMemory = NEW_SENSORS
  for (let d = 0; d < days.length; d += 1) {
    const upTo = days.slice(0, d + 1)
    memory = followSensors(memory, {
      roof,
      days: upTo.slice(-SENSOR_DAYS),
      clockDays: upTo.slice(-CLOCK_DAYS),
      sunny: new Set(days.map(({ day }) => day)),
      battery,
      clock,
      expected: null,
      clouds: null,
    })
  }
  return memory.faults.filter((f) => f.confirmed).map((f) => f.kind)
}

const shifted = (hours: number) => (day: HouseDay) => ({
  ...day,
  produced: day.produced.map((_, h) => {
    const from = Math.floor(h - hours)
    const part = h - hours - from
    return (1 - part) * (day.produced[from] ?? 0) + part * (day.produced[from + 1] ?? 0)
  }),
})

describe('channels', () => {
  it('says nothing of a sound house', () => expect(named((d) => d)).toEqual([]))

  it.each<[SensorFaultKind, (day: HouseDay) => HouseDay]>([
    ['swapped', (d) => ({ produced: d.consumed, consumed: d.produced })],
    ['pvReversed', (d) => times(d, () => -1)],
    ['loadReversed', (d) => ({ ...d, consumed: d.consumed.map((wh) => -wh) })],
    ['pvDead', (d) => times(d, () => 0)],
    ['loadDead', (d) => ({ ...d, consumed: new Float64Array(24) })],
    ['pvStuck', (d) => ({ ...d, produced: new Float64Array(24).fill(900) })],
    ['loadStuck', (d) => ({ ...d, consumed: new Float64Array(24).fill(333) })],
    ['loadZeroSun', (d) => ({ ...d, consumed: d.consumed.map((wh, h) => Math.max(0, wh - hourOf(d.produced, h))) })],
    ['loadNet', (d) => ({ ...d, consumed: d.consumed.map((wh, h) => Math.abs(wh - hourOf(d.produced, h))) })],
    ['loadZeroNight', (d) => ({ ...d, consumed: d.consumed.map((wh, h) => (hourOf(d.produced, h) > 0 ? wh : 0)) })],
    ['pvAtNight', (d) => ({ ...d, produced: d.produced.map((wh) => wh + 90) })],
  ])('%s is named, and nothing else', (kind, change) => expect(named(change)).toEqual([kind]))

  it('lets a battery behind the inverter produce at night', () =>
    expect(named((d) => ({ ...d, produced: d.produced.map((wh) => wh + 90) }), true)).toEqual([]))

  it('takes a house that is not heard, or heard without consumption, for no fault', () => {
    expect(named(() => null)).toEqual([])
    expect(named((d) => ({ ...d, consumed: new Float64Array(24).fill(Number.NaN) }))).toEqual([])
  })
})

/** What is confirmed after some days of a right clock under clouds that tell this, of a roof entered as looking to `azimuth`. */
function namedUnder(clouds: CloudReading, count: number, azimuth = 180) {
  const days = streetDays(5 + count)
  let memory: SensorMemory = NEW_SENSORS
  for (let d = 5; d < days.length; d += 1) {
    const upTo = days.slice(0, d + 1)
    memory = followSensors(memory, {
      roof: { id: 'casa_A', peakPower: 3_000, plane: { tilt: 25, azimuth } },
      days: upTo.slice(-SENSOR_DAYS),
      clockDays: upTo,
      sunny: new Set(),
      battery: false,
      clock,
      expected: null,
      clouds: { read: () => clouds },
    })
  }
  return memory.faults.filter((f) => f.confirmed).map((f) => [f.kind, f.minutes])
}

describe('clocks', () => {
  it('a roof entered as turned is no clock where the clouds come on time; where there are none to tell, it looks like one', () => {
    expect(namedUnder({ minutes: 3, agreement: 0.9 }, 25, 230)).toEqual([])
    expect(namedUnder({ minutes: 3, agreement: 0.4 }, 25, 230)).toEqual([['clock', expect.any(Number)]])
  })

  it('half an hour that a turned roof would explain is named once the clouds say the same', () => {
    const namedAfter = (minutes: number, count: number) => namedUnder({ minutes, agreement: 0.9 }, count)
    expect(namedAfter(31, 4)).toEqual([])
    expect(namedAfter(31, 5)).toEqual([['clock', 30]])
    expect(namedAfter(-31, 5)).toEqual([['clock', -30]])
    expect(namedAfter(24, 10)).toEqual([])
  })

  it.each([1, -1, 2])('an error of %d h is named', (hours) => expect(named(shifted(hours))).toEqual(['clock']))

  it('tells by how much a day comes later than foretold, and takes a shade for no clock', () => {
    const made = streetDays(10).flatMap((d) => d.houses.get('casa_A') ?? [])
    const own = made.find((d) => clearDaysOf([{ day: 0, produced: d.produced }]).length === 1) as HouseDay
    expect(lagBehind(shifted(0.5)(own).produced, own.produced, 3_000)).toBeGreaterThan(24)
    expect(lagBehind(shifted(-0.5)(own).produced, own.produced, 3_000)).toBeLessThan(-24)
    expect(lagBehind(times(own, () => 0.5).produced, own.produced, 3_000)).toBeCloseTo(0)
    expect(lagBehind(times(own, (h) => (h === 9 ? 0.3 : 1)).produced, own.produced, 3_000)).toBe(0)
  })
})
