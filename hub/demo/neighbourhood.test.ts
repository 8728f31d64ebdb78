import { describe, expect, test } from 'vitest'
import { idProblem } from '../domain/house.ts'
import { DAY, HOUR, MINUTE } from '../domain/time.ts'
import { houseId, isSilent, makeNeighbourhood } from './neighbourhood.ts'

const START = Date.parse('2026-06-21T08:00:00Z')
const street = makeNeighbourhood({ houses: 12, seed: 1, start: START })

test.each([
  [0, 'casa_A'],
  [11, 'casa_L'],
  [25, 'casa_Z'],
  [26, 'casa_AA'],
  [51, 'casa_AZ'],
  [52, 'casa_BA'],
  [702, 'casa_AAA'],
])('house %d is %s', (index, id) => {
  expect(houseId(index)).toBe(id)
})

describe('makeNeighbourhood', () => {
  test('makes the same street from the same seed, another from another', () => {
    expect(makeNeighbourhood({ houses: 12, seed: 1, start: START })).toEqual(street)
    expect(makeNeighbourhood({ houses: 12, seed: 2, start: START })).not.toEqual(street)
  })

  test.each([0, 1, 2, 3, 5, 12, 30, 100])('%d houses: valid, within the ranges a street has', (count) => {
    for (const seed of [1, 2, 3]) {
      const { houses } = makeNeighbourhood({ houses: count, seed, start: START })
      expect(new Set(houses.map((house) => house.id)).size).toBe(count)
      for (const house of houses) {
        expect(idProblem(house.id)).toBeNull()
        expect(house.peakPower === 0 || (house.peakPower >= 2_700 && house.peakPower <= 6_600)).toBe(true)
        expect(house.tilt).toBeGreaterThanOrEqual(10)
        expect(house.tilt).toBeLessThanOrEqual(35)
        expect(house.azimuth).toBeGreaterThanOrEqual(90)
        expect(house.azimuth).toBeLessThanOrEqual(270)
        expect([3_300, 4_500, 6_000]).toContain(house.connectionLimit)
        if (house.equipment.includes('electric-car')) expect(house.connectionLimit).toBe(6_000)
        expect(house.cloudDelay).toBeLessThan(5 * MINUTE)
      }
      expect(houses.filter((house) => house.peakPower === 0).length).toBe(Math.floor(count / 6))
      expect(houses.filter((house) => house.fault !== null).length).toBe(count >= 3 ? 1 : 0)
      expect(houses.filter((house) => house.node.silentFrom !== null).length).toBe(count >= 4 ? 1 : 0)
      const hidden = houses.filter((house) => !house.shown).length
      expect(hidden === 0 || hidden >= 3).toBe(true)
      expect(hidden).toBeLessThanOrEqual(count / 2)
    }
  })

  test('roofs look several ways, some nodes send counters and some do not', () => {
    const producers = street.houses.filter((house) => house.peakPower > 0)
    expect(producers.some((house) => house.azimuth < 130)).toBe(true)
    expect(producers.some((house) => house.azimuth > 165 && house.azimuth < 195)).toBe(true)
    expect(producers.some((house) => house.azimuth > 230)).toBe(true)
    expect(new Set(street.houses.map((house) => house.node.sendsCounters)).size).toBe(2)
  })

  test('the string failed about nine days before the start, on a roof that faces south', () => {
    const faulty = street.houses.find((house) => house.fault !== null)
    expect((START - (faulty?.fault?.since ?? 0)) / DAY).toBeCloseTo(9, 0)
    expect(Math.abs((faulty?.azimuth ?? 0) - 180)).toBeLessThan(10)
    expect(faulty?.fault?.factor).toBe(0.5)
  })
})

describe('isSilent', () => {
  const vanishing = street.houses.find((house) => house.node.silentFrom !== null)
  if (!vanishing) throw new Error('no unsteady node')

  test('the unsteady node is gone for good some minutes after the start', () => {
    expect(isSilent(vanishing, START + 4 * MINUTE)).toBe(true)
    expect(isSilent(vanishing, START + 4 * DAY)).toBe(true)
  })

  test('before, it was away now and then', () => {
    let silent = 0
    const steps = (30 * DAY) / (5 * MINUTE)
    for (let step = 1; step <= steps; step++) if (isSilent(vanishing, START - step * 5 * MINUTE)) silent++
    expect(silent / steps).toBeGreaterThan(0.005)
    expect(silent / steps).toBeLessThan(0.15)
  })

  test('the others are always heard', () => {
    for (const house of street.houses) {
      if (house === vanishing) continue
      for (let hour = -500; hour < 500; hour++) expect(isSilent(house, START + hour * HOUR)).toBe(false)
    }
  })
})
