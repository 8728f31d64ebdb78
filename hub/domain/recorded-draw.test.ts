import { expect, test } from 'vitest'
import { onTimes, withoutDraws } from './recorded-draw.ts'

const STEP = 300_000
const sample = (n: number, baseW: number) => ({ at: n * STEP, productionW: 0, baseW })
const draws = (watts: readonly number[], ...loads: Parameters<typeof withoutDraws>[2]) =>
  withoutDraws(
    watts.map((w, n) => sample(n, w)),
    STEP,
    loads,
  ).map(({ baseW }) => baseW)

test('what a load drew is taken out for as long as its relay was on, and nothing while its thermostat was open', () => {
  const heater = { ratedW: 2000, on: [{ from: STEP / 2, to: 3 * STEP }] }
  expect(draws([1300, 2300, 400, 300], heater)).toEqual([300, 300, 400, 300])
})

test('of two loads each takes its own, and no more than there is', () => {
  const on = [{ from: 0, to: STEP }]
  expect(draws([3100], { ratedW: 2000, on }, { ratedW: 1000, on })).toEqual([100])
  expect(draws([1800], { ratedW: 2000, on }, { ratedW: 1000, on })).toEqual([0])
})

test('a relay was on from its switching on to whatever comes next', () => {
  const span = { from: 0, to: 100 }
  const at = (time: number, on: boolean | null) => ({ at: time, on })
  expect(onTimes(true, [at(10, false), at(20, true), at(30, true), at(40, null), at(90, true)], span)).toEqual([
    { from: 0, to: 10 },
    { from: 20, to: 40 },
    { from: 90, to: 100 },
  ])
  expect(onTimes(null, [], span)).toEqual([])
})
