import { apparentElevation, type Position, type SunPosition, sunPosition } from './sun.ts'
import { DAY } from './time.ts'

/** Irradiance of the sky, W/m2, pvlib's names: global and diffuse on the horizontal, direct on a plane facing the sun. */
export interface SkyIrradiance {
  readonly ghi: number
  readonly dni: number
  readonly dhi: number
}

/** A tilted plane, degrees: tilt from horizontal, azimuth from north (180 = south). */
export interface Plane {
  readonly tilt: number
  readonly azimuth: number
}

/** Irradiance on a plane, W/m2. `effective` is what gets through the glass: direct and circumsolar light lose `incidenceModifier`. */
export interface PlaneIrradiance {
  readonly direct: number
  readonly skyDiffuse: number
  readonly groundReflected: number
  readonly global: number
  readonly effective: number
}

/** A place with its height over the sea in m; 0 where it is not known. */
export interface Site extends Position {
  readonly altitude?: number
}

const RAD = Math.PI / 180
const J2000 = 946_728_000_000

/** Total solar irradiance at one astronomical unit, W/m2 (Gueymard 2018). */
export const SOLAR_CONSTANT = 1361.1

/** Linke turbidity of fairly clean air; 2 very clean, 4 a hazy summer day in a plain. */
export const DEFAULT_TURBIDITY = 3

const DEFAULT_ALBEDO = 0.2

/** Below 1 degree of elevation the ratio of plane to horizontal direct light grows without meaning. */
const MIN_COS_ZENITH = Math.cos(89 * RAD)

/**
 * Irradiance outside the atmosphere on a plane facing the sun, W/m2, at `at` (epoch ms, UTC).
 * Distance of the sun as in the Astronomical Almanac's low-precision formulas. Worked value: early January -> 1407.
 */
export function extraterrestrial(at: number): number {
  const anomaly = (357.529 + 0.98560028 * ((at - J2000) / DAY)) * RAD
  const distance = 1.00014 - 0.01671 * Math.cos(anomaly) - 0.00014 * Math.cos(2 * anomaly)
  return SOLAR_CONSTANT / (distance * distance)
}

/**
 * Relative optical airmass at an apparent zenith in degrees (Kasten and Young 1989); infinite below the horizon.
 * Pressure falls with `altitude` (m) and the airmass with it, by exp(-altitude/8435.2). Worked value: 80 -> 5.586.
 */
export function airmass(zenith: number, altitude = 0): number {
  if (zenith > 90) return Number.POSITIVE_INFINITY
  return Math.exp(-altitude / 8435.2) / (Math.cos(zenith * RAD) + 0.50572 * (96.07995 - zenith) ** -1.6364)
}

/** Clear-sky GHI, W/m2, from the apparent zenith (degrees) alone (Haurwitz 1945). Worked value: 60 -> 487.9. */
export function haurwitz(zenith: number): number {
  const c = Math.cos(zenith * RAD)
  return c <= 0 ? 0 : 1098 * c * Math.exp(-0.059 / c)
}

/**
 * Clear sky, W/m2 (Ineichen and Perez 2002): apparent zenith in degrees, airmass, extraterrestrial irradiance in W/m2, altitude in m.
 * All zero below the horizon. Worked value: zenith 10, airmass 1, E0 1370, turbidity 3 -> GHI 1042.7, DNI 946.4, DHI 110.8.
 */
export function ineichen(input: {
  readonly zenith: number
  readonly airmass: number
  readonly extraterrestrial: number
  readonly altitude?: number
  readonly turbidity?: number
}): SkyIrradiance {
  const { zenith, airmass: mass, extraterrestrial: e0, altitude = 0, turbidity = DEFAULT_TURBIDITY } = input
  const c = Math.cos(zenith * RAD)
  if (c <= 0) return { ghi: 0, dni: 0, dhi: 0 }
  const f1 = Math.exp(-altitude / 8000)
  const f2 = Math.exp(-altitude / 1250)
  const a1 = 5.09e-5 * altitude + 0.868
  const a2 = 3.92e-5 * altitude + 0.0387
  const ghi = a1 * e0 * c * Math.exp(-a2 * mass * (f1 + f2 * (turbidity - 1)))
  const direct = e0 * (0.664 + 0.163 / f1) * Math.exp(-0.09 * mass * (turbidity - 1))
  const directLimit = (ghi / c) * Math.max(0, 1 - (0.1 - 0.2 * Math.exp(-turbidity)) / (0.1 + 0.882 / f1))
  const dni = Math.min(direct, directLimit)
  return { ghi, dni, dhi: ghi - dni * c }
}

/** Sun, extraterrestrial irradiance and clear sky at one instant and place. `sun.elevation` includes refraction. */
export interface ClearSky extends SkyIrradiance {
  readonly sun: SunPosition
  readonly extraterrestrial: number
}

/** The cloudless sky over `site` at `at` (epoch ms, UTC), W/m2: sun position, airmass and Ineichen put together. */
export function clearSky(at: number, site: Site, turbidity: number = DEFAULT_TURBIDITY): ClearSky {
  const altitude = site.altitude ?? 0
  const geometric = sunPosition(at, site)
  const sun = { elevation: apparentElevation(geometric.elevation), azimuth: geometric.azimuth }
  const zenith = 90 - sun.elevation
  const e0 = extraterrestrial(at)
  const sky = ineichen({ zenith, airmass: airmass(zenith, altitude), extraterrestrial: e0, altitude, turbidity })
  return { ...sky, sun, extraterrestrial: e0 }
}

/**
 * Direct and diffuse parts of a known GHI (Erbs, Klein and Duffie 1982), W/m2; zenith in degrees. Above 87 degrees all is diffuse.
 * Worked value: GHI 1000, zenith 10, E0 1320.6 -> DNI 842, DHI 170.
 */
export function erbs(ghi: number, zenith: number, e0: number): SkyIrradiance {
  const c = Math.cos(zenith * RAD)
  if (zenith > 87 || ghi <= 0) return { ghi: Math.max(0, ghi), dni: 0, dhi: Math.max(0, ghi) }
  const k = Math.min(1, ghi / (e0 * Math.max(c, 0.065)))
  const dhi = ghi * diffuseFraction(k)
  return { ghi, dni: (ghi - dhi) / c, dhi }
}

function diffuseFraction(k: number): number {
  if (k <= 0.22) return 1 - 0.09 * k
  if (k <= 0.8) return 0.9511 + k * (-0.1604 + k * (4.388 + k * (-16.638 + k * 12.336)))
  return 0.165
}

/** Cosine of the angle between the sun and the normal of a plane: 1 face on, negative when the sun is behind it. */
export function cosIncidence(sun: SunPosition, plane: Plane): number {
  const elevation = sun.elevation * RAD
  const tilt = plane.tilt * RAD
  const turned = (sun.azimuth - plane.azimuth) * RAD
  const cosine = Math.sin(elevation) * Math.cos(tilt) + Math.cos(elevation) * Math.sin(tilt) * Math.cos(turned)
  return Math.min(1, Math.max(-1, cosine))
}

/** The same as an angle, degrees, 0..180. */
export function angleOfIncidence(sun: SunPosition, plane: Plane): number {
  return Math.acos(cosIncidence(sun, plane)) / RAD
}

/** Share of direct light that enters the glass, 0..1, by the cosine of incidence (ASHRAE 93, b0 = 0.05). Worked value: 45 degrees -> 0.979. */
export function incidenceModifier(cosine: number): number {
  return cosine <= 0 ? 0 : Math.max(0, 1 - 0.05 * (1 / cosine - 1))
}

/**
 * Irradiance on a tilted plane, W/m2 (Hay and Davies 1980): diffuse light is partly circumsolar, the rest isotropic; the ground
 * reflects GHI by `albedo` (0..1). A sun below the horizon gives diffuse light only. Nothing is ever negative for a sky that is not.
 */
export function planeOfArray(input: {
  readonly sky: SkyIrradiance
  readonly sun: SunPosition
  readonly extraterrestrial: number
  readonly plane: Plane
  readonly albedo?: number
}): PlaneIrradiance {
  const { sky, sun, plane, albedo = DEFAULT_ALBEDO } = input
  const cosZenith = Math.sin(sun.elevation * RAD)
  const facing = cosZenith <= 0 ? 0 : Math.max(0, cosIncidence(sun, plane))
  const skyView = (1 + Math.cos(plane.tilt * RAD)) / 2
  const anisotropy = sky.dni / input.extraterrestrial
  const direct = sky.dni * facing
  const circumsolar = (sky.dhi * anisotropy * facing) / Math.max(cosZenith, MIN_COS_ZENITH)
  const isotropic = sky.dhi * (1 - anisotropy) * skyView
  const groundReflected = sky.ghi * albedo * (1 - skyView)
  return {
    direct,
    skyDiffuse: circumsolar + isotropic,
    groundReflected,
    global: direct + circumsolar + isotropic + groundReflected,
    effective: (direct + circumsolar) * incidenceModifier(facing) + isotropic + groundReflected,
  }
}
