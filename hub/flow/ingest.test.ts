import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DoubtfulTime } from '../domain/clock-trust.ts'
import type { House } from '../domain/house.ts'
import { DAY } from '../domain/time.ts'
import type { IngestBatch, IngestOutcome } from '../store/ingest-batch.ts'
import { Health } from './health.ts'
import type { Outcome } from './ingest.ts'
import { Ingest } from './ingest.ts'
import { Live } from './live.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const HOUSE: House = {
  id: 'casa_A',
  name: 'A',
  peakPower: 3000,
  tilt: null,
  azimuth: null,
  connectionLimit: null,
  shown: true,
}
const INTERVAL = 20

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A store whose commits are answered one by one, by hand. */
function setUp(now = () => NOON, doubtful: DoubtfulTime | null = null) {
  const commits: {
    batch: IngestBatch
    done: (more?: Partial<IngestOutcome>) => Promise<void>
    fail: (error: unknown) => Promise<void>
  }[] = []
  const store = (batch: IngestBatch) => {
    const { promise, resolve, reject } = Promise.withResolvers<IngestOutcome>()
    const latest = batch.readings.map(
      (r) => [r.house, { production: { w: r.productionW, at: r.at, series: r.series }, consumption: null }] as const,
    )
    const settled = () => vi.advanceTimersByTimeAsync(0).then(() => {})
    commits.push({
      batch,
      done: (more) => {
        resolve({ duplicateReadings: [], duplicateIntervals: [], latest, tookMs: 3, ...more })
        return settled()
      },
      fail: (error) => {
        reject(error)
        return settled()
      },
    })
    return promise
  }
  const live = new Live()
  const health = new Health()
  const ingest = new Ingest({ now, doubtful: () => doubtful, commitIntervalMs: INTERVAL, store, live, health })
  const outcomes: Record<string, Outcome> = {}
  /** Notes an outcome under a name when it is known. */
  const watch = (name: string, promise: Promise<Outcome>) => void promise.then((outcome) => (outcomes[name] = outcome))
  const send = (name: string, w: number, more: object = {}) =>
    watch(name, ingest.reading(HOUSE, 'produzione', { potenza_w: w, ...more }))
  const gather = () => vi.advanceTimersByTimeAsync(INTERVAL)
  return { ingest, commits, live, health, outcomes, watch, send, gather }
}

describe('a message', () => {
  it('is answered only after the commit that holds it, and shown only then', async () => {
    const { send, gather, commits, outcomes, live, ingest } = setUp()
    send('a', 1500)
    expect(commits).toHaveLength(0)
    await gather()
    expect([commits.length, outcomes, live.version]).toEqual([1, {}, 0])
    expect(commits[0]?.batch).toMatchObject({
      now: NOON,
      readings: [{ house: 'casa_A', productionW: 1500, at: NOON }],
      limits: { casa_A: { productionW: 3750, consumptionW: 60_000 } },
    })
    await commits[0]?.done()
    expect(outcomes).toEqual({ a: { kind: 'stored' } })
    expect(live.latestOf(['casa_A']).get('casa_A')?.production?.w).toBe(1500)
    expect(ingest.lastCommitMs).toBe(3)
  })

  it('shares a commit with those of the same moment; those that come meanwhile wait for the next', async () => {
    const { send, gather, commits, outcomes } = setUp()
    send('a', 1)
    send('b', 2)
    await gather()
    send('c', 3)
    await gather()
    expect(commits).toHaveLength(1)
    await commits[0]?.done()
    expect(Object.keys(outcomes)).toEqual(['a', 'b'])
    await gather()
    expect(commits[1]?.batch.readings.map((r) => r.productionW)).toEqual([3])
    await commits[1]?.done()
    expect(outcomes['c']).toEqual({ kind: 'stored' })
  })

  it('that has waited while others were written is written right after them', async () => {
    const { send, gather, commits } = setUp()
    send('a', 1)
    await gather()
    send('b', 2)
    await gather()
    expect(commits).toHaveLength(1)
    await commits[0]?.done()
    expect(commits[1]?.batch.readings.map((r) => r.productionW)).toEqual([2])
  })

  it('does not wait for others where there are a thousand, except for the commit before', async () => {
    const { send, commits } = setUp()
    for (let i = 0; i < 2500; i += 1) send(`${i}`, 1)
    expect(commits.map((c) => c.batch.readings.length)).toEqual([1000])
    await commits[0]?.done()
    expect(commits.map((c) => c.batch.readings.length)).toEqual([1000, 1500])
  })

  it.each<[string, object | Uint8Array, object]>([
    ['implausible', { potenza_w: 9000 }, { reason: 'produzione' }],
    ['undecodable', new TextEncoder().encode('{"potenza_w":'), { reason: 'formato' }],
    ['too old', { potenza_w: 1, ts: (NOON - 8 * DAY) / 1000 }, { reason: 'troppo_vecchia' }],
  ])('that is %s is refused after its refusal is counted', async (_, payload, refusal) => {
    const { ingest, watch, gather, commits, outcomes } = setUp()
    watch('a', ingest.reading(HOUSE, 'produzione', payload))
    await gather()
    expect(outcomes).toEqual({})
    expect(commits[0]?.batch).toMatchObject({ readings: [], refusals: [{ house: 'casa_A', refusal }] })
    await commits[0]?.done()
    expect(outcomes['a']).toMatchObject({ kind: 'refused', refusal })
  })

  it.each<[string, Parameters<Ingest['reading']>[3], number, boolean]>([
    ['8 days old is refused', 'live', NOON, false],
    ['8 days old is taken in a replay', 'replay', NOON, true],
  ])('%s', async (_, age, now, taken) => {
    const { ingest, watch, gather, commits } = setUp(() => now)
    watch('a', ingest.reading(HOUSE, 'produzione', { potenza_w: 1, ts: (NOON - 8 * DAY) / 1000 }, age))
    await gather()
    expect(commits[0]?.batch.readings).toHaveLength(taken ? 1 : 0)
  })

  it('of any age is taken while the clock is in doubt, and is in doubt itself where the hub dates it', async () => {
    const doubt = { machineRun: 'run', offset: 0 }
    const { send, gather, commits } = setUp(() => Date.UTC(1970, 0, 2), doubt)
    send('own clock', 1, { ts: NOON / 1000 })
    send('no clock', 2)
    send('age', 3, { eta_s: 60 })
    await gather()
    expect(commits[0]?.batch).toMatchObject({
      now: Number.POSITIVE_INFINITY,
      readings: [{ at: NOON }, { at: Date.UTC(1970, 0, 2) }, { at: Date.UTC(1970, 0, 2) - 60_000 }],
      doubtful: new Map([
        [1, doubt],
        [2, doubt],
      ]),
    })
  })

  it('that was stored before is a duplicate, whatever else the commit holds', async () => {
    const { send, gather, commits, outcomes, ingest, watch } = setUp()
    send('a', 1, { boot: 1, seq: 1 })
    send('b', 9000)
    send('c', 2, { boot: 1, seq: 1 })
    const interval = { house: 'casa_A', at: NOON - DAY, durationMs: 3_600_000, producedWh: 1, consumedWh: null }
    watch('d', ingest.interval(HOUSE, interval))
    watch('e', ingest.interval(HOUSE, interval))
    watch('f', ingest.interval(HOUSE, { ...interval, producedWh: 4000 }))
    await gather()
    await commits[0]?.done({ duplicateReadings: [1], duplicateIntervals: [1] })
    expect(
      Object.entries(outcomes)
        .map(([name, { kind }]) => `${name} ${kind}`)
        .sort(),
    ).toEqual(['a stored', 'b refused', 'c duplicate', 'd stored', 'e duplicate', 'f refused'])
    expect(commits[0]?.batch.refusals.map((r) => r.refusal.reason)).toEqual(['produzione', 'produzione'])
  })

  it('of a node is shown once it is stored, and refused when it is none', async () => {
    const { ingest, watch, gather, commits, outcomes, live } = setUp()
    const bytes = (text: string) => new TextEncoder().encode(text)
    watch('a', ingest.status('casa_A', bytes('{"online":true,"boot":3}')))
    watch('b', ingest.status('casa_A', bytes('online')))
    await gather()
    expect(live.node('casa_A')).toBeNull()
    await commits[0]?.done()
    expect(live.node('casa_A')).toMatchObject({ online: true, boot: 3, at: NOON })
    expect([outcomes['a']?.kind, outcomes['b']?.kind]).toEqual(['stored', 'refused'])
  })
})

describe('storage that fails', () => {
  it('fails everybody in the group, is said, and recovers', async () => {
    const { send, gather, commits, outcomes, health, live, ingest, watch } = setUp()
    send('a', 1)
    send('b', 9000)
    watch('c', ingest.status('casa_A', new TextEncoder().encode('{"online":true}')))
    watch(
      'd',
      ingest.interval(HOUSE, { house: 'casa_A', at: NOON - DAY, durationMs: 1000, producedWh: 0, consumedWh: null }),
    )
    await gather()
    await commits[0]?.fail(Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' }))
    const failed = { kind: 'failed', code: 'SQLITE_FULL' }
    expect(outcomes).toEqual({ a: failed, b: failed, c: failed, d: failed })
    expect(health.details).toEqual([{ reason: 'storage', detail: 'SQLITE_FULL: database or disk is full' }])
    expect([live.version, live.node('casa_A')]).toEqual([0, null])
    send('e', 2)
    await gather()
    expect(commits[1]?.batch.readings).toHaveLength(1)
    await commits[1]?.done()
    expect([outcomes['e'], health.degraded]).toEqual([{ kind: 'stored' }, []])
  })

  it('does not hold up those that came meanwhile', async () => {
    const { send, gather, commits, outcomes } = setUp()
    send('a', 1)
    await gather()
    send('b', 2)
    await commits[0]?.fail(new Error('gone'))
    await gather()
    await commits[1]?.done()
    expect(outcomes).toEqual({ a: { kind: 'failed', code: 'INTERNAL' }, b: { kind: 'stored' } })
  })
})

describe('flush', () => {
  it('commits what is pending at once, and what is added meanwhile', async () => {
    const { send, commits, outcomes, ingest } = setUp()
    let flushed = false
    send('a', 1)
    const flush = ingest.flush().then(() => (flushed = true))
    await vi.advanceTimersByTimeAsync(0)
    send('b', 2)
    expect(commits).toHaveLength(1)
    await commits[0]?.done()
    expect([commits.length, flushed]).toEqual([2, false])
    await commits[1]?.done()
    await flush
    expect(Object.keys(outcomes)).toEqual(['a', 'b'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('of nothing is done', async () => {
    const { ingest, commits } = setUp()
    await ingest.flush()
    expect(commits).toHaveLength(0)
  })
})
