import { Kysely, SqliteDialect, sql } from 'kysely'
import { usualDayWh } from '../domain/cleaning.ts'
import type { CleaningOutcome } from '../domain/cleaning-outcome.ts'
import { cleaningOutcome } from '../domain/cleaning-outcome.ts'
import type { Roof } from '../domain/community-day.ts'
import { dayGrid, dayNumber, dayStart } from '../domain/community-day.ts'
import { expectedDay } from '../domain/expected-day.ts'
import type { Site } from '../domain/irradiance.ts'
import type { SoilingDay, SoilingVerdict } from '../domain/soiling.ts'
import { judgeSoiling, SOILING_DAYS } from '../domain/soiling.ts'
import { DAY, HOUR } from '../domain/time.ts'
import type { WeatherHour } from '../domain/weather.ts'
import { openDatabase } from './database.ts'
import { readDays } from './diagnose.ts'
import type { ReadingsSchema } from './schema.ts'
import type { ReadingsDb } from './store.ts'
import { readMeasuredWeather, readRain, readWeather } from './weather.ts'

export interface SoilingRequest {
  readonly readings: string
  readonly now: number
  readonly site: Site
  /** The place as its weather is kept under. */
  readonly place: string
  /** Plants of known plane, without a battery behind the inverter. */
  readonly roofs: readonly Roof[]
  /** Days of a house from which nothing is to be learned. */
  readonly unfit: readonly (readonly [house: string, days: readonly number[]])[]
  /** Day of each house's last cleaning. */
  readonly cleaned: readonly (readonly [house: string, day: number])[]
  /** Cleanings whose outcome is not yet known. */
  readonly unmeasured: readonly {
    readonly proposal: number
    readonly house: string
    readonly day: number
    readonly loss: number
    readonly control: string | null
  }[]
}

export interface SoilingOutcome {
  readonly verdict: SoilingVerdict
  /** What each house makes in a day with clean panels, Wh. */
  readonly usualWh: readonly (readonly [house: string, wh: number])[]
  readonly outcomes: readonly {
    readonly proposal: number
    readonly house: string
    readonly outcome: CleaningOutcome | 'tooLate'
  }[]
  /** The weather to come, as far as it is known. */
  readonly forecast: readonly WeatherHour[]
  readonly tookMs: number
}

/** After a day is over its late readings are waited for so long. */
const LATE = 2 * HOUR
const KEPT_DAYS = 400
const AHEAD = 10 * DAY

/**
 * Looks at the days that have become known, and judges the community: in a thread of its own. Light that was only forecast
 * never counts: a day is looked at once a satellite has measured it.
 */
export async function soiling(request: SoilingRequest): Promise<SoilingOutcome> {
  const started = performance.now()
  const { now, site, place, roofs } = request
  const file = { name: 'readings', file: request.readings, readonly: false }
  const db: ReadingsDb = new Kysely<ReadingsSchema>({ dialect: new SqliteDialect({ database: openDatabase(file) }) })
  try {
    const grid = dayGrid(site)
    const last = dayNumber(grid, now - LATE) - 1
    const from = last - SOILING_DAYS
    const known = await knownDays(db, from)
    for (let day = from; day <= last; day += 1) {
      if (known.has(day)) continue
      const weather = await readMeasuredWeather(db, { place, from: dayStart(grid, day), to: dayStart(grid, day + 1) })
      if (weather.length === 0) continue
      const [measured] = await readDays(db, grid, day, day + 1)
      if (!measured) continue
      const fit = roofs.filter(
        (roof) => !request.unfit.some(([house, days]) => house === roof.id && days.includes(day)),
      )
      const expected = expectedDay({ start: dayStart(grid, day), site, roofs: fit, weather, measured })
      if (expected) await saveDay(db, day, expected)
    }
    await db
      .deleteFrom('soiling_day')
      .where('day', '<', last - KEPT_DAYS)
      .execute()
    const days = await readSoilingDays(db, { place, shift: grid.shift, from, to: last + 1 })
    return {
      verdict: judgeSoiling(days, new Map(request.cleaned)),
      usualWh: roofs.map((roof) => [roof.id, Math.round(usualDayWh(days, roof.id))]),
      outcomes: request.unmeasured.flatMap(({ proposal, ...cleaning }) => {
        const outcome = cleaningOutcome(days, cleaning)
        return outcome === null ? [] : [{ proposal, house: cleaning.house, outcome }]
      }),
      forecast: await readWeather(db, { place, from: now - HOUR, to: now + AHEAD }),
      tookMs: performance.now() - started,
    }
  } finally {
    await db.destroy()
  }
}

async function knownDays(db: ReadingsDb, from: number): Promise<Set<number>> {
  const rows = await db.selectFrom('soiling_day').select('day').distinct().where('day', '>=', from).execute()
  return new Set(rows.map((row) => row.day))
}

async function saveDay(
  db: ReadingsDb,
  day: number,
  { houses, clear }: Pick<SoilingDay, 'houses' | 'clear'>,
): Promise<void> {
  const rows = JSON.stringify([...houses].map(([house, { madeWh, expectedWh }]) => [house, madeWh, expectedWh]))
  await sql`
    insert or replace into soiling_day (day, house, made_wh, expected_wh, clear)
    select ${day}, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), ${clear ? 1 : 0}
    from json_each(${rows})`.execute(db)
}

/** Every day of the span with its rain and snow; houses where it was measured. */
async function readSoilingDays(
  db: ReadingsDb,
  { place, shift, from, to }: { place: string; shift: number; from: number; to: number },
): Promise<SoilingDay[]> {
  const rows = await db.selectFrom('soiling_day').selectAll().where('day', '>=', from).where('day', '<', to).execute()
  const byDay = Map.groupBy(rows, (row) => row.day)
  const rain = await readRain(db, { place, shift, from, to })
  const first = Math.min(to, ...byDay.keys())
  return Array.from({ length: to - first }, (_, i): SoilingDay => {
    const day = first + i
    const own = byDay.get(day) ?? []
    return {
      day,
      houses: new Map(own.map((row) => [row.house, { madeWh: row.made_wh, expectedWh: row.expected_wh }])),
      rainMm: rain.get(day)?.rainMm ?? null,
      snow: rain.get(day)?.snow ?? false,
      clear: own.some((row) => row.clear === 1),
    }
  })
}
