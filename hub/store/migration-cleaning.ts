import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** control.db: proposals to clean panels, what people said to them, and what came of it. */
export const CLEANING_MIGRATION: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [
      // verdict and money: what the proposal rests on, JSON; by: who proposed where it was a person.
      sql`create table cleaning (
        id integer primary key, at integer not null, day integer not null, by text, verdict text, money text
      )`,
      sql`create table cleaning_run (
        proposal integer not null, house text not null, state text not null, by text, by_at integer, due_at integer,
        attempts integer not null, command text, sent_elapsed integer, ended_at integer, why text, stop integer not null,
        outcome text, primary key (proposal, house)
      ) without rowid`,
      // Read at every change of the database: the few that wait for something.
      sql`create index cleaning_run_open on cleaning_run (proposal, house)
        where state in ('proposed', 'approved', 'sent', 'running')`,
    ]) {
      await statement.execute(db)
    }
  },
}

/** readings.db: what each roof made and would have made from the light measured from space, day by day. */
export const SOILING_MIGRATION: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table soiling_day (
      day integer not null, house text not null, made_wh real not null, expected_wh real not null, clear integer not null,
      primary key (day, house)
    ) without rowid`.execute(db)
  },
}
