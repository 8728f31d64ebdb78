import { describe, expect, test } from 'vitest'
import { acPower, cellTemperature, clearSkyPower, dcPower, inverterPower } from './pv-model.ts'
import { DAY, MINUTE } from './time.ts'

const SITE = { latitude: 45, longitude: 8 }
const AIR = { airTemperature: 20, windSpeed: 1.5 }

/** Clear-sky energy of one kWp, kWh, over whole days. */
function specificYield(day: string, plane: { tilt: number; azimuth: number }, days = 1, step = 5 * MINUTE): number {
  const from = Date.parse(`${day}T00:00:00Z`)
  let joules = 0
  for (let at = from; at < from + days * DAY; at += step) {
    joules += clearSkyPower(at, SITE, { peakPower: 1000, ...plane }, AIR) * (step / 1000)
  }
  return joules / 3.6e6
}

describe('cellTemperature', () => {
  // The first is the value pvlib asserts for Faiman's model with its default constants.
  test.each([
    [900, 20, 5, 'free', 35.203],
    [900, 20, 0, 'free', 56],
    [900, 20, 0, 'roof', 65],
    [900, 20, 0, 'flush', 80],
    [0, -5, 3, 'roof', -5],
  ] as const)('%d W/m2, %d C, %d m/s, %s -> %d', (poa, airTemperature, windSpeed, mounting, expected) => {
    expect(cellTemperature({ poa, airTemperature, windSpeed }, mounting)).toBeCloseTo(expected, 3)
  })
})

describe('dcPower', () => {
  test('is the peak less the losses at standard conditions, and falls 0.4 % a degree', () => {
    const cool = { poa: 1000, airTemperature: 25 - 1000 / 20, windSpeed: 0 }
    expect(dcPower(cool, { peakPower: 1000 })).toBeCloseTo(860, 6)
    expect(dcPower({ ...cool, airTemperature: cool.airTemperature + 10 }, { peakPower: 1000 })).toBeCloseTo(
      860 * 0.96,
      6,
    )
  })
})

describe('inverterPower', () => {
  // pvlib's PVWatts values for a nominal efficiency of 0.95.
  test.each([
    [90, 100, 85.58556604752516],
    [50, 100, 47.60843624],
    [100, 100, 95],
    [150, 100, 95],
    [0.1, 100, 0],
    [0, 100, 0],
    [50, 0, 0],
  ])('%d W into %d W -> %d', (dc, limit, expected) => {
    expect(inverterPower(dc, limit, 0.95)).toBeCloseTo(expected, 6)
  })
})

describe('acPower', () => {
  test.each([
    [0, 20, 3000, 0],
    [-3, 20, 3000, 0],
    [1000, 25, 0, 0],
    [1000, 25, 3000, 2110.8],
    [1300, -10, 3000, 2500],
  ])('%d W/m2 at %d C on %d Wp -> %d W', (poa, airTemperature, peakPower, expected) => {
    expect(acPower({ poa, airTemperature, windSpeed: 1 }, { peakPower })).toBeCloseTo(expected, 0)
  })

  test('never exceeds the inverter and never goes negative', () => {
    for (let poa = -50; poa <= 1500; poa += 10) {
      for (const airTemperature of [-20, 0, 20, 45]) {
        const power = acPower({ poa, airTemperature, windSpeed: 2 }, { peakPower: 6000, dcAcRatio: 1 })
        expect(power).toBeGreaterThanOrEqual(0)
        expect(power).toBeLessThanOrEqual(6000)
      }
    }
  })
})

describe('clearSkyPower', () => {
  test.each([
    ['2026-06-21', 30, 180, 5.5, 6.5],
    ['2026-03-20', 30, 180, 4.6, 5.8],
    ['2026-12-21', 30, 180, 2.3, 3.1],
    ['2026-06-21', 30, 90, 5.2, 6.2],
    ['2026-12-21', 30, 90, 0.6, 1.5],
  ])('%s, plane %d/%d: between %d and %d kWh/kWp', (day, tilt, azimuth, low, high) => {
    const energy = specificYield(day, { tilt, azimuth })
    expect(energy).toBeGreaterThan(low)
    expect(energy).toBeLessThan(high)
  })

  test('east and west mirror each other', () => {
    const east = specificYield('2026-06-21', { tilt: 30, azimuth: 90 })
    const west = specificYield('2026-06-21', { tilt: 30, azimuth: 270 })
    expect(Math.abs(east / west - 1)).toBeLessThan(0.01)
  })

  // PVGIS typical year at 45 N, 8 E: E 0.777, W 0.797, SE (20 degrees) 0.921 of S 30; without clouds orientation counts a little more.
  test('over a cloudless year the orientations stand in the known order', () => {
    const year = (tilt: number, azimuth: number) => specificYield('2026-01-01', { tilt, azimuth }, 365, 15 * MINUTE)
    const south = year(30, 180)
    expect(year(30, 90) / south).toBeGreaterThan(0.72)
    expect(year(30, 90) / south).toBeLessThan(0.8)
    expect(year(20, 135) / south).toBeGreaterThan(0.87)
    expect(year(20, 135) / south).toBeLessThan(0.94)
  })

  test('is nothing at night', () => {
    expect(clearSkyPower(Date.parse('2026-06-21T23:00:00Z'), SITE, { peakPower: 6000, tilt: 20, azimuth: 180 })).toBe(0)
  })
})
