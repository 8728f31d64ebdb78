import { existsSync, renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { CopyFacts } from './copy.ts'
import {
  checkDatabase,
  copyDatabase,
  factsOf,
  pacer,
  RAW_TABLES,
  SPAN,
  syncFile,
  tablesOf,
  withoutRaw,
} from './copy.ts'

export interface SlotsCopyRequest {
  readonly from: string
  /** The copy: readings.db without its raw readings. */
  readonly to: string
  /** Rows of earlier than this (epoch ms) are taken to be in the copy; null = every row is compared, and all of the copy checked. */
  readonly since: number | null
  readonly duty?: number
}

export interface SlotsCopyOutcome {
  readonly changed: number
  /** What the copy holds, where all of it was checked. */
  readonly facts: CopyFacts | null
}

/**
 * Brings the copy of the slots up to the database, in one transaction of the copy. Only rows that are new or differ are
 * written: an hour of a street is a few pages, and so is a night, of a year that takes 720 MB. With `since`, what was
 * deleted stays; without, the copy is then what the database is. Made anew where there is none or it is no good.
 */
export async function updateSlotsCopy(request: SlotsCopyRequest): Promise<SlotsCopyOutcome> {
  if (!existsSync(request.to)) return makeAnew(request)
  const brought = bringUp(request)
  return brought && (brought.facts === null || checkDatabase(request.to, brought.facts) === null)
    ? brought
    : makeAnew(request)
}

async function makeAnew({ from, to, duty = 1 }: SlotsCopyRequest): Promise<SlotsCopyOutcome> {
  const fresh = `${to}.partial`
  rmSync(fresh, { force: true })
  const facts = await copyDatabase({ from, to: fresh, withRaw: false, duty })
  for (const end of ['-journal', '-wal', '-shm']) rmSync(to + end, { force: true })
  renameSync(fresh, to)
  syncFile(to)
  return { changed: Object.values(facts.rows).reduce((sum, n) => sum + n, 0), facts }
}

/** Null when the copy has another schema or is damaged, so that it has to be made anew. */
function bringUp({ from, to, since, duty = 1 }: SlotsCopyRequest): SlotsCopyOutcome | null {
  const db = new Database(to, { timeout: 5000 })
  try {
    // What was erased leaves no trace in freed pages.
    db.pragma('secure_delete = ON')
    db.prepare('attach ? as source').run(from)
    const schemaOf = (schema: string) => tablesOf(db, schema).map(({ name, sql }) => [name, sql])
    if (JSON.stringify(schemaOf('main')) !== JSON.stringify(schemaOf('source'))) return null
    const tables = tablesOf(db).filter(({ name }) => !RAW_TABLES.includes(name) && !name.startsWith('kysely_'))
    const pace = pacer(duty)
    const bring = (name: string) => {
      if (since !== null) return upsertRows(db, name, since)
      return columnsOf(db, name).keys[0] === '"start"' ? equaliseSpans(db, name, pace) : equaliseRows(db, name, pace)
    }
    return db.transaction(() => {
      const changed = tables.reduce((sum, { name }) => sum + bring(name), 0)
      return { changed, facts: since === null ? withoutRaw(factsOf(db, 'source')) : null }
    })()
  } catch (error) {
    const { code = '' } = error as { code?: string }
    if (code.startsWith('SQLITE_NOTADB') || (code.startsWith('SQLITE_CORRUPT') && isSound(from))) return null
    throw error
  } finally {
    db.close()
  }
}

/** Days of a table that is clustered by time: one that differs is copied again. Rows written or deleted. */
function equaliseSpans(db: Database.Database, table: string, pace: () => void): number {
  const inSpan = 'where start >= @from and start < @to'
  const rows = (schema: string) => `select * from ${schema}."${table}" ${inSpan}`
  const differs = db
    .prepare(
      `select exists (${rows('source')} except ${rows('main')}) or exists (${rows('main')} except ${rows('source')})`,
    )
    .pluck()
  const clear = db.prepare(`delete from main."${table}" ${inSpan}`)
  const copy = db.prepare(`insert into main."${table}" ${rows('source')}`)
  const next = db
    .prepare(
      `select min(start) from (select min(start) as start from main."${table}" where start >= @from
       union all select min(start) from source."${table}" where start >= @from)`,
    )
    .pluck()
  let changed = 0
  for (let from = next.get({ from: -Number.MAX_SAFE_INTEGER }) as number | null; from !== null; ) {
    const span = { from, to: from + SPAN }
    if (differs.get(span)) changed += Math.max(clear.run(span).changes, copy.run(span).changes)
    from = next.get({ from: span.to }) as number | null
    pace()
  }
  return changed
}

/** Any other table, row by row. */
function equaliseRows(db: Database.Database, table: string, pace: () => void): number {
  const same = columnsOf(db, table).keys.map((key) => `s.${key} = main."${table}".${key}`)
  const dropped = db
    .prepare(
      `delete from main."${table}" where not exists (select 1 from source."${table}" s where ${same.join(' and ')})`,
    )
    .run().changes
  pace()
  const changed = dropped + upsertRows(db, table, null)
  pace()
  return changed
}

/** Rows written that the copy lacked or had otherwise. */
function upsertRows(db: Database.Database, table: string, since: number | null): number {
  const { keys, rest } = columnsOf(db, table)
  const clock = keys.find((key) => key === '"start"' || key === '"at"')
  const update = rest.length
    ? `update set ${rest.map((c) => `${c} = excluded.${c}`).join(', ')} where ${rest.map((c) => `${c} is not excluded.${c}`).join(' or ')}`
    : 'nothing'
  return db
    .prepare(
      `insert into main."${table}" select * from source."${table}" where ${clock && since !== null ? `${clock} >= ${since}` : 'true'}
       on conflict (${keys.join(', ')}) do ${update}`,
    )
    .run().changes
}

/** Columns of a table, quoted: those of its key in their order, and the others. */
function columnsOf(db: Database.Database, table: string): { readonly keys: string[]; readonly rest: string[] } {
  const columns = db.prepare('select name, pk from pragma_table_info(?) order by pk, cid').all(table) as {
    name: string
    pk: number
  }[]
  const names = (isKey: boolean) => columns.filter((c) => c.pk > 0 === isKey).map((c) => `"${c.name}"`)
  return { keys: names(true), rest: names(false) }
}

/** A first look at a database: whether its tables can be read at all. */
function isSound(file: string): boolean {
  const db = new Database(file, { readonly: true })
  try {
    factsOf(db)
    return true
  } catch {
    return false
  } finally {
    db.close()
  }
}
