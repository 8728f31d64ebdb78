import { describe, expect, test } from 'vitest'
import { World, worldHouse } from '../../test/support/control-world.ts'
import type { LoadDecision } from './decision.ts'
import type { Load } from './load.ts'
import { presetLoad } from './load-presets.ts'
import { HOUR, MINUTE } from './time.ts'

const NOON = Date.UTC(2026, 5, 21, 10)
const pump = (change: Partial<Load> = {}) =>
  presetLoad({ house: 'a', id: 'pump', kind: 'generic', ratedW: 1000, priority: 5, ...change })

/** A world whose houses have the surplus that `sun` says, W by minutes since the start. */
function worldOf(loads: readonly Load[], sun: (minute: number) => number, limitW = 6000, start = NOON) {
  return new World([worldHouse('a', limitW, loads)], start, (_, now) => {
    const w = sun((now - start) / MINUTE)
    return { productionW: 300 + Math.max(0, w), baseW: 300 + Math.max(0, -w) }
  })
}

function run(world: World, minutes: number, each?: (decisions: readonly LoadDecision[], minute: number) => void) {
  for (let s = 0; s < minutes * 60; s += world.stepS) {
    const step = world.step()
    if (step) each?.(step.decisions, world.elapsed / MINUTE)
  }
}

const only = (world: World) => world.step()?.decisions[0] as LoadDecision

describe('surplus', () => {
  test('starts a load after five minutes, and says how long it still takes', () => {
    const world = worldOf([pump()], () => 1500)
    const started: number[] = []
    run(world, 4, (d) => expect(d[0]?.rule).toBe('sustaining'))
    const waiting = only(world)
    expect(waiting.countdown?.to).toBe('on')
    expect(waiting.countdown?.inS).toBeLessThanOrEqual(60)
    run(world, 4, (d, minute) => d[0]?.on && started.push(minute))
    expect(started[0]).toBeCloseTo(5.5, 0)
    expect(world.relay('a/pump').on).toBe(true)
    expect(only(world)).toMatchObject({ rule: 'surplus', act: 'lease', inputs: { surplusW: 1500, thresholdW: 1100 } })
  })

  test('a dip of half a minute begins nothing again, one of two minutes does', () => {
    const short = worldOf([pump()], (m) => (m > 3 && m <= 3.5 ? 0 : 1500))
    run(short, 7)
    expect(short.relay('a/pump').on).toBe(true)
    const long = worldOf([pump()], (m) => (m > 3 && m <= 5 ? 0 : 1500))
    run(long, 7)
    expect(long.relay('a/pump').on).toBe(false)
  })

  test('a load that is on does not hide the surplus it uses', () => {
    const world = worldOf([pump()], () => 1200)
    run(world, 30)
    expect(world.relay('a/pump').on).toBe(true)
  })

  test('a running load is shed after three minutes of import, not before its minimum', () => {
    const world = worldOf([pump({ minOnS: 900 })], (m) => (m < 10 ? 1500 : -500))
    run(world, 15)
    expect(only(world)).toMatchObject({ on: true, rule: 'minOn', alternative: { on: false } })
    run(world, 10)
    expect(world.relay('a/pump').on).toBe(false)
  })

  test('one load starts in a settle window, the first in priority', () => {
    const loads = [pump({ id: 'late', priority: 2 }), pump({ id: 'first', priority: 1 })]
    const world = worldOf(loads, () => 5000)
    const order: string[] = []
    run(world, 12, (d) => {
      for (const { load, on } of d) if (on && !order.includes(load)) order.push(load)
    })
    expect(order).toEqual(['first', 'late'])
    const [first, late] = ['a/first', 'a/late'].map((key) => world.relay(key).changedAt)
    expect((late ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(60_000)
  })

  test('the last in priority is shed first', () => {
    const loads = [pump({ id: 'first', priority: 1, minOnS: 0 }), pump({ id: 'last', priority: 9, minOnS: 0 })]
    const world = worldOf(loads, (m) => (m < 15 ? 5000 : 1400))
    run(world, 25)
    expect([world.relay('a/first').on, world.relay('a/last').on]).toEqual([true, false])
  })

  test('stale data starts nothing and lets a running load go', () => {
    const world = worldOf([pump({ minOnS: 0 })], () => 1500)
    run(world, 10)
    const house = world.houses[0]
    if (house) house.meterStuckAt = world.elapsed
    run(world, 3)
    expect(only(world)).toMatchObject({ on: false, rule: 'stale' })
    run(world, 60)
    expect(world.relay('a/pump').on).toBe(false)
  })
})

describe('the connection', () => {
  test('starts nothing it does not carry, and sheds at once what it no longer carries', () => {
    const world = worldOf([pump({ ratedW: 2000, minOnS: 3600 })], (m) => (m < 10 ? 2500 : -2800), 3300)
    const shed: LoadDecision[] = []
    run(world, 12, (d) => shed.push(...d.filter((one) => one.rule === 'fuse')))
    expect(shed[0]).toMatchObject({ on: false, inputs: { limitW: 3300 }, alternative: { on: true } })
    expect(world.relay('a/pump').on).toBe(false)
    world.houses[0]?.override.set('pump', { on: true, until: world.elapsed + 2 * HOUR })
    run(world, 10)
    expect(world.relay('a/pump').on).toBe(false)
    expect(only(world)).toMatchObject({ on: false, rule: 'fuse', alternative: { on: true, rule: 'override' } })
  })
})

describe('people', () => {
  test('an override beats the plan at once and ends by itself', () => {
    const world = worldOf([pump()], () => -500)
    run(world, 6)
    world.houses[0]?.override.set('pump', { on: true, until: world.elapsed + HOUR })
    expect(only(world)).toMatchObject({ on: true, rule: 'override', countdown: { to: 'auto' } })
    run(world, 58)
    expect(world.relay('a/pump').on).toBe(true)
    run(world, 10)
    expect(world.relay('a/pump').on).toBe(false)
  })

  test('the wall switch is left alone', () => {
    const world = worldOf([pump()], () => -500)
    run(world, 6)
    world.relay('a/pump').wall = true
    run(world, 1)
    expect(only(world)).toMatchObject({ on: true, act: 'leave', rule: 'wallSwitch', countdown: { to: 'auto' } })
  })
})

describe('what a day asks for', () => {
  const needy = (change: Partial<Load> = {}) => pump({ dailyNeed: { runS: 7200, byMin: 18 * 60 }, ...change })

  test('a need is met by its deadline without any sun', () => {
    const world = worldOf([needy()], () => -300)
    run(world, 6 * 60 - 1)
    expect(world.state.loads['a/pump']?.needRunS).toBeGreaterThanOrEqual(7200)
    expect(world.relay('a/pump').on).toBe(false)
  })

  test('it waits for the sun as long as it can', () => {
    const rules = new Set<string>()
    const world = worldOf([needy()], () => -300)
    run(world, 200, (d) => rules.add(d[0]?.rule ?? ''))
    expect(world.relay('a/pump').on).toBe(false)
    run(world, 60, (d) => rules.add(d[0]?.rule ?? ''))
    expect(rules).toContain('mustStart')
  })

  test('it has no more than its most, and starts no oftener than it may', () => {
    const most = worldOf([pump({ dailyMaxS: 3600 })], () => 3000)
    run(most, 120)
    expect(only(most)).toMatchObject({ on: false, rule: 'dailyMax' })
    const worn = worldOf([pump({ startsPerDay: 2, minOnS: 60, minOffS: 60 })], (m) => (m % 20 < 10 ? 3000 : -500))
    let starts = 0
    let was = false
    run(worn, 120, (d) => {
      if (d[0]?.on && !was) starts += 1
      was = d[0]?.on ?? false
    })
    expect(starts).toBe(2)
  })

  test('outside its window it stays off', () => {
    const world = worldOf([pump({ window: { fromMin: 600, toMin: 660 } })], () => 3000)
    run(world, 20)
    expect(only(world)).toMatchObject({ on: false, rule: 'window' })
  })

  test('a program runs to its end in one lease, whatever the sun does, and is due again days later', () => {
    const softener = presetLoad({ house: 'a', id: 'softener', kind: 'softener' })
    const world = worldOf([softener], (m) => (m < 10 ? 2000 : -1000))
    run(world, 20)
    expect(only(world)).toMatchObject({ on: true, rule: 'program', ttlS: 7200 })
    run(world, 130)
    expect(world.relay('a/softener').on).toBe(false)
    expect(world.state.loads['a/softener']?.lastProgramAt).not.toBeNull()
    run(world, 60)
    expect(only(world).rule).toBe('done')
  })

  test('a program that began while the hub looked away is still run to its end', () => {
    const softener = presetLoad({ house: 'a', id: 'softener', kind: 'softener' })
    const world = worldOf([softener], (m) => (m < 6 ? 2000 : -1000))
    while (!world.relay('a/softener').on) world.step()
    world.hubUp = false
    run(world, 10)
    world.hubUp = true
    expect(only(world)).toMatchObject({ on: true, rule: 'program' })
    run(world, 60)
    expect(world.relay('a/softener').on).toBe(true)
  })

  test('a heater runs only with its pump, and asks for it', () => {
    const heater = pump({ id: 'heater', ratedW: 2000, priority: 1, needs: 'pump' })
    const world = worldOf([heater, pump({ ratedW: 200 })], () => 5000)
    let alone = 0
    run(world, 20, () => {
      if (world.relay('a/heater').on && !world.relay('a/pump').on) alone += 1
    })
    expect(alone).toBe(0)
    expect(world.relay('a/heater').on).toBe(true)
  })
})

describe('a water heater rests on its own thermostat', () => {
  const heater = (change: Partial<Load> = {}) =>
    presetLoad({ house: 'a', id: 'boiler', kind: 'waterHeater', ...change })

  test('it is held off before the sun, let go in it, and left to itself when the hub is gone', () => {
    const world = worldOf([heater()], (m) => (m < 120 ? -300 : 2500), 6000, NOON - 4 * HOUR)
    run(world, 60)
    expect(only(world)).toMatchObject({ on: false, act: 'lease' })
    expect(world.relay('a/boiler').on).toBe(false)
    run(world, 90)
    expect(only(world)).toMatchObject({ on: true, act: 'rest' })
    world.relay('a/boiler').calls = true
    const alone = worldOf([heater()], () => -300, 6000, NOON - 4 * HOUR)
    run(alone, 60)
    alone.hubUp = false
    run(alone, 4)
    expect(alone.relay('a/boiler').on).toBe(true)
  })

  test('with nothing fresh to go by it goes back to rest', () => {
    const world = worldOf([heater()], () => -300, 6000, NOON - 4 * HOUR)
    run(world, 60)
    const house = world.houses[0]
    if (house) house.meterStuckAt = world.elapsed
    run(world, 4)
    expect(only(world)).toMatchObject({ on: true, act: 'rest', rule: 'stale' })
  })

  test('its thermostat open for ten minutes is all it needs today', () => {
    const world = worldOf([heater({ thermostatC: 60 })], () => 2500)
    Object.assign(world.relay('a/boiler'), { calls: false, temperatureC: 62 })
    run(world, 15)
    expect(world.state.loads['a/boiler']?.satisfied).toBe(true)
    expect(only(world)).toMatchObject({ on: true, rule: 'satisfied' })
  })
})

test('a cut of the power brings loads back one by one, minutes later', () => {
  const loads = [1, 2, 3].map((priority) => pump({ id: `l${priority}`, priority, minOffS: 60 }))
  const world = worldOf(loads, () => 5000)
  run(world, 20)
  const house = world.houses[0]
  if (!house) throw new Error('no house')
  house.boot += 1
  for (const relay of house.relays) relay.reboot(world.elapsed)
  const back: number[] = []
  const cutAt = world.elapsed
  run(world, 12)
  for (const relay of house.relays) back.push(relay.changedAt - cutAt)
  expect(back.every((ms) => ms >= 2 * MINUTE)).toBe(true)
  const gaps = back.toSorted((a, b) => a - b).map((ms, i, all) => ms - (all[i - 1] ?? ms - MINUTE))
  expect(gaps.every((ms) => ms >= MINUTE)).toBe(true)
})

test('in its first days nothing is switched, and what would have been is said', () => {
  const world = worldOf([pump()], (m) => (m < 60 ? 1500 : -500))
  for (const house of world.houses) house.shadow = true
  const would: boolean[] = []
  run(world, 90, (d) => {
    expect(d[0]).toMatchObject({ on: false, act: 'rest' })
    would.push(d[0]?.shadow?.on ?? false)
  })
  expect(would.filter((on, i) => on && !would[i - 1])).toHaveLength(1)
  expect(would.at(-1)).toBe(false)
  expect(world.relay('a/pump').on).toBe(false)
  world.houses[0]?.override.set('pump', { on: true, until: world.elapsed + HOUR })
  expect(only(world)).toMatchObject({ on: true, act: 'lease', rule: 'override', shadow: null })
})

test('in its first days a load still runs by the timer it had', () => {
  const timed = pump({ timer: { fromMin: 12 * 60 + 30, toMin: 13 * 60 } })
  const world = worldOf([timed], () => -500)
  for (const house of world.houses) house.shadow = true
  run(world, 20)
  expect(world.relay('a/pump').on).toBe(false)
  run(world, 25)
  expect(world.relay('a/pump').on).toBe(true)
  expect(only(world)).toMatchObject({ on: true, act: 'lease', shadow: { on: false } })
  run(world, 20)
  expect(world.relay('a/pump').on).toBe(false)
})

describe('where the settlement nets by the hour', () => {
  const half = () => worldOf([pump({ minOnS: 300, minOffS: 300, startsPerDay: 48 })], () => 600)
  test('a load is cycled inside it, so that it uses what the hour gives', () => {
    const world = half()
    world.settings = { ...world.settings, hourlyNetting: true }
    run(world, 180)
    const usedWh = world.state.loads['a/pump']?.usedWh.reduce((a, b) => a + b, 0) ?? 0
    expect(usedWh).toBeGreaterThan(0.7 * 1800)
    expect(usedWh).toBeLessThanOrEqual(1.1 * 1800)
  })

  test('elsewhere it waits for its power', () => {
    const world = half()
    run(world, 180)
    expect(world.state.loads['a/pump']?.usedWh.every((wh) => wh === 0)).toBe(true)
  })
})
