import { describe, expect, it } from 'vitest'
import { ROOFS, streetDays } from '../../test/support/clear-street.ts'
import { CloudClock } from './cloud-clock.ts'
import type { HouseDay } from './community-day.ts'

const IDS = ROOFS.map((roof) => roof.id)
const late = (hours: number) => (day: HouseDay) => ({
  ...day,
  produced: day.produced.map((_, h) => {
    const from = Math.floor(h - hours)
    const part = h - hours - from
    return (1 - part) * (day.produced[from] ?? 0) + part * (day.produced[from + 1] ?? 0)
  }),
})

function read(count: number, change: (day: HouseDay) => HouseDay | null, ids = IDS, trusted = ids) {
  const days = streetDays(count, (day, _, id) => (id === 'casa_B' ? change(day) : day))
  return new CloudClock(days, ids, new Set(trusted)).read('casa_B')
}

describe('a clock told by the clouds', () => {
  // casa_B looks to the east: its curve is early by itself, its clouds are not.
  it('is right where the clouds pass as over the others, whichever way the roof faces', () =>
    expect(Math.abs(read(30, (d) => d)?.minutes ?? 99)).toBeLessThan(8))

  it.each([0.5, -0.5, 1, -2])('is %d h late', (hours) => {
    const reading = read(30, late(hours))
    expect(reading?.minutes).toBeGreaterThan(60 * hours - 10)
    expect(reading?.minutes).toBeLessThan(60 * hours + 10)
    expect(reading?.agreement).toBeGreaterThan(0.7)
  })

  it('is not known from a few days, of a house that is not heard, under a sky that is always the same, or among few neighbours', () => {
    expect(read(8, (d) => d)).toBeNull()
    expect(read(30, () => null)).toBeNull()
    expect(read(30, (d) => d, IDS.slice(0, 4))).toBeNull()
    expect(read(30, (d) => d, IDS, ['casa_A', 'casa_C', 'casa_D'])).toBeNull()
    const still = streetDays(1)
    const [day] = still
    const same = Array.from({ length: 30 }, () => day ?? { day: 0, houses: new Map() })
    expect(new CloudClock(same, IDS, new Set(IDS)).read('casa_B')).toBeNull()
  })

  it('does not follow one neighbour whose clock is wrong', () => {
    const days = streetDays(30, (d, _, id) => (id === 'casa_C' ? late(1)(d) : d))
    expect(Math.abs(new CloudClock(days, IDS, new Set(IDS)).read('casa_B')?.minutes ?? 99)).toBeLessThan(18)
  })
})
