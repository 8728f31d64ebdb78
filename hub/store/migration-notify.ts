import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** control.db: who wants to be told of alerts and what they were told, and the messages that are under way. */
export const NOTIFY: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [
      sql`create table notice_wish (
        user text primary key collate nocase, email text, ntfy text, language text not null,
        quiet_from integer, quiet_to integer, recovery integer not null, since integer not null
      ) without rowid`,
      // One book a person, and one, '', of what the community's own ways out were told.
      sql`create table notice_book (who text primary key collate nocase, book text not null) without rowid`,
      sql`create table notice_outbox (
        id integer primary key, at integer not null, channel text not null, target text, message text not null,
        attempts integer not null, next_at integer not null, done_at integer, problem text, lost integer not null
      )`,
      sql`create index notice_waiting on notice_outbox (next_at) where done_at is null`,
    ]) {
      await statement.execute(db)
    }
  },
}
