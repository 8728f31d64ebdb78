import { expect, it } from 'vitest'
import { DEFAULT_PLANE, effectivePlane, turnBetween, wrongPlane } from './effective-plane.ts'
import type { PlaneFit } from './plane-fit.ts'

const FIT: PlaneFit = {
  ...{ tilt: 23.6, azimuth: 252.3, tiltError: 3, azimuthError: 7 },
  ...{ days: 31, lastDay: 20_600, span: 200, misfit: 0.02 },
}
const UNKNOWN = { tilt: null, azimuth: null }

it('models a roof by its entry, else by its days, else as one to the south', () => {
  expect(effectivePlane({ tilt: 30, azimuth: 180 }, FIT)).toEqual({ tilt: 30, azimuth: 180 })
  expect(effectivePlane({ tilt: 30, azimuth: null }, FIT)).toEqual({ tilt: 30, azimuth: 252 })
  expect(effectivePlane(UNKNOWN, FIT)).toEqual({ tilt: 24, azimuth: 252 })
  expect(effectivePlane(UNKNOWN, { ...FIT, azimuth: 359.8 })).toEqual({ tilt: 24, azimuth: 0 })
  expect(effectivePlane(UNKNOWN, null)).toEqual(DEFAULT_PLANE)
})

it.each([
  ['as entered', { tilt: 25, azimuth: 250 }, {}, null],
  ['within 15 degrees', { tilt: 25, azimuth: 238 }, {}, null],
  ['within three errors', { tilt: 25, azimuth: 233 }, {}, null],
  ['azimuth out', { tilt: 25, azimuth: 180 }, {}, { azimuth: true, tilt: false }],
  ['tilt out', { tilt: 45, azimuth: 250 }, {}, { azimuth: false, tilt: true }],
  ['both out, north between', { tilt: 60, azimuth: 10 }, {}, { azimuth: true, tilt: true }],
  ['tilt of one season', { tilt: 45, azimuth: 250 }, { span: 40 }, null],
  ['a flat roof', { tilt: 3, azimuth: 90 }, { tilt: 5 }, null],
  ['nothing entered', UNKNOWN, {}, null],
] as const)('tells a wrong entry: %s', (_, entered, fit, expected) => {
  const wrong = wrongPlane(entered, { ...FIT, ...fit })
  expect(wrong && { azimuth: wrong.azimuth, tilt: wrong.tilt }).toEqual(expected)
  expect(wrongPlane(entered, null)).toBeNull()
})

it('turns the short way round', () => {
  expect(turnBetween(350, 10)).toBe(20)
  expect(turnBetween(10, 350)).toBe(20)
  expect(turnBetween(90, 270)).toBe(180)
})
