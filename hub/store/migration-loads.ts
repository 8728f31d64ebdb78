import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Relay loads: what is set, what nodes declare, what people asked for, what was decided and what came of it. */
export const LOADS: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [
      sql`create table load (
        house text not null, id text not null, settings text not null, created_at integer not null, removed_at integer,
        primary key (house, id)
      ) without rowid`,
      sql`create table load_declaration (
        house text not null, load text not null, declaration text not null, at integer not null, primary key (house, load)
      ) without rowid`,
      // until: on the clock that goes on over restarts; until_at: what the wall showed for it when it was set.
      sql`create table load_override (
        house text not null, load text not null, is_on integer not null, until integer not null, until_at integer not null,
        set_at integer not null, who text not null, primary key (house, load)
      ) without rowid`,
      // Houses whose loads were armed before their first week was over.
      sql`create table armed (house text primary key, at integer not null) without rowid`,
      sql`create table decision (
        id integer primary key, house text not null, load text not null, at integer not null, is_on integer not null,
        act text not null, rule text not null, why text not null
      )`,
      sql`create index decision_load on decision (house, load, at)`,
      sql`create index decision_at on decision (at)`,
      sql`create table switching (
        id integer primary key, house text not null, load text not null, at integer not null, is_on integer,
        origin text not null, rule text
      )`,
      sql`create index switching_load on switching (house, load, at)`,
      sql`create index switching_at on switching (at)`,
      sql`create table saving (
        house text not null, load text not null, day text not null, shadow integer not null, amounts text not null,
        primary key (house, load, day, shadow)
      ) without rowid`,
      sql`alter table cycle add column past text`,
    ]) {
      await statement.execute(db)
    }
  },
}
