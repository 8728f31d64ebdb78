import { sql } from 'kysely'
import { WASHING_RAIN_MM } from '../domain/soiling.ts'
import { DAY } from '../domain/time.ts'
import type { WeatherHour } from '../domain/weather.ts'
import type { ReadingsSchema } from './schema.ts'
import type { ReadingsDb } from './store.ts'

/** Weather hours with from <= start < to of a place, in order; what a satellite measured before what was forecast. */
export async function readWeather(
  db: ReadingsDb,
  { place, from, to }: { place: string; from: number; to: number },
): Promise<WeatherHour[]> {
  return (await hoursOf(db, { place, from, to }).execute()).map(toHour)
}

/** The same, of hours alone whose light a satellite has measured. */
export async function readMeasuredWeather(
  db: ReadingsDb,
  span: { place: string; from: number; to: number },
): Promise<WeatherHour[]> {
  return (await hoursOf(db, span).where('satellite', '=', 1).execute()).map(toHour)
}

/** Rain and lying snow of days from <= day < to of a grid that is `shift` ms ahead; rain null where most hours do not tell. */
export async function readRain(
  db: ReadingsDb,
  { place, shift, from, to }: { place: string; shift: number; from: number; to: number },
): Promise<Map<number, { readonly rainMm: number | null; readonly snow: boolean }>> {
  const day = sql<number>`(start + ${sql.lit(shift)}) / ${sql.lit(DAY)}`
  const rows = await db
    .selectFrom('weather')
    .select((eb) => [
      day.as('day'),
      eb.fn.sum<number | null>('precipitation_mm').as('mm'),
      eb.fn.count<number>('precipitation_mm').as('hours'),
      eb.fn.max('snow_m').as('snow'),
    ])
    .where('place', '=', place)
    .where('start', '>=', from * DAY - shift)
    .where('start', '<', to * DAY - shift)
    .groupBy(day)
    .execute()
  return new Map(
    rows.map((row) => [
      row.day,
      {
        rainMm: row.hours >= HOURS_TOLD || (row.mm ?? 0) >= WASHING_RAIN_MM ? row.mm : null,
        snow: (row.snow ?? 0) > SNOW_M,
      },
    ]),
  )
}

/** Of a day's 24 hours, for the day's rain to be known. */
const HOURS_TOLD = 20
const SNOW_M = 0.005

function hoursOf(db: ReadingsDb, { place, from, to }: { place: string; from: number; to: number }) {
  return db
    .selectFrom('weather')
    .selectAll()
    .where('place', '=', place)
    .where('start', '>=', from)
    .where('start', '<', to)
    .orderBy('start')
}

function toHour(row: ReadingsSchema['weather']): WeatherHour {
  return {
    start: row.start,
    ghi: row.ghi,
    dni: row.dni,
    dhi: row.dhi,
    airTemperature: row.air_c,
    windSpeed: row.wind_ms,
    precipitation: row.precipitation_mm,
    snowDepth: row.snow_m,
  }
}

/** When the weather of a place was last fetched, and from when on the satellite's is missing; null where there is none. */
export async function weatherStand(
  db: ReadingsDb,
  place: string,
): Promise<{ readonly forecastAt: number | null; readonly satelliteTo: number | null }> {
  const row = await db
    .selectFrom('weather')
    .select((eb) => [
      eb.fn.max(eb.case().when('satellite', '=', 0).then(eb.ref('fetched_at')).end()).as('forecastAt'),
      eb.fn.max(eb.case().when('satellite', '=', 1).then(eb.ref('start')).end()).as('satelliteTo'),
    ])
    .where('place', '=', place)
    .executeTakeFirst()
  return { forecastAt: row?.forecastAt ?? null, satelliteTo: row?.satelliteTo ?? null }
}

/**
 * Keeps hours as fetched `at`. A forecast replaces an older one; what the satellite measured replaces the light of both, and
 * keeps the air, rain and snow that were forecast. Hours of other places go.
 */
export async function saveWeather(
  db: ReadingsDb,
  { place, at, satellite, hours }: { place: string; at: number; satellite: boolean; hours: readonly WeatherHour[] },
): Promise<void> {
  const rows = JSON.stringify(
    hours.map((h) => [h.start, h.ghi, h.dni, h.dhi, h.airTemperature, h.windSpeed, h.precipitation, h.snowDepth]),
  )
  const cell = (i: number) => sql.raw(`json_extract(value, '$[${i}]')`)
  const light = sql.raw('ghi = excluded.ghi, dni = excluded.dni, dhi = excluded.dhi')
  const rest = ['air_c', 'wind_ms', 'precipitation_mm', 'snow_m']
  const keep = sql.raw(rest.map((c) => `${c} = coalesce(excluded.${c}, weather.${c})`).join(', '))
  await db.deleteFrom('weather').where('place', '<>', place).execute()
  await sql`
    insert into weather (start, place, satellite, fetched_at, ghi, dni, dhi, air_c, wind_ms, precipitation_mm, snow_m)
    select ${cell(0)}, ${place}, ${satellite ? 1 : 0}, ${at}, ${cell(1)}, ${cell(2)}, ${cell(3)}, ${cell(4)}, ${cell(5)}, ${cell(6)}, ${cell(7)}
    from json_each(${rows}) where true
    on conflict (start) do update set ${light}, satellite = excluded.satellite, fetched_at = excluded.fetched_at, ${keep}
    where excluded.satellite >= weather.satellite`.execute(db)
}

/** Deletes weather of before an instant. */
export async function retireWeather(db: ReadingsDb, before: number): Promise<void> {
  await db.deleteFrom('weather').where('start', '<', before).execute()
}
