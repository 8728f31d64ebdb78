import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { DEFAULT_RETENTION, retentionDue } from '../domain/retention.ts'
import { DAY, HOUR } from '../domain/time.ts'
import { eraseHouse } from './erase.ts'
import { readHours, sumHours } from './hours.ts'
import { openStore } from './store.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

it.each([
  ['whose slots are there', NOON + 2 * DAY],
  ['whose slots are retired', NOON + 500 * DAY],
])('erases a house from hours %s, and from those of the community', async (_, now) => {
  const dir = mkdtempSync(join(tmpdir(), 'solar-family-erase-'))
  cleanups.push(() => rmSync(dir, { recursive: true }))
  const store = await openStore(dir)
  cleanups.push(() => store.close())
  const interval = (house: string, at: number) => ({ house, at, durationMs: HOUR, producedWh: 500, consumedWh: 200 })
  const intervals = [0, 1, 40].flatMap((hour) => ['a', 'b'].map((house) => interval(house, NOON + hour * HOUR)))
  await store.ingest({ now: NOON, readings: [], intervals, nodes: [], refusals: [], limits: {} })
  const keep = async () => {
    const due = retentionDue(now, DEFAULT_RETENTION, 'UTC')
    while ((await store.housekeep({ now, due, delete: true, afterReading: 0 })).did !== 'nothing');
  }
  await keep()
  expect(await eraseHouse(store.control, dir, 'a')).toBe(3)
  for (let again = 0; again < 2; again += 1) {
    const hours = await readHours(store.readings, { from: NOON, to: NOON + 3 * DAY })
    expect(hours.map((h) => [h.house, Math.round(h.energy.producedWh)])).toEqual([
      ['b', 500],
      ['b', 500],
      ['b', 500],
    ])
    const [sum] = await sumHours(store.readings, [{ start: NOON, end: NOON + 3 * DAY }], null)
    expect([Math.round(sum?.energy.producedWh ?? 0), Math.round(sum?.energy.exportedWh ?? 0)]).toEqual([1500, 900])
    await keep()
  }
})
