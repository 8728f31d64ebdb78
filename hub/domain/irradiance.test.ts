import { describe, expect, test } from 'vitest'
import {
  airmass,
  angleOfIncidence,
  clearSky,
  erbs,
  extraterrestrial,
  haurwitz,
  incidenceModifier,
  ineichen,
  planeOfArray,
  SOLAR_CONSTANT,
} from './irradiance.ts'
import { DAY, HOUR } from './time.ts'

const RAD = Math.PI / 180
const SITE = { latitude: 45.07, longitude: 7.69, altitude: 240 }

/** Expected values marked "pvlib" are those its own test suite asserts (BSD-3, github.com/pvlib/pvlib-python). */

describe('extraterrestrial', () => {
  test('follows the distance of the sun (pvlib, NREL method: 1382.4927 on 2012-10-26 for a constant of 1366.1)', () => {
    const ratio = extraterrestrial(Date.parse('2012-10-26T00:00:00Z')) / SOLAR_CONSTANT
    expect(Math.abs(ratio - 1382.4927 / 1366.1)).toBeLessThan(2e-4)
  })

  // Perihelion 0.98333 au on 2026-01-03, aphelion 1.01664 au on 2026-07-06.
  test.each([
    ['2026-01-03T17:00:00Z', 0.98333],
    ['2026-07-06T17:00:00Z', 1.01664],
  ])('is right at the extremes, %s', (at, distance) => {
    expect(Math.abs(extraterrestrial(Date.parse(at)) - SOLAR_CONSTANT / distance ** 2)).toBeLessThan(0.5)
  })
})

describe('airmass', () => {
  test.each([
    [0, 1.0],
    [80, 5.586],
    [89.9, 36.467],
  ])('pvlib: zenith %d -> %d', (zenith, expected) => {
    expect(Math.abs(airmass(zenith) - expected)).toBeLessThan(0.001)
  })

  test('is infinite below the horizon and falls with altitude', () => {
    expect(airmass(100)).toBe(Number.POSITIVE_INFINITY)
    expect(airmass(30, 2000) / airmass(30)).toBeCloseTo(0.789, 2)
  })
})

describe('haurwitz', () => {
  test.each([
    [-20, 0],
    [-0.001, 0],
    [5, 48.6298687941956],
    [10, 135.741748091813],
    [30, 487.894132885425],
    [50, 778.766689344363],
    [90, 1035.0920325345],
  ])('pvlib: elevation %d -> %d W/m2', (elevation, expected) => {
    expect(haurwitz(90 - elevation)).toBeCloseTo(expected, 6)
  })
})

describe('ineichen', () => {
  test.each([
    [10, 1, 3, 0, 1370, 1042.72590228, 946.35279683, 110.75033088],
    [10, 1, 3, 0, 1364, 1038.159219, 942.2081860378344, 110.26529293612793],
    [10, 1, 3, 2000, 1364, 1134.24312405, 994.95377835, 154.40492924],
    [82.85457044, 6.97935524, 3, 0, 1364, 65.49426624, 321.16092181, 25.54562017],
    [40, 1, 2, 0, 1364, 839.40909243, 1014.38807396, 62.3427452],
    [80, 10, 4, 0, 1364, 43.72365587, 75.80970012, 30.5594396],
    [124, Number.POSITIVE_INFINITY, 3, 0, 1364, 0, 0, 0],
  ])(
    'pvlib: zenith %d, airmass %d, turbidity %d, altitude %d',
    (zenith, mass, turbidity, altitude, e0, ghi, dni, dhi) => {
      const sky = ineichen({ zenith, airmass: mass, extraterrestrial: e0, altitude, turbidity })
      expect(Math.abs(sky.ghi - ghi)).toBeLessThan(0.01)
      expect(Math.abs(sky.dni - dni)).toBeLessThan(0.01)
      expect(Math.abs(sky.dhi - dhi)).toBeLessThan(0.01)
    },
  )
})

describe('erbs', () => {
  test.each([
    [0, 120, 1414.01, 0, 0],
    [50, 85, 1414.01, 96.7127061, 41.5709323],
    [1000, 10, 1414.01, 794.187742, 217.877755],
    [1000, 10, 1320.59, 842.358014, 170.439297],
  ])('pvlib: GHI %d at zenith %d, E0 %d', (ghi, zenith, e0, dni, dhi) => {
    const sky = erbs(ghi, zenith, e0)
    expect(Math.abs(sky.dni - dni)).toBeLessThan(0.5)
    expect(Math.abs(sky.dhi - dhi)).toBeLessThan(0.5)
  })

  test('keeps the sum and lets nothing go negative', () => {
    for (let ghi = 0; ghi <= 1400; ghi += 20) {
      for (let zenith = 0; zenith <= 95; zenith += 5) {
        const { dni, dhi } = erbs(ghi, zenith, 1361)
        expect(Math.min(dni, dhi)).toBeGreaterThanOrEqual(0)
        expect(dni * Math.max(0, Math.cos(zenith * RAD)) + dhi).toBeCloseTo(ghi, 6)
      }
    }
  })
})

describe('angleOfIncidence', () => {
  test.each([
    [0, 0, 0, 0, 0],
    [30, 180, 30, 180, 0],
    [30, 180, 150, 0, 180],
    [90, 0, 30, 60, 75.5224878],
    [90, 0, 30, 170, 119.4987042],
  ])('pvlib: plane %d/%d, sun at zenith %d, azimuth %d', (tilt, azimuth, zenith, sunAzimuth, expected) => {
    expect(angleOfIncidence({ elevation: 90 - zenith, azimuth: sunAzimuth }, { tilt, azimuth })).toBeCloseTo(
      expected,
      4,
    )
  })
})

describe('incidenceModifier', () => {
  test.each([
    [0, 1],
    [22.5, 0.99588039],
    [45, 0.97928932],
    [67.5, 0.9193437],
    [89, 0],
    [95, 0],
  ])('pvlib: %d degrees -> %d', (angle, expected) => {
    expect(incidenceModifier(Math.cos(angle * RAD))).toBeCloseTo(expected, 7)
  })
})

describe('planeOfArray', () => {
  // pvlib's Hay-Davies test: 32.2 N, 111 W, 2014-06-24 at 06, 12 and 18 h, plane 40/180.
  test.each([
    [79.73860422, 316.1949056, 40.46149818, 7.14542956, 66.71410338, 27.1775],
    [1042.48031487, 939.95469881, 118.45831879, 79.43586438, 144.76567754, 102.9949],
    [257.20751138, 646.22886049, 62.03376265, 17.58312878, 287.04104128, 33.1909],
  ])('pvlib: sky diffuse of GHI %d', (ghi, dni, dhi, elevation, azimuth, expected) => {
    const plane = planeOfArray({
      sky: { ghi, dni, dhi },
      sun: { elevation, azimuth },
      extraterrestrial: 1321.1655834833093,
      plane: { tilt: 40, azimuth: 180 },
    })
    expect(Math.abs(plane.skyDiffuse - expected)).toBeLessThan(1e-3)
    expect(plane.global).toBeCloseTo(plane.direct + plane.skyDiffuse + plane.groundReflected, 9)
    expect(plane.effective).toBeLessThanOrEqual(plane.global)
  })

  test('ground reflection is the albedo times what the plane sees of the ground (pvlib: 45 degrees, 1000 W/m2, 0.2)', () => {
    const input = {
      sky: { ghi: 1000, dni: 800, dhi: 200 },
      sun: { elevation: 60, azimuth: 180 },
      extraterrestrial: 1361,
    }
    const plane = planeOfArray({ ...input, plane: { tilt: 45, azimuth: 180 } })
    expect(plane.groundReflected).toBeCloseTo(0.2 * 0.5 * (1 - Math.SQRT1_2) * 1000, 6)
  })

  test('a horizontal plane sees exactly the GHI', () => {
    for (let hour = 5; hour < 18; hour++) {
      const sky = clearSky(Date.parse('2026-06-21T00:00:00Z') + hour * HOUR, SITE)
      const plane = planeOfArray({
        sky,
        sun: sky.sun,
        extraterrestrial: sky.extraterrestrial,
        plane: { tilt: 0, azimuth: 180 },
      })
      expect(Math.abs(plane.global - sky.ghi)).toBeLessThan(0.01 * sky.ghi + 1)
    }
  })
})

describe('clearSky', () => {
  test('is dark at night and adds up by day, all year', () => {
    const from = Date.parse('2026-01-01T00:00:00Z')
    for (let at = from; at < from + 365 * DAY; at += 3.7 * HOUR) {
      const { ghi, dni, dhi, sun } = clearSky(at, SITE)
      if (sun.elevation <= 0) expect([ghi, dni, dhi]).toEqual([0, 0, 0])
      expect(Math.min(ghi, dni, dhi)).toBeGreaterThanOrEqual(0)
      expect(ghi).toBeLessThan(1100)
      expect(ghi).toBeCloseTo(dhi + dni * Math.max(0, Math.sin(sun.elevation * RAD)), 6)
    }
  })

  test('stays near Haurwitz, which knows only the sun', () => {
    const sky = clearSky(Date.parse('2026-06-21T11:30:00Z'), SITE)
    expect(sky.ghi / haurwitz(90 - sky.sun.elevation)).toBeCloseTo(1, 1)
  })
})
