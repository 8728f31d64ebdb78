import { expect, test } from 'vitest'
import type { Outlook } from './outlook.ts'
import { planLoads } from './plan.ts'

const HOUR = 3_600_000
const sure = (...surplusW: number[]): Outlook => ({
  starts: surplusW.map((_, i) => (i + 1) * HOUR),
  scenarios: [{ surplusW, weight: 1 }],
})
const open = [true, true, true, true]
const heater = { id: 'heater', ratedW: 2000, needS: 7200, open }

test('what the last hour still needed will bring is what now must bring', () => {
  expect(planLoads(sure(500, 2500, 1500), [heater]).get('heater')).toEqual({
    thresholdW: 1500,
    must: false,
    hours: [2 * HOUR, 3 * HOUR],
  })
})

test('part of the power is worth taking when nothing better comes', () => {
  expect(planLoads(sure(300, 200, 100), [heater]).get('heater')?.thresholdW).toBe(200)
})

test('with one hour less to come than it needs there is nothing to wait for', () => {
  expect(planLoads(sure(2500), [heater]).get('heater')?.must).toBe(true)
})

test('hours it may not run in do not count', () => {
  const plan = planLoads(sure(500, 2500, 1500, 2500), [{ ...heater, open: [true, true, false, false] }])
  expect(plan.get('heater')).toEqual({ thresholdW: 500, must: false, hours: [HOUR, 2 * HOUR] })
})

test('a need that is met, or all but, has no plan', () => {
  expect(planLoads(sure(500), [{ ...heater, needS: 0 }]).size).toBe(0)
  expect(planLoads(sure(500), [{ ...heater, needS: 30 }]).size).toBe(0)
})

test('a few seconds of need are not another hour', () => {
  expect(planLoads(sure(500, 2500), [{ ...heater, needS: 3630 }]).get('heater')?.thresholdW).toBe(2000)
})

test('the greater load chooses first, and the other takes what it leaves', () => {
  const car = { id: 'car', ratedW: 3700, needS: 3600, open }
  const plans = planLoads(sure(1000, 4000, 1800), [{ ...heater, needS: 3600 }, car])
  expect(plans.get('car')?.hours).toEqual([2 * HOUR])
  expect(plans.get('heater')).toEqual({ thresholdW: 1800, must: false, hours: [3 * HOUR] })
})

test('what may go either way is weighed', () => {
  const starts = [HOUR, 2 * HOUR]
  const scenarios = [
    { surplusW: [0, 3000], weight: 3 },
    { surplusW: [0, 0], weight: 1 },
  ]
  expect(planLoads({ starts, scenarios }, [{ ...heater, needS: 3600 }]).get('heater')?.thresholdW).toBe(1500)
})

test('with nothing to go by a modest surplus will do', () => {
  const plan = planLoads({ starts: [HOUR, 2 * HOUR], scenarios: [] }, [heater]).get('heater')
  expect(plan).toMatchObject({ thresholdW: 500, must: false })
})
