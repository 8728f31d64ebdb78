import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** readings.db: what is told to a central. Lost with the file, it is made again from what was measured. */
export const SYNC_MIGRATION: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [
      sql`create table outbox (
        kind text not null, start integer not null, subject text not null, version integer not null, body text not null,
        sent_version integer not null, held_until integer not null, changed_at integer not null, primary key (kind, start, subject)
      ) without rowid`,
      sql`create index outbox_pending on outbox (start) where sent_version < version`,
      // Bodies as they travel, base64.
      sql`create table sync_batch (
        id integer primary key, lot text not null unique, at integer not null, rows integer not null, houses integer not null, body text not null,
        answered_at integer, answer text
      )`,
      sql`create table sync_state (key text primary key, value text not null) without rowid`,
    ]) {
      await statement.execute(db)
    }
  },
}
