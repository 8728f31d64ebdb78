import type { House } from './house.ts'
import type { Plane } from './irradiance.ts'
import type { PlaneFit } from './plane-fit.ts'

/** A roof of which nothing is known, degrees. */
export const DEFAULT_PLANE: Plane = { tilt: 20, azimuth: 180 }

type Entered = Pick<House, 'tilt' | 'azimuth'>

/** The plane a house is modelled by: what was entered, else what its clear days tell, else 20 degrees to the south. */
export function effectivePlane(house: Entered, fit: PlaneFit | null): Plane {
  const { tilt, azimuth } = fit ?? DEFAULT_PLANE
  return { tilt: house.tilt ?? Math.round(tilt), azimuth: house.azimuth ?? Math.round(azimuth) % 360 }
}

/** Entries are wrong only when they are out by this much, degrees, and by so many of the fit's own errors. */
const LEAST_WRONG = 15
const SURE = 3
/** A tilt shows in the seasons: days of less than these tell it badly. */
const SEASON_DAYS = 60
/** A roof as flat as this faces nowhere; degrees. */
const FLAT = 8

/** Which of a house's entries its clear days contradict, with the fitted plane in whole degrees; null where none is. */
export interface WrongPlane {
  readonly entered: Entered
  readonly fitted: Plane
  readonly tilt: boolean
  readonly azimuth: boolean
}

/** Worked value: entered 25 to 180, fitted 24 to 252, errors 3 and 7 -> the azimuth is wrong. */
export function wrongPlane(house: Entered, fit: PlaneFit | null): WrongPlane | null {
  if (fit === null) return null
  const entered = { tilt: house.tilt, azimuth: house.azimuth }
  const fitted = { tilt: Math.round(fit.tilt), azimuth: Math.round(fit.azimuth) % 360 }
  const isOut = (miss: number, error: number) => miss > LEAST_WRONG && miss > SURE * error
  const tilt =
    entered.tilt !== null && fit.span >= SEASON_DAYS && isOut(Math.abs(entered.tilt - fit.tilt), fit.tiltError)
  const isFlat = fit.tilt < FLAT || (entered.tilt !== null && entered.tilt < FLAT)
  const azimuth =
    entered.azimuth !== null && !isFlat && isOut(turnBetween(entered.azimuth, fit.azimuth), fit.azimuthError)
  return tilt || azimuth ? { entered, fitted, tilt, azimuth } : null
}

/** Angle between two directions, 0..180 degrees. */
export function turnBetween(a: number, b: number): number {
  const turn = (((a - b) % 360) + 360) % 360
  return Math.min(turn, 360 - turn)
}
