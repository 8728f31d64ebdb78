import { describe, expect, test } from 'vitest'
import { apparentElevation, sunPosition } from './sun.ts'
import { DAY, HOUR, MINUTE } from './time.ts'

const GOLDEN = { latitude: 39.742476, longitude: -105.1786 }
const TURIN = { latitude: 45.07, longitude: 7.69 }

describe('sunPosition', () => {
  test('agrees with the worked example of the NREL SPA report (Reda and Andreas, TP-560-34302, table A4.1)', () => {
    const sun = sunPosition(Date.parse('2003-10-17T12:30:30-07:00'), GOLDEN)
    const zenith = 90 - apparentElevation(sun.elevation, { pressure: 820, temperature: 11 })
    expect(Math.abs(zenith - 50.11162)).toBeLessThan(0.005)
    expect(Math.abs(sun.azimuth - 194.34024)).toBeLessThan(0.01)
  })

  // SPA values for 32.2 N, 111 W, as given in pvlib's own tests.
  test.each([
    ['2014-06-24T06:00:00-07:00', 7.02294379, 66.71410338],
    ['2014-06-24T12:00:00-07:00', 79.43274234, 144.76567754],
    ['2014-06-24T18:00:00-07:00', 17.53096444, 287.04104128],
  ])('agrees with SPA at %s', (at, elevation, azimuth) => {
    const sun = sunPosition(Date.parse(at), { latitude: 32.2, longitude: -111 })
    expect(Math.abs(sun.elevation - elevation)).toBeLessThan(0.01)
    expect(Math.abs(sun.azimuth - azimuth)).toBeLessThan(0.02)
  })

  // Culmination = 90 - |latitude - declination|; the declination is +-23.436 at the 2026 solstices and 0 at the equinoxes.
  test.each([
    ['2026-06-21T00:00:00Z', TURIN, 90 - 45.07 + 23.436, 180],
    ['2026-12-21T00:00:00Z', TURIN, 90 - 45.07 - 23.436, 180],
    ['2026-03-20T00:00:00Z', TURIN, 90 - 45.07, 180],
    ['2026-06-21T00:00:00Z', { latitude: -33.9, longitude: 18.4 }, 90 - 33.9 - 23.436, 0],
  ])('culminates on %s at %o', (day, place, elevation, azimuth) => {
    const from = Date.parse(day)
    let best = sunPosition(from, place)
    for (let at = from; at < from + DAY; at += MINUTE) {
      const sun = sunPosition(at, place)
      if (sun.elevation > best.elevation) best = sun
    }
    expect(Math.abs(best.elevation - elevation)).toBeLessThan(0.1)
    expect(Math.abs(((best.azimuth - azimuth + 540) % 360) - 180)).toBeLessThan(0.6)
  })

  test('stays up all day in a polar June, down all day in a polar December', () => {
    const tromso = { latitude: 69.65, longitude: 18.96 }
    for (let hour = 0; hour < 24; hour++) {
      expect(sunPosition(Date.parse('2026-06-21T00:00:00Z') + hour * HOUR, tromso).elevation).toBeGreaterThan(2)
      expect(sunPosition(Date.parse('2026-12-21T00:00:00Z') + hour * HOUR, tromso).elevation).toBeLessThan(-2)
    }
  })

  test('is finite at the poles and before the epoch', () => {
    for (const latitude of [-90, 90]) {
      const sun = sunPosition(-10 * 365 * DAY, { latitude, longitude: 0 })
      expect(Number.isFinite(sun.elevation)).toBe(true)
      expect(sun.azimuth).toBeGreaterThanOrEqual(0)
      expect(sun.azimuth).toBeLessThan(360)
    }
  })
})

describe('apparentElevation', () => {
  // Astronomical Almanac: about 29' at a true altitude of 0, 5' at 10 degrees, 1' at 45 degrees; nothing at the zenith.
  test.each([
    [0, 29, 0.5],
    [10, 5.4, 0.2],
    [45, 1.0, 0.1],
    [90, 0, 0.01],
  ])('lifts %d degrees by %d minutes of arc', (elevation, minutes, tolerance) => {
    expect(Math.abs((apparentElevation(elevation) - elevation) * 60 - minutes)).toBeLessThan(tolerance)
  })

  test('leaves a sun well below the horizon alone', () => {
    expect(apparentElevation(-6)).toBe(-6)
  })
})
