import type Database from 'better-sqlite3'
import { DAY, HOUR } from '../domain/time.ts'
import type { ReadingsSchema } from './schema.ts'
import { SLOT_COLUMNS } from './schema.ts'
import { NO_NUMBER, SeqRanges } from './seq-ranges.ts'
import type { RecoveryRow } from './swap.ts'

/** A transaction is to take so long, ms: those who wait for the database wait no longer than for one. */
const STEP_MS = 10
const FIRST_ROWS = 200
const LEAST_ROWS = 50
const MOST_ROWS = 2000

const HOUR_OF = (column: string) => `${column} - ${column} % ${HOUR}`

/**
 * Merges what was gathered (attached as `stage`) into `main`, a few rows at a time; how long the longest step took, ms.
 * Where each table stands is kept with the rows, in one transaction, so that nothing is added twice after a stop.
 */
export function mergeStage(db: Database.Database, { floor, cut, done }: RecoveryRow): number {
  const stands = JSON.parse(done) as Record<string, number>
  const keep = db.prepare('update recovery set done = ? where id = 1')
  let longest = 0
  const cell = new Int32Array(new SharedArrayBuffer(4))

  /** Rows of `table` by an ascending number, as many at once as a step has time for. */
  const inSteps = (table: string, key: string, merge: (from: number, to: number) => void) => {
    const last = db.prepare(`select max(${key}) from stage."${table}"`).pluck().get() as number | null
    const nth = db
      .prepare(`select ${key} from stage."${table}" where ${key} > ? order by ${key} limit 1 offset ?`)
      .pluck()
    let rows = FIRST_ROWS
    while (last !== null && (stands[table] ?? Number.NEGATIVE_INFINITY) < last) {
      const from = stands[table] ?? -DAY
      const to = (nth.get(from, rows - 1) as number | undefined) ?? last
      const started = performance.now()
      db.transaction(() => {
        merge(from, to)
        stands[table] = to
        keep.run(JSON.stringify(stands))
      }).immediate()
      const took = performance.now() - started
      longest = Math.max(longest, took)
      rows = took > STEP_MS ? Math.max(LEAST_ROWS, Math.floor(rows / 2)) : Math.min(MOST_ROWS, rows * 2)
      Atomics.wait(cell, 0, 0, Math.max(1, took))
    }
  }

  // Slots first: they are what is looked at.
  const columns = SLOT_COLUMNS.join(', ')
  const sums = SLOT_COLUMNS.map((c) => `${c} = ${c} + excluded.${c}`).join(', ')
  const addSlots = db.prepare(
    `insert into slot (start, house, ${columns}) select start, house, ${columns} from stage.slot
     where start > ? and start <= ? and start < ? on conflict (start, house) do update set ${sums}`,
  )
  const markHours = db.prepare(
    `insert or ignore into unrolled select distinct ${HOUR_OF('s.start')} from stage.slot s where s.start > ? and s.start <= ?
     and (not exists (select 1 from stage.hour h where h.start = ${HOUR_OF('s.start')} and h.house = s.house)
       or exists (select 1 from main.hour m where m.start = ${HOUR_OF('s.start')} and m.house = s.house))`,
  )
  inSteps('slot', 'start', (from, to) => {
    addSlots.run(from, to, cut ?? Number.MAX_SAFE_INTEGER)
    markHours.run(from, to)
  })
  for (const table of ['hour', 'community_hour', 'unrolled', 'weather', 'forecast_day'] as const) {
    const some = db.prepare(
      `insert or ignore into "${table}" select * from stage."${table}" where start > ? and start <= ?`,
    )
    inSteps(table, 'start', (from, to) => some.run(from, to))
  }
  // By the hidden order they were gathered in: these have no number of their own to go by.
  for (const table of ['interval', 'heard'] as const) {
    const key = table === 'interval' ? 'at' : 'start'
    const some = db.prepare(
      `insert or ignore into "${table}" select * from stage."${table}" where ${key} > ? and ${key} <= ?`,
    )
    inSteps(table, key, (from, to) => some.run(from, to))
  }
  for (const table of ['node', 'refusal', 'ahead', 'clock_doubt'] as const)
    db.exec(`insert or ignore into "${table}" select * from stage."${table}"`)
  mergeReadings(db, floor === null, inSteps)
  if (floor !== null) {
    const arrivals = db.prepare('insert or ignore into arrival select * from stage.arrival where at > ? and at <= ?')
    inSteps('arrival', 'at', (from, to) => arrivals.run(from, to))
  }
  return longest
}

/** Raw readings that are not here yet. Where ids may have been given again (`anew`) they get new ones. */
function mergeReadings(
  db: Database.Database,
  anew: boolean,
  inSteps: (table: string, key: string, merge: (from: number, to: number) => void) => void,
): void {
  const columns = db
    .prepare(`select name from pragma_table_info('reading') where name <> 'id'`)
    .pluck()
    .all() as string[]
  const some = db.prepare('select * from stage.reading where id > ? and id <= ? order by id')
  const isHere = db.prepare('select 1 from main.reading where id = ?')
  const insert = db.prepare(
    `insert into reading (id, ${columns.join(', ')}) values (@id, ${columns.map((c) => `@${c}`).join(', ')})`,
  )
  const seqs = new SeqRanges(db)
  inSteps('reading', 'id', (from, to) => {
    seqs.begin()
    for (const row of some.all(from, to) as (ReadingsSchema['reading'] & { readonly id: number })[]) {
      if (!anew && isHere.get(row.id) !== undefined) continue
      const range = row.boot === null || row.seq === null ? NO_NUMBER : seqs.take(row.house, row.boot, row.seq)
      if (range === null) continue
      const { lastInsertRowid } = insert.run({ ...row, id: anew ? null : row.id })
      range.lastId = Math.max(range.lastId, Number(lastInsertRowid))
    }
    seqs.write()
  })
}
