import { sql } from 'kysely'
import { clearSky } from '../../hub/domain/irradiance.ts'
import { plantPower } from '../../hub/domain/pv-model.ts'
import { DEFAULT_SETTINGS } from '../../hub/domain/settings.ts'
import { DAY, HOUR, SECOND, SLOT } from '../../hub/domain/time.ts'
import type { WeatherHour } from '../../hub/domain/weather.ts'
import type { ForecastRun } from '../../hub/flow/forecast-ports.ts'
import { forecastStore } from '../../hub/flow/forecast-store.ts'
import { Forecasting } from '../../hub/flow/forecasting.ts'
import { SLOT_COLUMNS } from '../../hub/store/schema.ts'
import type { Store } from '../../hub/store/store.ts'
import { openStore } from '../../hub/store/store.ts'
import { dataFolder } from './folders.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'

const HOUSES = 100
const DAYS = 8
const PLACE = { latitude: 45.07, longitude: 7.69 }
const TODAY = Temporal.Instant.from('2026-06-21T00:00:00Z').epochMilliseconds
const FULL_S = SLOT / SECOND
const MILD = { airTemperature: 20, windSpeed: 1 }
const ROOFS = Array.from({ length: HOUSES }, (_, i) => ({
  id: `casa_${i}`,
  peakPower: 3_000 + 50 * (i % 40),
  plane: { tilt: 10 + (i % 25), azimuth: 95 + ((i * 37) % 170) },
}))

/** Forecasts of a large street with weather, on the hub's own thread: what a run takes, and how long the loop waits for it at most. */
export async function measureForecast(): Promise<Row[]> {
  const store = await openStore(dataFolder())
  try {
    for (let day = 0; day <= DAYS; day += 1) await fill(store, TODAY - (DAYS - day) * DAY)
    let now = TODAY + 7 * HOUR
    const runs: ForecastRun[] = []
    const job = new Forecasting({
      now: () => now,
      settings: () => ({ ...DEFAULT_SETTINGS, place: PLACE }),
      roofs: () => ROOFS,
      weather: { hours: async (from, to) => weatherOf(from, to), stand: { fetchedAt: now } },
      store: forecastStore(store, { guard: (ask) => ask() }),
      onDone: (run) => runs.push(run),
    })
    const run = async (at: number) => {
      now = at
      const before = process.threadCpuUsage()
      await job.run()
      const { user, system } = process.threadCpuUsage(before)
      const done = runs.at(-1)
      return { cpuMs: (user + system) / 1000, stepMs: done?.longestStepCpuMs ?? Number.NaN, days: done?.daysLearned }
    }
    const first = await run(TODAY + 7 * HOUR)
    const hours = [await run(TODAY + 8 * HOUR), await run(TODAY + 9 * HOUR), await run(TODAY + 10 * HOUR)]
    const night = await run(TODAY + DAY + HOUR)
    return rows(
      `forecasts, ${HOUSES} houses, processor time of the hub's own thread`,
      ['an hourly run', Math.max(...hours.map((r) => r.cpuMs)), 'ms'],
      ['its longest step', Math.max(...hours.map((r) => r.stepMs)), 'ms'],
      ['the first run of a day, which settles and scores one', night.cpuMs, 'ms'],
      ['its longest step', night.stepMs, 'ms'],
      [`the first run of all, which learns ${first.days} days`, first.cpuMs, 'ms'],
      ['its longest step', first.stepMs, 'ms'],
    )
  } finally {
    await store.close()
  }
}

/** Quarter an hour of clouds in three, the same for every roof. */
const cloud = (at: number) => 0.55 + 0.4 * Math.sin(at / HOUR)

async function fill(store: Store, day: number): Promise<void> {
  const cells: (number | string)[][] = []
  for (let start = day; start < day + DAY; start += SLOT) {
    const sky = clearSky(start + SLOT / 2, PLACE)
    for (const { id, peakPower, plane } of ROOFS) {
      const w = sky.ghi > 0 ? plantPower(sky, MILD, { ...plane, peakPower }) * cloud(start) : 0
      cells.push([start, id, (w * SLOT) / HOUR, 0, 0, 0, FULL_S, 0, 0, 0, 0, 0])
    }
  }
  const columns = sql.raw(Array.from({ length: 12 }, (_, i) => `json_extract(value, '$[${i}]')`).join(', '))
  await sql`insert into slot (start, house, ${sql.raw(SLOT_COLUMNS.join(', '))})
    select ${columns} from json_each(${JSON.stringify(cells)})`.execute(store.readingsWriter)
}

function weatherOf(from: number, to: number): WeatherHour[] {
  const hours: WeatherHour[] = []
  for (let start = Math.ceil(from / HOUR) * HOUR; start < to; start += HOUR) {
    const { ghi } = clearSky(start + HOUR / 2, PLACE)
    const air = { airTemperature: 22, windSpeed: 2, precipitation: 0, snowDepth: 0 }
    hours.push({ start, ghi: ghi * cloud(start), dni: null, dhi: null, ...air })
  }
  return hours
}
