import type Database from 'better-sqlite3'
import { SLOT_COLUMNS, STREET } from './schema.ts'

/** Everything housekeeping asks of readings.db. */
export function prepareHousekeeping(db: Database.Database) {
  const columns = SLOT_COLUMNS.join(', ')
  const values = SLOT_COLUMNS.map(() => '?').join(', ')
  const update = SLOT_COLUMNS.map((c) => `${c} = excluded.${c}`).join(', ')
  return {
    nextUnrolled: db.prepare(`select start from unrolled where start <= ? order by start limit 1`),
    sums: db.prepare(
      `select house, ${SLOT_COLUMNS.map((c) => `sum(${c}) as ${c}`).join(', ')} from slot
       where start >= ? and start < ? group by house order by house`,
    ),
    deleteHour: db.prepare(`delete from hour where house = ? and start = ?`),
    hours: db.prepare(
      `with recursive ${STREET} select h.* from street w cross join hour h on h.house = w.house and h.start = ?`,
    ),
    putHour: db.prepare(
      `insert into hour (start, house, ${columns}, final) values (?, ?, ${values}, ?)
       on conflict (house, start) do update set ${update}`,
    ),
    putCommunity: db.prepare(
      `insert into community_hour (start, ${columns}, shared_wh) values (?, ${values}, ?)
       on conflict (start) do update set ${update}, shared_wh = excluded.shared_wh`,
    ),
    deleteCommunity: db.prepare(`delete from community_hour where start = ?`),
    markRolled: db.prepare(`delete from unrolled where start = ?`),
    isRolled: db.prepare(
      `select 1 from community_hour where start = ? and not exists (select 1 from unrolled where start = ?)`,
    ),
    oldestSlot: db.prepare(`select start from slot order by start limit 1`),
    deleteSlots: db.prepare(`delete from slot where start >= ? and start < ?`),
    makeFinal: db.prepare(`update hour set final = 1 where house = ? and start = ?`),
    forgetFutureArrivals: db.prepare(`delete from arrival where at > ?`),
    lastArrival: db.prepare(`select max(at) as at from arrival`),
    noteArrival: db.prepare(`insert into arrival (at, last_id) select ?, coalesce(max(id), 0) from reading`),
    forgetArrivals: db.prepare(`delete from arrival where at < (select max(at) from arrival where at <= ?)`),
    // The newest reading stays, so that its id is never given a second time.
    arrivedBefore: db.prepare(
      `select id, at, house, boot, seq from reading where id > ?
       and id <= (select last_id from arrival where at <= ? order by at desc limit 1)
       and id < (select max(id) from reading) order by id limit ?`,
    ),
    deleteReading: db.prepare(`delete from reading where id = ?`),
    // A range goes with the newest of its readings.
    deleteRange: db.prepare(
      `delete from seq_range where house = @house and boot = @boot and last_id <= @id and first =
       (select max(first) from seq_range where house = @house and boot = @boot and first <= @seq)`,
    ),
    housesIn: db.prepare(`select distinct house from reading where at >= ? and at < ?`),
    deleteHeard: db.prepare(`delete from heard where house = ? and start = ?`),
    heardBack: db.prepare(
      `select min(start) as start from
       (select start from heard where house = ? and start < ? and balance >= ? order by start desc limit ?)`,
    ),
  }
}
