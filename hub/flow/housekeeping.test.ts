import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { DEFAULT_RETENTION } from '../domain/retention.ts'
import { DAY, HOUR, MINUTE } from '../domain/time.ts'
import type { HousekeepingStep, HousekeepingTask } from '../store/housekeeper.ts'
import { Health } from './health.ts'
import type { HousekeepingTally } from './housekeeping.ts'
import { Housekeeping, STEADY_BEFORE_DELETING } from './housekeeping.ts'

const NOON = Date.UTC(2026, 5, 21, 12)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function setUp(answers: (task: HousekeepingTask, nth: number) => Partial<HousekeepingStep> | Error = () => ({})) {
  const tasks: HousekeepingTask[] = []
  const tallies: HousekeepingTally[] = []
  const errors: unknown[] = []
  const health = new Health()
  const clock = { now: NOON }
  const keeping = new Housekeeping({
    now: () => clock.now,
    settings: () => ({ retention: DEFAULT_RETENTION, zone: 'Europe/Rome' }),
    step: async (task) => {
      tasks.push(task)
      const answer = answers(task, tasks.length)
      if (answer instanceof Error) throw answer
      return { did: 'nothing', rows: 0, afterReading: task.afterReading, tookMs: 4, ...answer }
    },
    health,
    onDone: (tally) => tallies.push(tally),
    onError: (error) => errors.push(error),
  })
  const runAt = async (now: number) => {
    clock.now = now
    const run = keeping.run()
    await vi.advanceTimersByTimeAsync(1000)
    await run
  }
  return { keeping, tasks, tallies, errors, health, runAt, clock }
}

it('goes on step by step until nothing is due, and says what it did', async () => {
  const { runAt, tasks, tallies } = setUp((_, nth) =>
    nth === 1
      ? { did: 'rolled', rows: 3, tookMs: 9 }
      : nth === 2
        ? { did: 'raw', rows: 500, afterReading: 512 }
        : nth === 3
          ? { did: 'slots', rows: 12, afterReading: 512 }
          : {},
  )
  await runAt(NOON)
  expect(tasks.map((t) => t.afterReading)).toEqual([0, 0, 512, 512])
  expect(tallies).toEqual([{ rolledHours: 1, retiredReadings: 500, retiredSlots: 12, longestStepMs: 9 }])
  await runAt(NOON + MINUTE)
  expect([tasks.at(-1)?.afterReading, tallies.length]).toEqual([0, 1])
})

it('leaves the database alone after a step for as long as the step took', async () => {
  const { keeping, tasks } = setUp((_, nth) => (nth < 3 ? { did: 'rolled', tookMs: 40 } : {}))
  const run = keeping.run()
  await vi.advanceTimersByTimeAsync(39)
  expect(tasks).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(tasks).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(40)
  await run
})

it('runs once at a time, and no more once it is stopped', async () => {
  const { keeping, tasks } = setUp(() => ({ did: 'rolled' }))
  const run = keeping.run()
  expect(keeping.run()).toBe(run)
  const stopped = keeping.stop()
  await vi.advanceTimersByTimeAsync(1000)
  await stopped
  await keeping.run()
  expect(tasks).toHaveLength(1)
})

it('deletes only when the clock has gone evenly for an hour, and rolls up meanwhile', async () => {
  const { runAt, tasks } = setUp()
  const deletesAfter = async (from: number) => {
    const before = tasks.length
    for (let at = from; at <= from + STEADY_BEFORE_DELETING; at += MINUTE) await runAt(at)
    const may = tasks.slice(before).map((t) => t.delete)
    expect(may.slice(0, -1)).not.toContain(true)
    return may.at(-1)
  }
  expect(await deletesAfter(NOON)).toBe(true)
  expect(await deletesAfter(NOON + 400 * DAY)).toBe(true)
  expect(await deletesAfter(NOON + 2 * HOUR)).toBe(true)
})

it('does nothing while the hub has no time', async () => {
  const { runAt, tasks } = setUp()
  await runAt(0)
  expect(tasks).toEqual([])
})

it('says once that it fails, and tries again with the next call', async () => {
  const { runAt, health, errors } = setUp((_, nth) => (nth < 3 ? new Error('disk full') : {}))
  await runAt(NOON)
  await runAt(NOON + MINUTE)
  expect([health.degraded, errors.length]).toEqual([['housekeeping'], 1])
  await runAt(NOON + 2 * MINUTE)
  expect(health.degraded).toEqual([])
})
