import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** readings.db: weather, what was learned of each roof, and every forecast issued, with what came of it. */
export const FORECAST_MIGRATION: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [
      // One place at a time: rows of another are deleted when the community moves.
      sql`create table weather (
        start integer primary key, place text not null, satellite integer not null, fetched_at integer not null, ghi real not null,
        dni real, dhi real, air_c real, wind_ms real, precipitation_mm real, snow_m real
      )`,
      sql`create table forecast_model (house text primary key, learned_to integer not null, state text not null) without rowid`,
      // House '' is the community. Hours and days are JSON: a forecast is read whole.
      sql`create table forecast (
        at integer not null, house text not null, source text not null, weather_at integer, kept integer not null,
        hours text not null, days text not null, primary key (at, house)
      ) without rowid`,
      sql`create table forecast_day (
        start integer not null, house text not null, day text not null, issued_at integer, source text not null,
        p10_wh real not null, p50_wh real not null, p90_wh real not null, fact_wh real not null,
        hours_inside integer not null, hours integer not null, primary key (start, house)
      ) without rowid`,
      // What a roof's clear days tell of its plane, as JSON; null where they tell none.
      sql`create table plane (house text primary key, at integer not null, place text not null, fit text) without rowid`,
    ]) {
      await statement.execute(db)
    }
  },
}
