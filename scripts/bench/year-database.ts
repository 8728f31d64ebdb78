import { closeSync, fsyncSync, openSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { DAY, HOUR, SLOT } from '../../hub/domain/time.ts'
import { openStore, storeFiles } from '../../hub/store/store.ts'
import { houseId } from './houses.ts'

export interface Year {
  readonly houses: number
  /** Before `from` there are hours alone. */
  readonly hoursFrom: number
  readonly from: number
  readonly to: number
}

/** A data folder whose readings.db holds 5-minute slots of a street, not rolled up yet, and `rawDays` of raw readings every 10 s. */
export async function makeYear(dataDir: string, { houses, hoursFrom, from, to }: Year, rawDays: number): Promise<void> {
  await (await openStore(dataDir)).close()
  const db = new Database(storeFiles(dataDir).readings)
  try {
    db.pragma('journal_mode = OFF')
    db.pragma('synchronous = OFF')
    db.exec('create temp table street (house text, k integer)')
    const house = db.prepare('insert into street values (?, ?)')
    for (let k = 0; k < houses; k += 1) house.run(houseId(k), k)
    if (hoursFrom < from) fillHours(db, hoursFrom, from)
    fillSlots(db, from, to)
    db.prepare(`insert into unrolled with recursive h(start) as (select ? union all select start + ${HOUR} from h where start + ${HOUR} < ?)
      select start from h`).run(from, to)
    for (let day = to - rawDays * DAY; day < to; day += DAY) {
      fillReadings(db, day, day + DAY)
      db.prepare('insert into arrival select ?, max(id) from reading').run(day + DAY)
    }
  } finally {
    db.close()
  }
  // What is made here is on the disk before anything is measured.
  const file = openSync(storeFiles(dataDir).readings, 'r+')
  fsyncSync(file)
  closeSync(file)
}

/** A bell over the day for the sun, longer in June; a base, a morning and an evening of use. No two slots are alike, nights produce 0. */
function fillSlots(db: Database.Database, from: number, to: number): void {
  fillSky(db, from, to, SLOT)
  db.exec(
    `insert into slot select start, house, p, c, max(0, c - p), max(0, p - c), 300, 0, 300, 0, 300, 0
     from (select start, house, ${POWERS} from sky cross join street)`,
  )
}

/** Hours from before the slots: those of years ago, whose slots are long gone. */
function fillHours(db: Database.Database, from: number, to: number): void {
  fillSky(db, from, to, HOUR)
  db.exec(
    `insert into hour select house, start, 12 * p, 12 * c, 12 * max(0, c - p), 12 * max(0, p - c), 3600, 0, 3600, 0, 3600, 0, 1
     from (select start, house, ${POWERS} from street cross join sky)`,
  )
  db.exec(
    `insert into community_hour select start, sum(produced_wh), sum(consumed_wh), sum(imported_wh) / 2, sum(exported_wh) / 2,
     3600 * count(*), 0, 3600 * count(*), 0, 3600 * count(*), 0, sum(imported_wh) / 2 from hour group by start`,
  )
}

const POWERS = `height * (150 + 25 * (k % 7)) * (0.5 + (random() & 65535) / 131072.0) as p,
  10 + morning * ((random() & 65535) / 65536.0) + evening * ((random() & 65535) / 65536.0) as c`

function fillSky(db: Database.Database, from: number, to: number, step: number): void {
  db.exec(
    'drop table if exists sky; create temp table sky (start integer primary key, height real, morning real, evening real)',
  )
  db.prepare(
    `insert into sky
     with recursive t(start) as (select @from union all select start + ${step} from t where start + ${step} < @to),
     clock as (select start, (start / ${HOUR}.0 + 1) % 24 as hour, 0.5 - 0.5 * cos(6.2832 * (start / ${DAY}.0 + 10) / 365.25) as season from t)
     select start, max(0, cos((hour - 12) / (8 + 6 * season) * 3.1416)) * (abs(hour - 12) < 4 + 3 * season) * (0.5 + 0.35 * season),
       60 * exp(-(hour - 7) * (hour - 7) / 4), 90 * exp(-(hour - 19) * (hour - 19) / 8) from clock`,
  ).run({ from, to })
}

function fillReadings(db: Database.Database, from: number, to: number): void {
  db.prepare(
    `insert into reading (at, house, series, production_w, consumption_w, boot, seq, produced_wh, consumed_wh, imported_wh, exported_wh)
     with recursive t(at) as (select @from union all select at + 10000 from t where at + 10000 < @to)
     select at + k * 97, house, 0, random() & 4095, random() & 4095, 3, (at - 1700000000000) / 10000, null, null, null, null
     from t cross join street`,
  ).run({ from, to })
  db.prepare(
    `insert or ignore into heard
     with recursive t(start) as (select @from union all select start + ${SLOT} from t where start + ${SLOT} < @to)
     select house, start, 1 from street cross join t`,
  ).run({ from, to })
}

export interface TableSize {
  readonly name: string
  readonly mb: number
  readonly unusedShare: number
}

/** What every table and index takes, by SQLite's own account. */
export function tableSizes(dataDir: string): {
  readonly mb: number
  readonly freeMb: number
  readonly tables: TableSize[]
} {
  const db = new Database(join(dataDir, 'readings.db'), { readonly: true })
  try {
    const [pages, free, size] = ['page_count', 'freelist_count', 'page_size'].map((p) =>
      Number(db.pragma(p, { simple: true })),
    )
    const tables = db
      .prepare(
        `select name, sum(pgsize) / 1e6 as mb, sum(unused) * 1.0 / sum(pgsize) as unusedShare from dbstat
         group by name having sum(pgsize) > 100000 order by mb desc`,
      )
      .all() as TableSize[]
    const mb = (count = 0) => (count * (size ?? 0)) / 1e6
    return { mb: mb(pages), freeMb: mb(free), tables }
  } finally {
    db.close()
  }
}
