import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { clearSkyPower } from '../domain/pv-model.ts'
import { DEFAULT_SETTINGS } from '../domain/settings.ts'
import { DAY, HOUR, SECOND, SLOT } from '../domain/time.ts'
import type { WeatherHour } from '../domain/weather.ts'
import { COMMUNITY, readScores } from '../store/forecasts.ts'
import { SLOT_COLUMNS } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { openStore } from '../store/store.ts'
import type { ForecastRun } from './forecast-ports.ts'
import { forecastStore } from './forecast-store.ts'
import { Forecasting } from './forecasting.ts'

const PLACE = { latitude: 45.07, longitude: 7.69 }
const TODAY = Date.parse('2026-06-21T00:00:00Z')
const MORNING = TODAY + 7 * HOUR
const PLANE = { tilt: 25, azimuth: 180 }
const ROOFS = ['casa_A', 'casa_B', 'casa_C'].map((id, i) => ({ id, peakPower: 3000 + i * 1000, plane: PLANE }))
const PAST = 20

let dataDir = ''
let store: Store
let now = MORNING
let weather: WeatherHour[] = []
let fetchedAt: number | null = null
const runs: ForecastRun[] = []

/** What the sky let through of a cloudless day: bright and dull days take turns. */
const shareOf = (day: number) => 0.45 + 0.4 * Math.abs(Math.sin(day))

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'solar-family-forecast-'))
  store = await openStore(dataDir)
  await fill(TODAY - PAST * DAY, MORNING)
})

afterAll(async () => {
  await store.close()
  rmSync(dataDir, { recursive: true, force: true })
})

beforeEach(async () => {
  now = MORNING
  weather = []
  fetchedAt = null
  runs.length = 0
  for (const table of ['forecast', 'forecast_day', 'forecast_model'] as const)
    await store.readingsWriter.deleteFrom(table).execute()
})

/** Slots of every roof, `share` of the cloudless output. */
async function fill(from: number, to: number): Promise<void> {
  const full = SLOT / SECOND
  for (let day = from; day < to; day += DAY) {
    const rows: (number | string)[][] = []
    for (let start = day; start < Math.min(to, day + DAY); start += SLOT) {
      const yieldW =
        clearSkyPower(start + SLOT / 2, PLACE, { ...PLANE, peakPower: 1 }) * shareOf(Math.floor(start / DAY))
      for (const { id, peakPower } of ROOFS)
        rows.push([start, id, (yieldW * peakPower * SLOT) / HOUR, 0, 0, 0, full, 0, 0, 0, 0, 0])
    }
    const cells = sql.raw(Array.from({ length: 12 }, (_, i) => `json_extract(value, '$[${i}]')`).join(', '))
    await sql`insert into slot (start, house, ${sql.raw(SLOT_COLUMNS.join(', '))})
      select ${cells} from json_each(${JSON.stringify(rows)})`.execute(store.readingsWriter)
  }
}

function forecasting(place: typeof PLACE | null = PLACE): Forecasting {
  return new Forecasting({
    now: () => now,
    settings: () => ({ ...DEFAULT_SETTINGS, place }),
    roofs: () => ROOFS,
    weather: {
      hours: async (from, to) => weather.filter((h) => h.start >= from && h.start < to),
      stand: {
        get fetchedAt() {
          return fetchedAt
        },
      },
    },
    store: forecastStore(store, { guard: (ask) => ask() }),
    onDone: (run) => runs.push(run),
  })
}

it('issues today and two days more for every roof and the community, each with bands of its own', async () => {
  const job = forecasting()
  await job.run()
  const { current } = job
  expect(current?.days.map((d) => d.day)).toEqual(['2026-06-21', '2026-06-22', '2026-06-23'])
  expect([...(current?.issued.keys() ?? [])].sort()).toEqual([COMMUNITY, 'casa_A', 'casa_B', 'casa_C'])
  const street = current?.issued.get(COMMUNITY)
  const houses = ROOFS.map(({ id }) => current?.issued.get(id))
  expect(street?.source).toBe('cielo_sereno')
  for (const [i, p50] of (street?.slots.p50 ?? []).entries()) {
    expect(p50).toBeCloseTo(
      houses.reduce((sum, h) => sum + (h?.slots.p50[i] ?? 0), 0),
      6,
    )
    expect(street?.slots.p10[i]).toBeLessThanOrEqual(p50)
    expect(street?.slots.p90[i]).toBeGreaterThanOrEqual(p50)
  }
  const tomorrow = street?.days[1]
  expect(tomorrow?.p50).toBeGreaterThan(20_000)
  expect(tomorrow?.p10).toBeLessThan(tomorrow?.p50 ?? 0)
  expect(tomorrow?.remaining).toBeCloseTo(tomorrow?.p50 ?? 0, 6)
  expect(street?.days[0]?.remaining).toBeLessThan(street?.days[0]?.p50 ?? 0)
})

it('gives control the hours to come, and none that are over', async () => {
  const job = forecasting()
  expect(job.hours('casa_A', now)).toEqual([])
  await job.run()
  const hours = job.hours('casa_A', now)
  expect(hours[0]?.start).toBe(MORNING)
  expect(hours.every((h) => h.p10W <= h.p50W && h.p50W <= h.p90W)).toBe(true)
  expect(job.hours('casa_A', now + 90 * 60_000)[0]?.start).toBe(MORNING + HOUR)
  expect(job.hours('nobody', now)).toEqual([])
})

it('does nothing until an hour has passed, the day is another, or there is new weather', async () => {
  const job = forecasting()
  await job.run()
  now += 50 * 60_000
  await job.run()
  expect(runs).toHaveLength(1)
  fetchedAt = now
  await job.run()
  expect(runs).toHaveLength(2)
  now += HOUR
  await job.run()
  expect(runs).toHaveLength(3)
})

it('takes weather where there is some, and goes back to the clear sky when it is too old', async () => {
  const job = forecasting()
  for (let start = TODAY - DAY; start < TODAY + 5 * DAY; start += HOUR)
    weather.push({
      start,
      ghi: 60,
      dni: 0,
      dhi: 60,
      airTemperature: 15,
      windSpeed: 2,
      precipitation: 0,
      snowDepth: 0,
    })
  fetchedAt = now - HOUR
  await job.run()
  expect(job.current?.issued.get('casa_A')?.source).toBe('meteo')
  const dull = job.current?.issued.get('casa_A')?.days[1]?.p50 ?? 0
  now += 10 * HOUR
  await job.run()
  expect(job.current?.issued.get('casa_A')?.source).toBe('cache')
  now += 70 * HOUR
  await job.run()
  expect(job.current?.issued.get('casa_A')?.source).toBe('cielo_sereno')
  expect(job.current?.issued.get('casa_A')?.days[1]?.p50).toBeGreaterThan(2 * dull)
})

it('scores the days that nobody scored when they ended, each once', async () => {
  await forecasting().run()
  const days = () => readScores(store.readings, 'casa_A', 0)
  expect((await days()).map((s) => s.day)).toHaveLength(PAST)
  await sql`update forecast_day set fact_wh = 1 where day < '2026-06-15'`.execute(store.readingsWriter)
  await sql`delete from forecast_day where day = '2026-06-18'`.execute(store.readingsWriter)
  now += HOUR
  await forecasting().run()
  expect((await days()).map((s) => s.day)).toContain('2026-06-18')
  expect((await days()).filter((s) => s.factWh === 1).map((s) => s.day)).toHaveLength(14)
})

it('scores yesterday: what was issued the evening before, or else what would have been', async () => {
  const job = forecasting()
  await job.run()
  const first = await readScores(store.readings, 'casa_A', TODAY - 2 * DAY)
  expect(first.map((s) => [s.day, s.issuedAt])).toEqual([['2026-06-20', null]])
  expect(first[0]?.hours).toBeGreaterThan(8)

  await store.readingsWriter.deleteFrom('forecast_day').execute()
  const again = forecasting()
  now = TODAY - DAY - 3 * HOUR
  await again.run()
  const issuedAt = now
  now = MORNING
  await again.run()
  const scored = await readScores(store.readings, 'casa_A', TODAY - 2 * DAY)
  const evening = scored.find((s) => s.day === '2026-06-20')
  expect(evening?.issuedAt).toBe(issuedAt)
  expect(evening?.factWh).toBeCloseTo(first[0]?.factWh ?? 0, -2)
  expect((await readScores(store.readings, COMMUNITY, TODAY - 2 * DAY)).map((s) => s.day)).toContain('2026-06-20')
  const kept = await store.readings.selectFrom('forecast').select('at').where('kept', '=', 1).execute()
  expect(new Set(kept.map((row) => row.at))).toEqual(new Set([issuedAt]))
})

it('after a restart goes on from what it had learned', async () => {
  await forecasting().run()
  const job = forecasting()
  await job.run()
  expect(runs[0]?.daysLearned).toBe(PAST)
  expect(runs[1]?.daysLearned).toBe(3)
  const p50 = (at: number) => job.current?.issued.get('casa_B')?.days[at]?.p50
  await job.run()
  expect(p50(1)).toBeGreaterThan(1000)
})

it('learns anew when the past has been filled, once nothing is added any more', async () => {
  const all = await store.readings
    .selectFrom('slot')
    .selectAll()
    .where('start', '<', TODAY - 5 * DAY)
    .execute()
  await store.readingsWriter
    .deleteFrom('slot')
    .where('start', '<', TODAY - 5 * DAY)
    .execute()
  const job = forecasting()
  await job.run()
  expect(runs.at(-1)?.daysLearned).toBe(5)
  for (const rows of [all.slice(0, 6000), all.slice(6000)]) {
    for (let i = 0; i < rows.length; i += 1000)
      await store.readingsWriter
        .insertInto('slot')
        .values(rows.slice(i, i + 1000))
        .execute()
    await job.run()
  }
  expect(runs).toHaveLength(1)
  await job.run()
  expect(runs.at(-1)?.daysLearned).toBe(PAST)
  await job.run()
  expect(runs).toHaveLength(2)
})

it('forecasts nothing without a position', async () => {
  const job = forecasting(null)
  await job.run()
  expect([job.current, runs]).toEqual([null, []])
})
