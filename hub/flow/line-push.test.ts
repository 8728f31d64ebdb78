import { expect, it } from 'vitest'
import { emptySlot } from '../domain/slot.ts'
import { DAY, HOUR, MINUTE, SLOT } from '../domain/time.ts'
import { LinePush } from './line-push.ts'

const NOON = Date.UTC(2026, 5, 21, 12)

function pushing() {
  const world = {
    now: NOON,
    problem: null as string | null,
    asked: [] as number[][],
    told: [] as (string | null)[],
    texts: [] as string[],
  }
  const push = new LinePush({
    now: () => world.now,
    slots: async ({ from, to }) => {
      world.asked.push([from, to])
      const energy = { ...emptySlot(), producedWh: 5, productionMeasuredS: 300 }
      return Array.from({ length: (to - from) / SLOT }, (_, i) => ({ start: from + i * SLOT, house: 'a', energy }))
    },
    post: async (text) => {
      if (world.problem === null) world.texts.push(text)
      return world.problem
    },
    onProblem: (problem) => world.told.push(problem),
  })
  const starts = () =>
    world.texts
      .join('')
      .trim()
      .split('\n')
      .map((line) => Number(line.split(' ').at(-1)) * 1000)
  return { world, push, starts }
}

it('begins a day back, an hour at a time, and then goes on where it stands', async () => {
  const { world, push, starts } = pushing()
  await push.run()
  expect(world.asked).toHaveLength(24)
  expect(new Set(starts()).size).toBe(DAY / SLOT)
  expect(Math.max(...starts())).toBe(NOON - 2 * SLOT)
  world.texts = []
  world.now += 5 * MINUTE
  await push.run()
  expect(starts()).toEqual([NOON - 2 * SLOT, NOON - SLOT])
})

it('keeps its place while the other side is away, says so once, and catches up', async () => {
  const { world, push, starts } = pushing()
  await push.run()
  world.problem = 'influx:8086: connection refused.'
  for (let i = 0; i < 5; i += 1) {
    world.now += HOUR
    await push.run()
  }
  expect(world.told).toEqual(['influx:8086: connection refused.'])
  world.texts = []
  world.problem = null
  await push.run()
  expect(world.told).toEqual(['influx:8086: connection refused.', null])
  expect(Math.min(...starts())).toBe(NOON - 2 * SLOT)
  expect(Math.max(...starts())).toBe(NOON + 5 * HOUR - 2 * SLOT)
})
