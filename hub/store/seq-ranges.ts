import type Database from 'better-sqlite3'

/** Messages of one node start that are stored: every number from `first` to `last`. */
interface SeqRange {
  readonly house: string
  readonly boot: number
  readonly first: number
  last: number
  /** Row of the newest reading among them. */
  lastId: number
  /** First number of the next range of the same node start. */
  readonly next: number
  changed: boolean
}

/** Node starts that are kept in mind, at most. */
const MOST_OPEN = 2000

/** Of a message without a number, which cannot be told from another: every one is new. */
export const NO_NUMBER = { lastId: 0 }

/**
 * Tells a message that was stored before by its node's `boot` and `seq`. What is stored is kept as ranges: a node that
 * counts on keeps one short row, and those of a whole street lie on one page. An index of all readings would be written
 * at another page for every message. A range is kept as long as its newest raw reading.
 */
export class SeqRanges {
  readonly #sql: ReturnType<typeof prepare>
  /** Last touched of each node start; those that are `changed` are not in the file yet. */
  readonly #open = new Map<string, SeqRange>()
  /** The file's version, which changes when another connection writes, in this transaction and where `#open` was committed. */
  #version: unknown = null
  #committed: unknown = null

  constructor(db: Database.Database) {
    this.#sql = prepare(db)
  }

  /** First in a transaction: forgets what was not committed, or was before somebody else wrote to the file. */
  begin(): void {
    this.#version = this.#sql.version.get()
    if (this.#version !== this.#committed || this.#open.size > MOST_OPEN) this.#open.clear()
    this.#committed = null
  }

  /** What was written is in the file for good: the next transaction need not ask for it again. */
  committed(): void {
    this.#committed = this.#version
  }

  /** The range a message now belongs to, whose `lastId` is to be given its row; null when it was stored before. */
  take(house: string, boot: number, seq: number): { lastId: number } | null {
    const key = `${boot} ${house}`
    let range = this.#open.get(key)
    if (!range || seq < range.first || seq > range.last + 1) {
      if (range) this.#put(range)
      range = this.#around(house, boot, seq)
      this.#open.set(key, range)
    }
    if (seq <= range.last) return null
    range.last = seq
    range.changed = true
    if (seq + 1 < range.next) return range
    const joined = this.#join(range)
    this.#open.set(key, joined)
    return joined
  }

  /** Into the file, within the caller's transaction. */
  write(): void {
    for (const range of this.#open.values()) this.#put(range)
  }

  /** The range that holds a number or ends right before it; else an empty one, for it to begin. */
  #around(house: string, boot: number, seq: number): SeqRange {
    const below = this.#sql.below.get(house, boot, seq) as { first: number; last: number; last_id: number } | undefined
    const next = (this.#sql.above.get(house, boot, seq) as number | undefined) ?? Number.POSITIVE_INFINITY
    const common = { house, boot, next, changed: false }
    if (below && below.last >= seq - 1)
      return { ...common, first: below.first, last: below.last, lastId: below.last_id }
    return { ...common, first: seq, last: seq - 1, lastId: 0 }
  }

  /** Closes the gap to the next range. */
  #join(range: SeqRange): SeqRange {
    const { house, boot, first } = range
    const next = this.#sql.at.get(house, boot, range.next) as { last: number; last_id: number }
    this.#sql.drop.run(house, boot, range.next)
    const above = (this.#sql.above.get(house, boot, next.last) as number | undefined) ?? Number.POSITIVE_INFINITY
    const lastId = Math.max(range.lastId, next.last_id)
    return { house, boot, first, last: next.last, lastId, next: above, changed: true }
  }

  #put(range: SeqRange): void {
    if (range.changed) this.#sql.put.run(range.house, range.boot, range.first, range.last, range.lastId)
    range.changed = false
  }
}

/** Ranges of the raw readings that are there: for a file that has none yet. */
export const FILL_SEQ_RANGES = `insert into seq_range (house, boot, first, last, last_id)
  select house, boot, min(seq), max(seq), max(id) from (
    select id, house, boot, seq, seq - row_number() over (partition by house, boot order by seq) as island
    from reading where boot is not null and seq is not null
  ) group by house, boot, island`

function prepare(db: Database.Database) {
  const ofNode = 'house = ? and boot = ?'
  return {
    below: db.prepare(
      `select first, last, last_id from seq_range where ${ofNode} and first <= ? order by first desc limit 1`,
    ),
    above: db.prepare(`select first from seq_range where ${ofNode} and first > ? order by first limit 1`).pluck(),
    at: db.prepare(`select last, last_id from seq_range where ${ofNode} and first = ?`),
    drop: db.prepare(`delete from seq_range where ${ofNode} and first = ?`),
    version: db.prepare('pragma data_version').pluck(),
    put: db.prepare(
      `insert into seq_range (house, boot, first, last, last_id) values (?, ?, ?, ?, ?)
       on conflict (house, boot, first) do update set last = excluded.last, last_id = excluded.last_id`,
    ),
  }
}
