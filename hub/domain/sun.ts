import { DAY } from './time.ts'

/** A point on Earth, degrees: latitude positive north, longitude positive east. */
export interface Position {
  readonly latitude: number
  readonly longitude: number
}

/** Where the sun stands, degrees: elevation of its centre over the horizon, azimuth from north through east (180 = south). */
export interface SunPosition {
  readonly elevation: number
  readonly azimuth: number
}

/** Air that bends the light: pressure in hPa, temperature in degrees C. */
export interface Air {
  readonly pressure: number
  readonly temperature: number
}

const RAD = Math.PI / 180

/** J2000.0 = 2000-01-01 12:00, epoch ms. */
const J2000 = 946_728_000_000

/** Terrestrial minus universal time, days: about 69 s in the 2020s. A minute of error moves the sun by 0.0007 degrees. */
const DELTA_T = 69 / 86_400

/** Mean equatorial parallax of the sun, degrees. */
const PARALLAX = 0.00244

/**
 * The sun as seen from `place` at `at` (epoch ms, UTC): centre of the disc, without refraction (see `apparentElevation`).
 * Meeus, Astronomical Algorithms, ch. 12, 13 and 25 (low precision): the series of the NOAA solar calculator, with sidereal time
 * in place of its equation of time. Good to about 0.01 degrees from 1950 to 2050. Never throws; NaN in, NaN out.
 * Worked value: 2003-10-17 19:30:30 UTC at 39.742476 N, 105.1786 W -> elevation 39.871, azimuth 194.335.
 */
export function sunPosition(at: number, place: Position): SunPosition {
  const days = (at - J2000) / DAY
  const t = (days + DELTA_T) / 36_525
  const node = (125.04 - 1934.136 * t) * RAD
  const meanAnomaly = (357.52911 + t * (35_999.05029 - 0.0001537 * t)) * RAD
  const centre =
    (1.914602 - t * (0.004817 + 0.000014 * t)) * Math.sin(meanAnomaly) +
    (0.019993 - 0.000101 * t) * Math.sin(2 * meanAnomaly) +
    0.000289 * Math.sin(3 * meanAnomaly)
  const nutation = -0.00478 * Math.sin(node)
  const longitude = (280.46646 + t * (36_000.76983 + 0.0003032 * t) + centre - 0.00569 + nutation) * RAD
  const obliquity = (23.439291 - 0.0130042 * t + 0.00256 * Math.cos(node)) * RAD

  const sinDeclination = Math.sin(obliquity) * Math.sin(longitude)
  const cosDeclination = Math.sqrt(1 - sinDeclination * sinDeclination)
  const rightAscension = Math.atan2(Math.cos(obliquity) * Math.sin(longitude), Math.cos(longitude))
  const sidereal = 280.46061837 + 360.98564736629 * days + nutation * Math.cos(obliquity) + place.longitude
  const hourAngle = (sidereal % 360) * RAD - rightAscension

  const sinLatitude = Math.sin(place.latitude * RAD)
  const cosLatitude = Math.cos(place.latitude * RAD)
  const cosHour = Math.cos(hourAngle)
  const sinElevation = sinLatitude * sinDeclination + cosLatitude * cosDeclination * cosHour
  const elevation = Math.asin(clamp(sinElevation, -1, 1)) / RAD
  const fromSouth = Math.atan2(
    Math.sin(hourAngle) * cosDeclination,
    cosHour * sinLatitude * cosDeclination - sinDeclination * cosLatitude,
  )
  return {
    elevation: elevation - PARALLAX * Math.cos(elevation * RAD),
    azimuth: (fromSouth / RAD + 540) % 360,
  }
}

/**
 * Elevation with atmospheric refraction added, degrees: what an eye or a panel sees. Saemundsson's formula, scaled by pressure
 * and temperature (Meeus, ch. 16); below -1 degrees the sun is out of sight and the elevation comes back unchanged.
 * Worked value: 0 -> 0.48 in standard air.
 */
export function apparentElevation(elevation: number, air: Air = { pressure: 1010, temperature: 10 }): number {
  if (elevation < -1) return elevation
  const minutes = 1.02 / Math.tan((elevation + 10.3 / (elevation + 5.11)) * RAD)
  return elevation + (minutes / 60) * (air.pressure / 1010) * (283 / (273 + air.temperature))
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
