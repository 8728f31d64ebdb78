import { expect, it } from 'vitest'
import { GRID, streetDays, TURIN, times } from '../../test/support/clear-street.ts'
import type { Roof } from './community-day.ts'
import { turnBetween } from './effective-plane.ts'
import { fitPlane, LEAST_FIT_DAYS } from './plane-fit.ts'

const PLANES = [
  { tilt: 26, azimuth: 206 },
  { tilt: 20, azimuth: 95 },
  { tilt: 35, azimuth: 262 },
]
const ROOFS: readonly Roof[] = PLANES.map((plane, i) => ({ id: `roof_${i}`, peakPower: 3000 + 700 * i, plane }))
const DAYS = streetDays(170, undefined, ROOFS)

function made(id: string, days = DAYS) {
  return days.map(({ day, houses }) => ({
    day,
    produced: houses.get(id)?.produced ?? new Float64Array(24).fill(Number.NaN),
  }))
}

it('finds the plane of a roof from hours under a changing sky', () => {
  for (const [i, plane] of PLANES.entries()) {
    const fit = fitPlane(made(`roof_${i}`), GRID, TURIN)
    expect(Math.abs((fit?.tilt ?? 0) - plane.tilt)).toBeLessThan(4)
    expect(turnBetween(fit?.azimuth ?? 0, plane.azimuth)).toBeLessThan(6)
    expect(fit?.days).toBeGreaterThan(LEAST_FIT_DAYS)
    expect(fit?.misfit).toBeLessThan(0.03)
  }
})

it('is surer of a roof the more seasons its days are of', () => {
  const short = fitPlane(made('roof_0', DAYS.slice(0, 40)), GRID, TURIN)
  const long = fitPlane(made('roof_0'), GRID, TURIN)
  expect(short?.span).toBeLessThan(40)
  expect(long?.tiltError).toBeLessThan((short?.tiltError ?? 0) * 0.75)
})

it('is not led astray by two hours of shade', () => {
  const shaded = DAYS.map((day) => ({
    ...day,
    houses: new Map([...day.houses].map(([id, d]) => [id, times(d, (h) => (h === 8 || h === 9 ? 0.4 : 1))])),
  }))
  const fit = fitPlane(made('roof_2', shaded), GRID, TURIN)
  expect(turnBetween(fit?.azimuth ?? 0, 262)).toBeLessThan(12)
})

it('says nothing where too few days are clear, nothing is made, or no single plane fits', () => {
  expect(fitPlane([], GRID, TURIN)).toBeNull()
  expect(fitPlane(made('roof_0', DAYS.slice(0, 4)), GRID, TURIN)).toBeNull()
  expect(fitPlane(made('nobody'), GRID, TURIN)).toBeNull()
  const dark = made('roof_0').map((day) => ({ ...day, produced: new Float64Array(24) }))
  expect(fitPlane(dark, GRID, TURIN)).toBeNull()
  const night = made('roof_0').map(({ day, produced }) => ({
    day,
    produced: produced.map((_, h) => (h < 5 ? 900 : 0)),
  }))
  expect(fitPlane(night, GRID, TURIN)).toBeNull()
})
