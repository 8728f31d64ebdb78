import { sql } from 'kysely'
import type { Issued, IssuedDay } from '../domain/forecast-issue.ts'
import { hoursOf } from '../domain/forecast-issue.ts'
import { SECOND } from '../domain/time.ts'
import type { ReadingsDb } from './store.ts'

/** House id that stands for the community. */
export const COMMUNITY = ''

/** Share of a slot that must be covered for its power to be known. */
const LEAST_COVERED = 0.6

/** Mean production of each slot from `from` on, W, NaN where it is not known; of every house that has any. */
export async function readProduction(
  db: ReadingsDb,
  { from, to, slotMs }: { from: number; to: number; slotMs: number },
): Promise<Map<string, Float64Array>> {
  const seconds = slotMs / SECOND
  const { rows } = await sql<{ house: string; slots: string }>`
    select house, json_group_array(json_array(i, w)) as slots from (
      select house, (start - ${sql.lit(from)}) / ${sql.lit(slotMs)} as i,
        round(sum(produced_wh) * 3600.0 / sum(production_measured_s + production_estimated_s), 2) as w
      from slot where start >= ${from} and start < ${to} group by 1, 2
      having sum(production_measured_s + production_estimated_s) >= ${sql.lit(seconds * LEAST_COVERED)}
    ) group by house`.execute(db)
  const length = Math.ceil((to - from) / slotMs)
  return new Map(
    rows.map(({ house, slots }) => {
      const powers = new Float64Array(length).fill(Number.NaN)
      for (const [i, w] of JSON.parse(slots) as [number, number][]) powers[i] = Math.max(0, w)
      return [house, powers]
    }),
  )
}

/** Start of the oldest slot there is; null where there is none. */
export async function firstSlot(db: ReadingsDb): Promise<number | null> {
  const row = await db
    .selectFrom('slot')
    .select((eb) => eb.fn.min('start').as('start'))
    .executeTakeFirst()
  return row?.start ?? null
}

/** How many houses have each of these slots: whether a past has grown since it was learned from. */
export async function countSlots(db: ReadingsDb, starts: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from slot s where s.start = t.value) as n from json_each(${JSON.stringify(starts)}) t
    order by t.key`.execute(db)
  return rows.map((row) => row.n)
}

/** What was kept of one house: some tens of kilobytes, so houses are read one by one. */
export async function readModel(db: ReadingsDb, house: string): Promise<string | null> {
  const row = await db.selectFrom('forecast_model').select('state').where('house', '=', house).executeTakeFirst()
  return row?.state ?? null
}

export async function saveModel(db: ReadingsDb, house: string, learnedTo: number, state: string): Promise<void> {
  await db
    .insertInto('forecast_model')
    .values({ house, learned_to: learnedTo, state })
    .onConflict((c) => c.column('house').doUpdateSet({ learned_to: learnedTo, state }))
    .execute()
}

/** Hours of a stored forecast: mean powers in whole W from `from` on. */
export interface StoredHours {
  readonly from: number
  readonly p10: readonly number[]
  readonly p50: readonly number[]
  readonly p90: readonly number[]
}

export interface StoredForecast {
  readonly at: number
  readonly house: string
  readonly source: string
  readonly hours: StoredHours
  readonly days: readonly IssuedDay[]
}

/** Keeps the forecasts of one issue, all or none. */
export async function saveForecasts(
  db: ReadingsDb,
  at: number,
  weatherAt: number | null,
  issued: ReadonlyMap<string, Issued>,
): Promise<void> {
  const rows = [...issued].map(([house, { source, slots, days }]) => {
    const hours = hoursOf(slots)
    const whole = (pick: (hour: (typeof hours)[number]) => number) => hours.map((hour) => Math.round(pick(hour)))
    const stored: StoredHours = {
      from: slots.from,
      p10: whole((h) => h.p10W),
      p50: whole((h) => h.p50W),
      p90: whole((h) => h.p90W),
    }
    const rounded = days.map((d) => ({
      day: d.day,
      p10: Math.round(d.p10),
      p50: Math.round(d.p50),
      p90: Math.round(d.p90),
      remaining: Math.round(d.remaining),
    }))
    return [house, source, JSON.stringify(stored), JSON.stringify(rounded)]
  })
  const cell = (i: number) => sql.raw(`json_extract(value, '$[${i}]')`)
  await sql`
    insert into forecast (at, house, source, weather_at, kept, hours, days)
    select ${at}, ${cell(0)}, ${cell(1)}, ${weatherAt}, 0, ${cell(2)}, ${cell(3)} from json_each(${JSON.stringify(rows)}) where true
    on conflict (at, house) do update set source = excluded.source, weather_at = excluded.weather_at, hours = excluded.hours, days = excluded.days`.execute(
    db,
  )
}

/** The last forecast of each house that was issued within `within` ms before an instant, and not after it. */
export async function forecastsBefore(db: ReadingsDb, at: number, within: number): Promise<StoredForecast[]> {
  const { rows } = await sql<{ at: number; house: string; source: string; hours: string; days: string }>`
    select f.at, f.house, f.source, f.hours, f.days from forecast f
    join (select house, max(at) as at from forecast where at <= ${at} and at > ${at - within} group by house) last
      on last.house = f.house and last.at = f.at`.execute(db)
  return rows.map((row) => ({
    ...row,
    hours: JSON.parse(row.hours) as StoredHours,
    days: JSON.parse(row.days) as IssuedDay[],
  }))
}

/** A day's forecast beside what came. `issuedAt` null = worked out afterwards from what was known before the day. */
export interface ScoredDay {
  readonly start: number
  readonly day: string
  readonly house: string
  readonly issuedAt: number | null
  readonly source: string
  readonly p10Wh: number
  readonly p50Wh: number
  readonly p90Wh: number
  readonly factWh: number
  /** Hours of light in which the fact lay inside the band, of those that were measured. */
  readonly hoursInside: number
  readonly hours: number
}

export async function saveScores(db: ReadingsDb, scores: readonly ScoredDay[]): Promise<void> {
  if (scores.length === 0) return
  const rows = scores.map((s) => ({
    start: s.start,
    house: s.house,
    day: s.day,
    issued_at: s.issuedAt,
    source: s.source,
    p10_wh: Math.round(s.p10Wh),
    p50_wh: Math.round(s.p50Wh),
    p90_wh: Math.round(s.p90Wh),
    fact_wh: Math.round(s.factWh),
    hours_inside: s.hoursInside,
    hours: s.hours,
  }))
  await db.replaceInto('forecast_day').values(rows).execute()
  // What a day was scored by is kept longer than the rest.
  const kept = scores.filter((s) => s.issuedAt !== null).map((s) => [s.issuedAt, s.house])
  await sql`update forecast set kept = 1 where (at, house) in
    (select json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(${JSON.stringify(kept)}))`.execute(
    db,
  )
}

/** Houses, the community among them, with a score of the day that begins then. */
export async function scoredHouses(db: ReadingsDb, start: number): Promise<string[]> {
  const rows = await db.selectFrom('forecast_day').select('house').where('start', '=', start).execute()
  return rows.map((row) => row.house)
}

/** Scored days of a house with from <= start, oldest first. */
export async function readScores(db: ReadingsDb, house: string, from: number): Promise<ScoredDay[]> {
  const rows = await db
    .selectFrom('forecast_day')
    .selectAll()
    .where('house', '=', house)
    .where('start', '>=', from)
    .orderBy('start')
    .execute()
  return rows.map((r) => ({
    start: r.start,
    day: r.day,
    house: r.house,
    issuedAt: r.issued_at,
    source: r.source,
    p10Wh: r.p10_wh,
    p50Wh: r.p50_wh,
    p90Wh: r.p90_wh,
    factWh: r.fact_wh,
    hoursInside: r.hours_inside,
    hours: r.hours,
  }))
}

/** Deletes forecasts and scores that have had their time, each of before its own instant. */
export async function retireForecasts(
  db: ReadingsDb,
  before: { readonly issued: number; readonly kept: number; readonly scores: number },
): Promise<void> {
  await sql`delete from forecast where at < ${before.kept} or (kept = 0 and at < ${before.issued})`.execute(db)
  await db.deleteFrom('forecast_day').where('start', '<', before.scores).execute()
}
