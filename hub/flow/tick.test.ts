import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CycleState, ProcessImage } from '../domain/cycle.ts'
import { FIRST_STATE } from '../domain/cycle.ts'
import type { Effect } from '../domain/effect.ts'
import type { PendingEffect } from '../store/cycle.ts'
import { Health } from './health.ts'
import { Tick } from './tick.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const SLOT = 300_000
const TIMEOUT = 2_000
/** A benchmark is published in every slot: an effect a tick. */
function image(slot: number): ProcessImage {
  const now = NOON + slot * SLOT
  const houses = ['a', 'b', 'c'].map((id) => {
    const production = { w: 500 + slot, at: now, series: 'produzione' as const }
    return { id, peakPower: 1000, latest: { production, consumption: null }, node: null }
  })
  return {
    now,
    elapsed: slot * SLOT,
    clockCertain: true,
    listeningSince: 0,
    houses,
    rule: { threshold: 0.85, minHouses: 3 },
    sunElevation: 40,
    loads: null,
  }
}

/** A control database whose next saves do as they are told. */
class FakeControl {
  state: CycleState = FIRST_STATE
  effects: { id: number; effect: Effect; performed: boolean }[] = []
  /** What the next saves do instead of being done at once. */
  readonly faults: ('fail' | 'stall' | 'stall and fail')[] = []
  stalled: (() => void)[] = []

  save = (_at: object, state: CycleState, effects: readonly Effect[]): Promise<PendingEffect[]> => {
    const commit = () => {
      this.state = state
      const rows = effects.map((effect, i) => ({ id: this.effects.length + i + 1, effect, performed: false }))
      this.effects.push(...rows)
      return rows.map(({ id, effect }) => ({ id, effect }))
    }
    const fault = this.faults.shift()
    if (fault === undefined) return Promise.resolve(commit())
    if (fault === 'fail') return Promise.reject(new Error('disk full'))
    return new Promise((resolve, reject) => {
      this.stalled.push(() => (fault === 'stall' ? resolve(commit()) : reject(new Error('disk full'))))
    })
  }
  pending = async () => this.effects.filter((e) => !e.performed)
  markPerformed = async (ids: readonly number[]) => {
    for (const row of this.effects) if (ids.includes(row.id)) row.performed = true
  }
}

function setUp(control = new FakeControl(), more: object = {}) {
  const health = new Health()
  const performed: string[] = []
  let slot = 0
  const tick = new Tick({
    image: () => image(slot),
    load: async () => control.state,
    save: control.save,
    pending: control.pending,
    markPerformed: control.markPerformed,
    perform: async (effect) => void performed.push(nameOf(effect)),
    send: async ({ command }) => void performed.push(`send ${command.id}`),
    health,
    saveTimeoutMs: TIMEOUT,
    ...more,
  })
  /** One tick in its own slot; a stalled save is waited for as long as the tick does. */
  const run = async (at: number) => {
    slot = at
    const done = tick.run()
    await vi.advanceTimersByTimeAsync(TIMEOUT)
    await done
  }
  return { tick, run, control, health, performed }
}

const nameOf = (effect: Effect) => `${effect.kind} ${(effect.at - NOON) / SLOT}`
const saved = (control: FakeControl) =>
  control.effects.map((e) => `${nameOf(e.effect)}${e.performed ? '' : ' pending'}`)
const benchmarks = (...slots: number[]) => slots.map((slot) => `publishBenchmark ${slot}`)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a tick', () => {
  it('saves, performs once and records', async () => {
    const { run, control, performed, health, tick } = setUp()
    await run(0)
    await run(0)
    expect(performed).toEqual(benchmarks(0))
    expect(saved(control)).toEqual(benchmarks(0))
    expect(control.state).toBe(tick.state)
    expect(health.degraded).toEqual([])
  })

  it('saves before it performs', async () => {
    const control = new FakeControl()
    const order: string[] = []
    const { run } = setUp(control, {
      save: (...args: Parameters<FakeControl['save']>) => control.save(...args).finally(() => void order.push('saved')),
      perform: async () => void order.push('performed'),
      markPerformed: async () => void order.push('recorded'),
    })
    await run(0)
    expect(order).toEqual(['saved', 'performed', 'recorded'])
  })

  it('saves nothing when nothing changed', async () => {
    const save = vi.fn(new FakeControl().save)
    const { run } = setUp(undefined, { save })
    await run(0)
    await run(0)
    expect(save).toHaveBeenCalledTimes(1)
  })

  it('that is called while another runs is that one', async () => {
    const { tick, performed } = setUp()
    const calls = [tick.run(), tick.run()]
    expect(calls[0]).toBe(calls[1])
    await Promise.all(calls)
    expect(performed).toEqual(benchmarks(0))
    expect(tick.run()).not.toBe(calls[0])
  })
})

describe('a control database that fails', () => {
  it('leaves the tick to run from memory, and gets everything once it is back', async () => {
    const { run, control, performed, health, tick } = setUp()
    control.faults.push('fail', 'fail')
    await run(0)
    await run(1)
    expect(performed).toEqual(benchmarks(0, 1))
    expect([saved(control), health.details]).toEqual([[], [{ reason: 'control', detail: 'disk full' }]])
    await run(2)
    expect(performed).toEqual(benchmarks(0, 1, 2))
    expect(saved(control)).toEqual(benchmarks(0, 1, 2))
    expect(control.state).toBe(tick.state)
    expect(health.degraded).toEqual([])
    await run(3)
    expect(saved(control)).toEqual(benchmarks(0, 1, 2, 3))
  })

  it('is tried again even when nothing new happens', async () => {
    const { run, control, performed } = setUp()
    control.faults.push('fail')
    await run(0)
    await run(0)
    expect([performed, saved(control)]).toEqual([benchmarks(0), benchmarks(0)])
  })

  it('is not waited for beyond its time, and what it saves after all is saved once', async () => {
    const { run, control, performed, health, tick } = setUp()
    control.faults.push('stall')
    await run(0)
    expect(performed).toEqual(benchmarks(0))
    expect(health.details[0]?.detail).toContain('2000 ms')
    await run(1)
    expect(performed).toEqual(benchmarks(0, 1))
    for (const answer of control.stalled) answer()
    await vi.advanceTimersByTimeAsync(0)
    await run(2)
    expect(performed).toEqual(benchmarks(0, 1, 2))
    expect(saved(control)).toEqual(benchmarks(0, 1, 2))
    expect(control.state).toBe(tick.state)
    expect(health.degraded).toEqual([])
  })

  it('that stalls and then fails gets everything later', async () => {
    const { run, control, performed } = setUp()
    control.faults.push('stall and fail')
    await run(0)
    for (const answer of control.stalled) answer()
    await vi.advanceTimersByTimeAsync(0)
    await run(1)
    expect([performed, saved(control)]).toEqual([benchmarks(0, 1), benchmarks(0, 1)])
  })

  it('is not asked to save again while it has not answered', async () => {
    const { run, control } = setUp()
    control.faults.push('stall', 'stall')
    await run(0)
    await run(1)
    expect(control.stalled).toHaveLength(1)
  })

  it('that could not record once is well with the next tick, though nothing new happens', async () => {
    const control = new FakeControl()
    let faults = 1
    const { run, health } = setUp(control, {
      markPerformed: (ids: readonly number[]) =>
        faults-- > 0 ? Promise.reject(new Error('disk full')) : control.markPerformed(ids),
    })
    await run(0)
    expect(health.degraded).toEqual(['control'])
    await run(0)
    expect(health.degraded).toEqual([])
    expect(control.effects.map(({ performed }) => performed)).toEqual([true])
  })

  it('that cannot record is told again with the next tick; nothing is performed twice', async () => {
    const control = new FakeControl()
    const faults = ['fail', 'stall']
    const { run, performed, health } = setUp(control, {
      markPerformed: (ids: readonly number[]) => {
        const fault = faults.shift()
        if (fault === 'stall') return new Promise<void>(() => {})
        return fault === 'fail' ? Promise.reject(new Error('disk full')) : control.markPerformed(ids)
      },
    })
    await run(0)
    expect([saved(control), health.degraded]).toEqual([['publishBenchmark 0 pending'], ['control']])
    await run(1)
    await run(2)
    expect([performed, saved(control), health.degraded]).toEqual([benchmarks(0, 1, 2), benchmarks(0, 1, 2), []])
  })
})

describe('an effect that cannot be performed', () => {
  it('keeps nothing else from being performed and waits for the next start', async () => {
    const control = new FakeControl()
    const failed: string[] = []
    const performed: string[] = []
    const perform = async (effect: Effect) => {
      if (nameOf(effect) === 'publishBenchmark 0') throw new Error('no broker')
      performed.push(nameOf(effect))
    }
    const { run, health } = setUp(control, { perform, onPerformError: (effect: Effect) => failed.push(nameOf(effect)) })
    await run(0)
    await run(1)
    expect([failed, performed, health.degraded]).toEqual([benchmarks(0), benchmarks(1), []])
    expect(saved(control)).toEqual(['publishBenchmark 0 pending', 'publishBenchmark 1'])
  })
})

describe('a start', () => {
  it('takes up the state, and performs what was saved but not performed', async () => {
    const control = new FakeControl()
    const before = setUp(control, { perform: () => new Promise(() => {}) })
    void before.tick.run()
    await vi.advanceTimersByTimeAsync(0)
    expect(saved(control)).toEqual(['publishBenchmark 0 pending'])

    const { tick, run, performed } = setUp(control)
    await tick.start()
    expect(tick.state).toBe(control.state)
    expect(performed).toEqual(benchmarks(0))
    await run(0)
    expect([performed, saved(control)]).toEqual([benchmarks(0), benchmarks(0)])
  })
})
