import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { Migrator } from 'kysely/migration'
import { CLEANING_MIGRATION, SOILING_MIGRATION } from './migration-cleaning.ts'
import { FORECAST_MIGRATION } from './migration-forecast.ts'
import { LOADS } from './migration-loads.ts'
import { NOTIFY } from './migration-notify.ts'
import { SYNC_MIGRATION } from './migration-sync.ts'

import { SLOT_COLUMNS } from './schema.ts'
import { FILL_SEQ_RANGES } from './seq-ranges.ts'

type Migrations = Record<string, Migration>

const CONTROL: Migrations = {
  '0001-houses-people-alerts': {
    async up(db: Kysely<unknown>) {
      for (const statement of [
        sql`create table setting (key text primary key, value text not null, updated_at integer not null) without rowid`,
        sql`create table house (
          id text primary key, name text not null, peak_w real not null, tilt real, azimuth real, connection_w real,
          shown integer not null, key_hash text not null, created_at integer not null, removed_at integer
        ) without rowid`,
        sql`create table user (
          name text primary key collate nocase, role text not null, house text, password_hash text not null, created_at integer not null
        ) without rowid`,
        sql`create table session (
          id_hash text primary key, user text not null collate nocase, created_at integer not null, expires_at integer not null
        ) without rowid`,
        sql`create table token (
          id integer primary key, token_hash text not null unique, role text not null, house text,
          created_at integer not null, revoked_at integer
        )`,
        sql`create table alert (
          id integer primary key, house text not null, code text not null, opened_at integer not null,
          closed_at integer, detail text not null
        )`,
        sql`create index alert_opened on alert (opened_at)`,
        sql`create unique index alert_open on alert (house, code) where closed_at is null`,
        sql`create table cycle (id integer primary key check (id = 1), state text not null, at integer not null, elapsed integer not null)`,
        sql`create table effect (id integer primary key, at integer not null, effect text not null, performed_at integer)`,
        sql`create index effect_pending on effect (id) where performed_at is null`,
        sql`create table audit (
          id integer primary key, at integer not null, who text not null, what text not null, detail text not null
        )`,
      ]) {
        await statement.execute(db)
      }
    },
  },
  '0002-loads': LOADS,
  '0003-diagnosis': {
    async up(db: Kysely<unknown>) {
      await sql`alter table house add column battery integer not null default 0`.execute(db)
    },
  },
  '0005-people': {
    async up(db: Kysely<unknown>) {
      await sql`alter table alert add column seen_at integer`.execute(db)
      await sql`alter table alert add column seen_by text`.execute(db)
      await sql`create table pairing (code_hash text primary key, user text not null collate nocase, expires_at integer not null)`.execute(
        db,
      )
    },
  },
  '0007-cleaning': CLEANING_MIGRATION,
  '0009-notify': NOTIFY,
}

const SUMS = SLOT_COLUMNS.map((column) => `${column} numeric not null`).join(', ')

const READINGS: Migrations = {
  '0001-readings-slots': {
    async up(db: Kysely<unknown>) {
      for (const statement of [
        // Appended in order of arrival: a commit touches the last page, and the last page of reading_at.
        sql`create table reading (
          id integer primary key, at integer not null, house text not null, series integer not null,
          production_w integer not null, consumption_w integer, boot integer, seq integer,
          produced_wh real, consumed_wh real, imported_wh real, exported_wh real
        )`,
        sql`create index reading_at on reading (at, house)`,
        sql`create unique index reading_once on reading (house, boot, seq) where boot is not null and seq is not null`,
        // The slots a house has readings in: the way to its next one, past those of all others.
        sql`create table heard (
          house text not null, start integer not null, balance integer not null, primary key (house, start)
        ) without rowid`,
        sql`create table interval (
          house text not null, at integer not null, duration_ms integer not null, produced_wh real, consumed_wh real,
          primary key (house, at, duration_ms)
        ) without rowid`,
        // Clustered by time: the slots that are being filled lie side by side, whatever the number of houses. A house's own
        // are found by seeking each of its slots: an index by house would cost a fifth more space, and a page a house to write.
        // numeric: whole seconds and zeros, which is most of a row, take a byte or two; real would take eight in such a table.
        sql`create table slot (
          start integer not null, house text not null, ${sql.raw(SUMS)},
          primary key (start, house)
        ) without rowid`,
        // Slots rolled up; final = they are gone, and the hour is all there is. Clustered by house: a house's year is read from
        // a hundred pages in a row, where by time it would be every page there is.
        sql`create table hour (
          house text not null, start integer not null, ${sql.raw(SUMS)}, final integer not null,
          primary key (house, start)
        ) without rowid`,
        // The houses of an hour added up; import and export are at the meter of the neighbourhood, after sharing.
        sql`create table community_hour (start integer primary key, ${sql.raw(SUMS)}, shared_wh numeric)`,
        // Hours whose slots have changed since they were rolled up, or never were.
        sql`create table unrolled (start integer primary key)`,
        // The last reading that had arrived by a time: how long readings have been here, whenever they were measured.
        sql`create table arrival (at integer primary key, last_id integer not null)`,
        sql`create table series (house text primary key, state text not null) without rowid`,
        sql`create table node (
          house text primary key, online integer not null, at integer not null, fw text, boot integer, uptime_s integer
        ) without rowid`,
        sql`create table refusal (
          house text not null, reason text not null, count integer not null, last_at integer not null,
          campo text not null, valore text not null, atteso text not null, primary key (house, reason)
        ) without rowid`,
      ]) {
        await statement.execute(db)
      }
    },
  },
  '0002-time-uncertain': {
    async up(db: Kysely<unknown>) {
      for (const statement of [
        sql`create table clock_doubt (id integer primary key, machine_run text not null, offset integer not null)`,
        sql`alter table reading add column clock_doubt integer`,
        sql`create index reading_doubt on reading (clock_doubt, house, at) where clock_doubt is not null`,
        sql`create table ahead (house text primary key, until integer not null) without rowid`,
      ]) {
        await statement.execute(db)
      }
    },
  },
  '0003-forecast': FORECAST_MIGRATION,
  '0003-plant-record': {
    async up(db: Kysely<unknown>) {
      await sql`create table plant_record (house text primary key, record text not null) without rowid`.execute(db)
    },
  },
  '0008-sync': SYNC_MIGRATION,
  '0006-emission': {
    async up(db: Kysely<unknown>) {
      // What the grid emits in single hours, where somebody gave it.
      await sql`create table emission (start integer primary key, g_per_kwh real not null)`.execute(db)
    },
  },
  '0007-seq-range': {
    async up(db: Kysely<unknown>) {
      for (const statement of [
        sql`create table seq_range (
          house text not null, boot integer not null, first integer not null, last integer not null, last_id integer not null,
          primary key (house, boot, first)
        ) without rowid`,
        sql.raw(FILL_SEQ_RANGES),
        sql`drop index reading_once`,
      ]) {
        await statement.execute(db)
      }
    },
  },
  '0007-soiling': SOILING_MIGRATION,
}

export type DatabaseKind = 'control' | 'readings'

/**
 * Brings a database to the newest schema; throws with the migration's name when one fails. Several programs may open a
 * new file at once: the first to write migrates it, the others wait and find it done.
 */
export async function migrate(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  const provider = { getMigrations: async () => (kind === 'control' ? CONTROL : READINGS) }
  const all = await new Migrator({ db, provider }).getMigrations()
  if (all.every((migration) => migration.executedAt !== undefined)) return
  await db.connection().execute(async (connection) => {
    // kysely would begin without the lock, and look at what is done before it has it.
    await sql`begin immediate`.execute(connection)
    try {
      const migrator = new Migrator({ db: connection, provider, disableTransactions: true })
      const { error, results } = await migrator.migrateToLatest()
      const failed = results?.find((r) => r.status === 'Error')
      if (error) {
        const which = `migration ${failed?.migrationName ?? ''} of ${kind}.db`
        throw new Error(`${which} failed: ${String(error)}`, { cause: error })
      }
      await sql`commit`.execute(connection)
    } catch (error) {
      // SQLite has rolled back by itself where the disk failed.
      await sql`rollback`.execute(connection).catch(() => {})
      throw error
    }
  })
}
