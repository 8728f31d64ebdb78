import { expect, it } from 'vitest'
import type { RecoverOutcome } from '../store/recover.ts'
import { Health } from './health.ts'
import { Recovery } from './recovery.ts'

const OUTCOME: RecoverOutcome = { bad: 'x', salvaged: {}, fromBackup: {}, rebuilt: 0, unreadable: 1, longestStepMs: 5 }
const damage = () => Object.assign(new Error('malformed'), { code: 'SQLITE_CORRUPT' })

function setUp(problem: string | null = null) {
  const health = new Health()
  const state = { now: 0, pending: false, errors: [] as string[], replaced: 0, recovered: 0 }
  const recovery = new Recovery({
    now: () => state.now,
    health,
    isDamage: (error) => (error as { code?: string }).code === 'SQLITE_CORRUPT',
    replace: async () => {
      state.replaced += 1
      state.pending = true
      return 'readings.db.corrupt'
    },
    recover: async () => {
      if (!state.pending) return null
      state.pending = false
      return OUTCOME
    },
    check: async () => problem,
    onRecovered: () => (state.recovered += 1),
    onError: (what) => state.errors.push(what),
  })
  return { health, state, recovery }
}

/** Work that meets the damage until the file is replaced. */
function onFile(state: { replaced: number }, needed = 1) {
  return async () => {
    if (state.replaced < needed) throw damage()
    return 'stored'
  }
}

it('replaces a damaged file once, however many meet it, and does their work again', async () => {
  const { health, state, recovery } = setUp()
  const all = await Promise.all([1, 2, 3].map(() => recovery.guard(onFile(state))))
  expect([all, state.replaced]).toEqual([['stored', 'stored', 'stored'], 1])
  await recovery.recover()
  expect([state.recovered, health.degraded]).toEqual([1, []])
})

it('leaves other errors to whoever asked', async () => {
  const { state, recovery } = setUp()
  await expect(recovery.guard(() => Promise.reject(new Error('full')))).rejects.toThrow('full')
  expect(state.replaced).toBe(0)
})

it('does not replace file after file on a dying disk', async () => {
  const { state, recovery } = setUp()
  await recovery.guard(onFile(state))
  await recovery.recover()
  state.now = 60_000
  await expect(recovery.guard(onFile(state, 2))).rejects.toThrow('malformed')
  state.now = 11 * 60_000
  expect(await recovery.guard(onFile(state, 2))).toBe('stored')
})

it('looks at the file after the start where that was not done before, and goes on with what is pending', async () => {
  const sound = setUp()
  sound.state.pending = true
  await sound.recovery.start(true)
  expect([sound.state.recovered, sound.state.replaced]).toEqual([1, 0])
  const damaged = setUp('page 7 is damaged')
  await damaged.recovery.start(true)
  await damaged.recovery.recover()
  expect([damaged.state.replaced, damaged.state.recovered]).toEqual([1, 1])
})
