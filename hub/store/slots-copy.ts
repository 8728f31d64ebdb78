import { existsSync, renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { CopyFacts } from './copy.ts'
import { copyDatabase, factsOf, RAW_TABLES, syncFile, tablesOf } from './copy.ts'

export interface SlotsCopyRequest {
  readonly from: string
  /** The copy: readings.db without its raw readings. */
  readonly to: string
  /** Rows of earlier than this (epoch ms) are taken to be in the copy; null = make it anew and check all of it. */
  readonly since: number | null
  readonly duty?: number
}

export interface SlotsCopyOutcome {
  readonly changed: number
  /** What the copy holds, where it was made anew. */
  readonly facts: CopyFacts | null
}

/**
 * Brings the copy of the slots up to the database. Only rows that are new or differ are written, in one transaction of
 * the copy: an hour of a street is a few pages. What was deleted since stays until the copy is made anew.
 */
export async function updateSlotsCopy(request: SlotsCopyRequest): Promise<SlotsCopyOutcome> {
  const { since, to } = request
  if (since === null || !existsSync(to)) return makeAnew(request)
  const changed = upsert(request.from, to, since)
  return changed === null ? makeAnew(request) : { changed, facts: null }
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

/** Rows written; null when the copy has another schema or is damaged, so that it has to be made anew. */
function upsert(from: string, to: string, since: number): number | null {
  const db = new Database(to, { timeout: 5000 })
  try {
    db.prepare('attach ? as source').run(from)
    const schemaOf = (schema: string) => tablesOf(db, schema).map(({ name, sql }) => [name, sql])
    if (JSON.stringify(schemaOf('main')) !== JSON.stringify(schemaOf('source'))) return null
    return db.transaction(() => {
      let changed = 0
      for (const { name } of tablesOf(db)) {
        if (RAW_TABLES.includes(name) || name.startsWith('kysely_')) continue
        changed += upsertTable(db, name, since)
      }
      return changed
    })()
  } catch (error) {
    const { code = '' } = error as { code?: string }
    if (code.startsWith('SQLITE_NOTADB') || (code.startsWith('SQLITE_CORRUPT') && isSound(from))) return null
    throw error
  } finally {
    db.close()
  }
}

function upsertTable(db: Database.Database, table: string, since: number): number {
  const columns = db.prepare('select name, pk from pragma_table_info(?)').all(table) as { name: string; pk: number }[]
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`)
  const key = quoted(columns.filter((c) => c.pk > 0).map((c) => c.name))
  const rest = quoted(columns.filter((c) => c.pk === 0).map((c) => c.name))
  const clock = columns.find((c) => c.pk > 0 && (c.name === 'start' || c.name === 'at'))
  const update = rest.length
    ? `update set ${rest.map((c) => `${c} = excluded.${c}`).join(', ')} where ${rest.map((c) => `${c} is not excluded.${c}`).join(' or ')}`
    : 'nothing'
  return db
    .prepare(
      `insert into main."${table}" select * from source."${table}" where ${clock ? `"${clock.name}" >= ?` : '?'}
       on conflict (${key.join(', ')}) do ${update}`,
    )
    .run(clock ? since : 1).changes
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
