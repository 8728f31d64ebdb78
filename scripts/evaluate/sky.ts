import { ineichen } from '../../hub/domain/irradiance.ts'
import { sunPosition } from '../../hub/domain/sun.ts'
import type { Row } from './row.ts'
import { atMost, rowOf } from './row.ts'

const GROUP = 'sky'

/** Positions of the NREL SPA: the report's own example (refraction of 820 hPa and 11 C taken out), and those pvlib's tests assert. */
const SPA = [
  ['2003-10-17T12:30:30-07:00', 39.742476, -105.1786, 39.872046, 194.34024],
  ['2014-06-24T06:00:00-07:00', 32.2, -111, 7.02294379, 66.71410338],
  ['2014-06-24T12:00:00-07:00', 32.2, -111, 79.43274234, 144.76567754],
  ['2014-06-24T18:00:00-07:00', 32.2, -111, 17.53096444, 287.04104128],
] as const

/** Zenith, airmass, turbidity, altitude, extraterrestrial W/m2 -> GHI, DNI, DHI in W/m2, as pvlib's tests assert. */
const INEICHEN = [
  [10, 1, 3, 0, 1370, 1042.72590228, 946.35279683, 110.75033088],
  [10, 1, 3, 2000, 1364, 1134.24312405, 994.95377835, 154.40492924],
  [82.85457044, 6.97935524, 3, 0, 1364, 65.49426624, 321.16092181, 25.54562017],
  [40, 1, 2, 0, 1364, 839.40909243, 1014.38807396, 62.3427452],
  [80, 10, 4, 0, 1364, 43.72365587, 75.80970012, 30.5594396],
] as const

/** The models of the sky against published values. */
export function evaluateSky(): Row[] {
  const RAD = Math.PI / 180
  const angles = SPA.map(([at, latitude, longitude, elevation, azimuth]) => {
    const sun = sunPosition(Date.parse(at), { latitude, longitude })
    const cosine =
      Math.sin(sun.elevation * RAD) * Math.sin(elevation * RAD) +
      Math.cos(sun.elevation * RAD) * Math.cos(elevation * RAD) * Math.cos((sun.azimuth - azimuth) * RAD)
    return Math.acos(Math.min(1, cosine)) / RAD
  })
  const watts = INEICHEN.map(([zenith, airmass, turbidity, altitude, e0, ghi, dni, dhi]) => {
    const sky = ineichen({ zenith, airmass, turbidity, altitude, extraterrestrial: e0 })
    return Math.max(Math.abs(sky.ghi - ghi), Math.abs(sky.dni - dni), Math.abs(sky.dhi - dhi))
  })
  return [
    rowOf(GROUP, `sun against NREL SPA, worst of ${SPA.length}`, Math.max(...angles), 'deg', {
      goal: atMost(0.02, 'deg'),
      digits: 4,
    }),
    rowOf(GROUP, `Ineichen against published values, worst of ${INEICHEN.length}`, Math.max(...watts), 'W/m2', {
      goal: atMost(5, 'W/m2'),
      digits: 3,
    }),
  ]
}
