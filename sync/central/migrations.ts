import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

type Types = { readonly int: string; readonly real: string; readonly partition: string }

const first = ({ int, real, partition }: Types): Migration => ({
  async up(db: Kysely<unknown>) {
    for (const statement of [
      `create table hub (
        id text primary key, name text not null, zone text not null, latitude ${real}, longitude ${real}, program text not null,
        created_at ${int} not null, code_hash text unique, code_until ${int}, revoked_at ${int}, seen_at ${int}, committed_at ${int},
        skew_s ${real}, problem text, problem_at ${int}
      )`,
      `create table hub_token (token_hash text primary key, hub text not null, created_at ${int} not null, used_at ${int})`,
      `create index hub_token_hub on hub_token (hub)`,
      // The hub leads every key: it is what a distributed PostgreSQL deals rows by.
      `create table aggregate (
        hub text not null, kind text not null, start ${int} not null, subject text not null, version ${int} not null, digest text not null,
        produced_wh ${real}, consumed_wh ${real}, imported_wh ${real}, exported_wh ${real}, shared_wh ${real}, peak_wp ${real},
        coverage ${real}, houses ${int}, g_kwh ${real}, data text, received_at ${int} not null,
        primary key (hub, kind, start, subject)
      ) ${partition}`,
      `create table hub_day (
        hub text not null, day text not null, produced_wh ${real}, consumed_wh ${real}, imported_wh ${real}, exported_wh ${real},
        shared_wh ${real}, peak_wp ${real}, co2_g ${real}, quarters ${int} not null, covered ${real} not null, primary key (hub, day)
      )`,
      `create index hub_day_day on hub_day (day)`,
      `create table person (name text primary key, role text not null, password_hash text not null, created_at ${int} not null)`,
      `create table person_session (id_hash text primary key, person text not null, expires_at ${int} not null)`,
      `create table audit (id text primary key, at ${int} not null, who text not null, what text not null, detail text not null)`,
      `create index audit_at on audit (at)`,
    ]) {
      await sql.raw(statement).execute(db)
    }
  },
})

const silence = ({ int }: Types): Migration => ({
  async up(db: Kysely<unknown>) {
    // When a hub was last heard before a silence names it: whoever notes it notes the same.
    await sql
      .raw(
        `create table hub_silence (
          hub text not null, heard_at ${int} not null, opened_at ${int} not null, closed_at ${int}, cause text not null,
          primary key (hub, heard_at)
        )`,
      )
      .execute(db)
    await sql`create index hub_silence_opened on hub_silence (opened_at)`.execute(db)
  },
})

const SQLITE: Types = { int: 'integer', real: 'real', partition: 'without rowid' }
const POSTGRES: Types = { int: 'bigint', real: 'double precision', partition: 'partition by range (start)' }

export const MIGRATIONS: Readonly<Record<'sqlite' | 'postgres', Record<string, Migration>>> = {
  sqlite: { '0001-central': first(SQLITE), '0002-silence': silence(SQLITE) },
  postgres: { '0001-central': first(POSTGRES), '0002-silence': silence(POSTGRES) },
}
