import type Database from 'better-sqlite3'
import { SLOT_COLUMNS } from './schema.ts'

/** Everything the writer of measurements asks of readings.db. */
export function prepare(db: Database.Database) {
  const columns = SLOT_COLUMNS.join(', ')
  return {
    insertReading: db.prepare(
      `insert into reading (at, house, series, production_w, consumption_w, boot, seq, produced_wh, consumed_wh,
       imported_wh, exported_wh, clock_doubt) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    insertInterval: db.prepare(
      `insert into interval (house, at, duration_ms, produced_wh, consumed_wh) values (?, ?, ?, ?, ?) on conflict do nothing`,
    ),
    series: db.prepare(`select state from series where house = ?`),
    upsertSeries: db.prepare(
      `insert into series (house, state) values (?, ?) on conflict (house) do update set state = excluded.state`,
    ),
    slot: db.prepare(`select * from slot where start = ? and house = ?`),
    addSlot: db.prepare(
      `insert into slot (start, house, ${columns}) values (?, ?, ${SLOT_COLUMNS.map(() => '?').join(', ')})
       on conflict (start, house) do update set ${SLOT_COLUMNS.map((c) => `${c} = ${sumOf(c)}`).join(', ')}`,
    ),
    markUnrolled: db.prepare(`insert or ignore into unrolled (start) values (?)`),
    isRetired: db.prepare(
      `select 1 from slot s where house = ? and start = ? and production_measured_s > 0
       and not exists (select 1 from heard h where h.house = s.house and h.start = s.start)`,
    ),
    hear: db.prepare(
      `insert into heard (house, start, balance) values (?, ?, ?)
       on conflict (house, start) do update set balance = 1 where balance < excluded.balance`,
    ),
    heardBefore: db.prepare(
      `select start from heard where house = ? and start < ? and balance >= ? order by start desc limit 1`,
    ),
    heardAfter: db.prepare(
      `select start from heard where house = ? and start > ? and balance >= ? order by start limit 1`,
    ),
    instantsIn: db.prepare(
      `select at, consumption_w from reading where at >= ? and at < ? and house = ? and clock_doubt is null order by at`,
    ),
    heardBetween: db.prepare(`select start from heard where house = ? and start >= ? and start <= ? order by start`),
    readingsIn: db.prepare(
      `select * from reading where at >= ? and at < ? and house = ? and clock_doubt is null order by at, id`,
    ),
    intervalsBetween: db.prepare(
      `select * from interval where house = ? and at > ? and at < ? and at + duration_ms > ? order by at, duration_ms`,
    ),
    aheadUntil: db.prepare(`select until from ahead where house = ?`).pluck(),
    putAhead: db.prepare(
      `insert into ahead (house, until) values (?, ?) on conflict (house) do update set until = max(until, excluded.until)`,
    ),
    dropAhead: db.prepare(`delete from ahead where house = ?`),
    putDoubt: db.prepare(`insert or ignore into clock_doubt (id, machine_run, offset) values (?, ?, ?)`),
    nextDoubt: db.prepare(`select id, offset from clock_doubt where machine_run = ? order by id limit 1`),
    dropDoubt: db.prepare(`delete from clock_doubt where id = ?`),
    nextDoubtful: db.prepare(
      `select * from reading where clock_doubt = ? and house =
       (select min(house) from reading where clock_doubt = ?) order by at, id limit ?`,
    ),
    date: db.prepare(`update reading set at = ?, clock_doubt = null where id = ?`),
    upsertNode: db.prepare(
      `insert into node (house, online, at, fw, boot, uptime_s) values (?, ?, ?, ?, ?, ?)
       on conflict (house) do update set online = excluded.online, at = excluded.at, fw = coalesce(excluded.fw, fw),
       boot = coalesce(excluded.boot, boot), uptime_s = coalesce(excluded.uptime_s, uptime_s)`,
    ),
    countRefusal: db.prepare(
      `insert into refusal (house, reason, count, last_at, campo, valore, atteso) values (?, ?, 1, ?, ?, ?, ?)
       on conflict (house, reason) do update set count = count + 1, last_at = excluded.last_at, campo = excluded.campo,
       valore = excluded.valore, atteso = excluded.atteso`,
    ),
  }
}

/** Times are whole milliseconds: what binary fractions add to them is taken off again, and a full slot is 300 s sharp. */
function sumOf(column: string): string {
  const sum = `${column} + excluded.${column}`
  return column.endsWith('_s') ? `cast(round((${sum}) * 1000) as integer) / 1000.0` : sum
}
