import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { HOUR } from '../domain/time.ts'
import { saveHourFactors } from './emissions.ts'
import { rebookCarbon } from './rebook.ts'
import type { Store } from './store.ts'
import { openControl, openStore } from './store.ts'

const ZONE = 'Europe/Rome'
const MIDNIGHT = Date.UTC(2026, 5, 20, 22)
const hours = (by: Readonly<Record<number, number>>) => Array.from({ length: 24 }, (_, h) => by[h] ?? 0)

let dir = ''
let store: Store
let control: Awaited<ReturnType<typeof openControl>>
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'solar-family-rebook-'))
  store = await openStore(dir)
  control = await openControl(dir)
})
afterEach(async () => {
  await control.destroy()
  await store.close()
  rmSync(dir, { recursive: true })
})

it('books the carbon of moved energy anew by the factors of the hours, in local time, and by the day’s where an hour has none', async () => {
  // 2 kWh from 19 to 12 h, local time.
  const amounts = {
    usedKwh: 2,
    ownKwh: 2,
    usualOwnKwh: 0,
    movedKwh: 2,
    euro: 0.4,
    co2Kg: null,
    shiftedWh: hours({ 12: -2000, 19: 2000 }),
  }
  const days = ['2026-06-20', '2026-06-21', '2026-06-22']
  for (const day of days)
    await control
      .insertInto('saving')
      .values({ house: 'a', load: 'auto', day, shadow: 0, amounts: JSON.stringify(amounts) })
      .execute()
  const co2 = async () => {
    const rows = await control.selectFrom('saving').select('amounts').orderBy('day').execute()
    return rows.map((row) => JSON.parse(row.amounts).co2Kg)
  }
  const at = (hour: number) => MIDNIGHT + hour * HOUR
  const span = { from: at(0), to: at(24) }
  const later = [{ from: '2026-07-01', gPerKwh: 200, source: 's', year: 2025 }]
  saveHourFactors(dir, [{ start: at(19), gPerKwh: 400 }])
  expect(await rebookCarbon({ control, readings: store.readings }, span, { zone: ZONE, factors: later })).toBe(1)
  expect(await co2()).toEqual([null, null, null])
  const yearly = [{ from: '2026-01-01', gPerKwh: 250, source: 's', year: 2025 }]
  await rebookCarbon({ control, readings: store.readings }, span, { zone: ZONE, factors: yearly })
  expect(await co2()).toEqual([null, 0.3, null])
  saveHourFactors(dir, [{ start: at(12), gPerKwh: 100 }])
  await rebookCarbon({ control, readings: store.readings }, span, { zone: ZONE, factors: yearly })
  expect(await co2()).toEqual([null, 0.6, null])
})
