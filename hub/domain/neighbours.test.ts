import { expect, test } from 'vitest'
import { World, worldHouse } from '../../test/support/control-world.ts'
import type { Load } from './load.ts'
import { presetLoad } from './load-presets.ts'

const NOON = Date.UTC(2026, 5, 21, 10)
const load = (house: string, change: Partial<Load> = {}) =>
  presetLoad({ house, id: 'pump', kind: 'generic', ratedW: 1000, neighbourWh: 5000, minOnS: 300, ...change })

/** Balances of the houses without their loads, W. */
function street(balances: Readonly<Record<string, number>>, loads: readonly Load[]) {
  const houses = Object.keys(balances).map((id) =>
    worldHouse(
      id,
      6000,
      loads.filter((l) => l.house === id),
    ),
  )
  return new World(houses, NOON, (house) => {
    const w = balances[house] ?? 0
    return { productionW: Math.max(0, w), baseW: Math.max(0, -w) }
  })
}

function run(world: World, minutes: number) {
  for (let s = 0; s < minutes * 60; s += world.stepS) world.step()
}

const decision = (world: World, house: string) => world.step()?.decisions.find((d) => d.house === house)

test('a house that agreed runs on what its neighbours have left', () => {
  const world = street({ a: -300, b: 2500 }, [load('a')])
  run(world, 4)
  expect(world.relay('a/pump').on).toBe(false)
  run(world, 4)
  expect(decision(world, 'a')).toMatchObject({
    on: true,
    rule: 'neighbour',
    alternative: { on: false, rule: 'noSurplus' },
  })
})

test('one that did not agree does not', () => {
  const world = street({ a: -300, b: 2500 }, [load('a', { neighbourWh: null })])
  run(world, 30)
  expect(world.relay('a/pump').on).toBe(false)
})

test('what the neighbours use themselves is not left', () => {
  const world = street({ a: -300, b: 2500, c: -1500 }, [load('a')])
  run(world, 30)
  expect(world.relay('a/pump').on).toBe(false)
})

test('it ends with the Wh agreed for the day', () => {
  const world = street({ a: -300, b: 2500 }, [load('a', { neighbourWh: 1000 })])
  run(world, 120)
  expect(world.relay('a/pump').on).toBe(false)
  const taken = world.state.loads['a/pump']?.neighbourWh ?? 0
  expect(taken).toBeGreaterThanOrEqual(1000)
  expect(taken).toBeLessThan(1100)
})

test('who gave gets the credit that who took pays', () => {
  const world = street({ a: -300, b: 2400, c: 1200 }, [load('a')])
  run(world, 90)
  const credit = (house: string) => world.state.houses[house]?.creditWh ?? 0
  expect(credit('a')).toBeLessThan(-500)
  expect(credit('a') + credit('b') + credit('c')).toBeCloseTo(0, 6)
  expect(credit('b') / credit('c')).toBeCloseTo(2, 6)
})

test('there is enough for one: the house with the most credit has it', () => {
  const world = street({ a: -300, b: 2000, c: -300 }, [load('a'), load('c')])
  run(world, 1)
  const known = world.state.houses['c']
  if (!known) throw new Error('no house c')
  world.state = { ...world.state, houses: { ...world.state.houses, c: { ...known, creditWh: 700 } } }
  run(world, 20)
  expect([world.relay('a/pump').on, world.relay('c/pump').on]).toEqual([false, true])
})

test('the feeder carries no more than it may', () => {
  const world = street({ a: -300, b: 5000, c: -300 }, [load('a'), load('c')])
  world.settings = { ...world.settings, feederW: 1500 }
  run(world, 30)
  expect([world.relay('a/pump').on, world.relay('c/pump').on].filter(Boolean)).toHaveLength(1)
})

test('starts of the street are a settle window apart', () => {
  const world = street({ a: -300, b: 5000, c: -300 }, [load('a'), load('c')])
  run(world, 30)
  const [first = 0, second = 0] = ['a/pump', 'c/pump'].map((key) => world.relay(key).changedAt).sort((x, y) => x - y)
  expect(second - first).toBeGreaterThanOrEqual(60_000)
})
