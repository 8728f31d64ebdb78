import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Throttle, Throttles } from './broker-throttle.ts'

let now = 0
beforeEach(() => {
  now = 0
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

async function advance(ms: number) {
  for (let i = 0; i < ms; i += 1) {
    now += 1
    await vi.advanceTimersByTimeAsync(1)
  }
}

function setUp(perSecond: number, burst: number) {
  const passed: number[] = []
  const gone = new Set<number>()
  let told = 0
  const throttle = new Throttle(
    perSecond,
    burst,
    () => {
      told += 1
    },
    () => now,
  )
  let next = 0
  const send = (count: number) => {
    for (let i = 0; i < count; i += 1) {
      const mine = next++
      if (throttle.take()) passed.push(mine)
      else
        throttle.wait(
          () => passed.push(mine),
          () => gone.has(mine),
        )
    }
  }
  return { throttle, passed, gone, send, told: () => told }
}

describe('a throttle', () => {
  it('lets a burst through at once and the rest at its rate, in order', async () => {
    const { send, passed } = setUp(200, 1000)
    send(1500)
    expect(passed).toHaveLength(1000)
    await advance(1000)
    expect(passed.length).toBeGreaterThanOrEqual(1199)
    expect(passed.length).toBeLessThanOrEqual(1200)
    await advance(1600)
    expect(passed).toEqual(Array.from({ length: 1500 }, (_, i) => i))
  })

  it('lets nobody overtake those who wait', async () => {
    const { send, passed, throttle } = setUp(10, 1)
    send(2)
    // There is room again, and the timer is late.
    now += 150
    send(1)
    expect([passed.length, throttle.waiting]).toEqual([1, 2])
    await advance(200)
    expect(passed).toEqual([0, 1, 2])
  })

  it('never allows more than rate and burst, however long it was quiet', async () => {
    const { send, passed } = setUp(100, 50)
    await advance(5000)
    send(500)
    expect(passed).toHaveLength(50)
    await advance(100)
    expect(passed.length).toBeLessThanOrEqual(60)
  })

  it('spends nothing on those who left', async () => {
    const { send, passed, gone } = setUp(10, 1)
    send(102)
    for (let i = 1; i < 101; i += 1) gone.add(i)
    await advance(120)
    expect(passed).toEqual([0, 101])
  })

  it('tells of a flood once in ten seconds', async () => {
    const { send, told } = setUp(10, 1)
    for (let i = 0; i < 21; i += 1) {
      send(11)
      await advance(1000)
    }
    expect(told()).toBe(3)
  })

  it('without a burst lets one through at a time', () => {
    const { send, passed } = setUp(10, 0)
    send(3)
    expect(passed).toEqual([0])
  })
})

it('a principal has one throttle, and none at rate 0', () => {
  const some = new Throttles(10, 1, () => {})
  expect(some.of('a')).toBe(some.of('a'))
  expect(some.of('b')).not.toBe(some.of('a'))
  expect(new Throttles(0, 1, () => {}).of('a')).toBeNull()
})
