import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { TestHub } from './support/hub-in-process.ts'
import { house, testHub } from './support/hub-in-process.ts'

// A whole hub whose wall clock is set while it runs: real broker, real files. `clock.at` passes time, `clock.step` sets the clock.

const NOON = Date.UTC(2026, 5, 21, 12)
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
let street: TestHub
beforeEach(async () => {
  street = await testHub({ houses: [house('a', 3000), house('b', 3000)], at: NOON })
})
afterEach(() => street.stop())

/** The house makes 1200 W and uses 400 for so many minutes: a message every 10 s. */
async function measure(minutes: number): Promise<void> {
  const node = await street.node('a')
  for (let i = 0; i < minutes * 6; i++) {
    await node.publishAsync('comunita/a/bilancio', '{"produzione_w":1200,"consumo_w":400}', { qos: 1 })
    street.clock.at += 10 * SECOND
  }
  await node.endAsync()
}

async function health(): Promise<{ status: number; reasons: string[] }> {
  const answer = await street.as('technician', '/healthz')
  const { motivi } = (await answer.json()) as { motivi: { reason: string }[] }
  return { status: answer.status, reasons: motivi.map((m) => m.reason) }
}

async function live(): Promise<number[]> {
  const answer = await street.as('reader', '/api/comunita/stato/')
  const { case: houses } = (await answer.json()) as { case: { produzione_w: number }[] }
  return houses.map((h) => h.produzione_w)
}

/** Wh a slot, and the seconds each covers, of all that is stored. */
async function slots(): Promise<{ start: number; wh: number; seconds: number }[]> {
  const rows = await street.hub.store.readings.selectFrom('slot').selectAll().orderBy('start').execute()
  return rows.map((r) => ({ start: r.start, wh: r.produced_wh, seconds: r.production_measured_s }))
}
const sum = async (of: 'wh' | 'seconds') => (await slots()).reduce((total, slot) => total + slot[of], 0)

const dated = () =>
  vi.waitFor(async () => {
    const rows = await street.hub.store.readings.selectFrom('clock_doubt').select('id').execute()
    expect(rows).toEqual([])
  }, 10_000)

it('1970 at boot: readings are kept and shown, and counted where they belong once the clock is set', async () => {
  await measure(5)
  await street.hub.tick()
  await street.restart(() => {
    street.clock.step = -street.clock.at + 30 * SECOND
  })
  expect(await health()).toEqual({ status: 503, reasons: ['clock'] })
  await measure(10)
  expect(await live()).toEqual([1200])
  expect(await sum('seconds')).toBeCloseTo(290, 3)
  // The page says so to whoever looks after the hub.
  const cookie = await street.signIn('tino')
  const page = await (await fetch(`${street.url}/impianto`, { headers: { cookie } })).text()
  expect(page).toContain('L’ora dell’hub non è certa')

  street.clock.step = 0
  await measure(5)
  expect(await health()).toEqual({ status: 200, reasons: [] })
  await dated()
  expect(await sum('seconds')).toBeCloseTo(20 * 60 - 10, 3)
  expect(await sum('wh')).toBeCloseTo((1200 * (20 * 60 - 10)) / 3600, 3)
  expect((await slots()).map((s) => s.start)).toEqual([0, 5, 10, 15].map((m) => NOON + m * MINUTE))
})

it.each([
  ['one day forward and back', 24 * HOUR],
  ['one hour back and forward', -HOUR],
])('%s: nothing is counted twice, negative or on another day, and nothing is switched', async (_, step) => {
  await measure(10)
  await street.hub.tick()
  const before = await street.hub.store.view.selectFrom('alert').selectAll().execute()
  street.clock.step = step
  await street.hub.tick()
  expect(await live()).toEqual([1200])
  expect((await health()).reasons).toEqual(['clock'])
  await measure(10)
  await street.hub.tick()
  street.clock.step = 0
  await street.hub.tick()
  await measure(10)
  await dated()
  expect(await sum('seconds')).toBeCloseTo(30 * 60 - 10, 3)
  expect(await sum('wh')).toBeCloseTo((1200 * (30 * 60 - 10)) / 3600, 3)
  expect((await slots()).map((s) => s.start)).toEqual([0, 5, 10, 15, 20, 25].map((m) => NOON + m * MINUTE))
  expect(await street.hub.store.view.selectFrom('alert').selectAll().execute()).toEqual(before)
  expect(await health()).toEqual({ status: 200, reasons: [] })
})

it('one hour back, for good: relied on after a quarter of an hour, and no time counts twice', async () => {
  await measure(65)
  street.clock.step = -HOUR
  await measure(14)
  expect((await health()).reasons).toEqual(['clock'])
  await measure(66)
  expect(await live()).toEqual([1200])
  await dated()
  await measure(1)
  expect((await health()).reasons).toEqual([])
  for (const slot of await slots()) {
    expect(slot.seconds).toBeLessThanOrEqual(300 + 1e-6)
    expect(slot.wh).toBeGreaterThanOrEqual(0)
    expect(slot.wh).toBeLessThanOrEqual(100 + 1e-6)
  }
  expect(await sum('seconds')).toBeCloseTo(86 * 60 - 10, 1)
})
