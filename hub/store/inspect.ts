import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'
import type { CopyFacts } from './copy.ts'
import { checkDatabase, factsOf } from './copy.ts'
import type { DatabaseKind } from './migrations.ts'
import { migrate } from './migrations.ts'

/** What a database file holds, or what is wrong with it. Looks at every page. */
export function inspectFile(file: string): Result<CopyFacts, string> {
  const problem = checkDatabase(file)
  if (problem !== null) return fail(problem)
  const db = new Database(file, { readonly: true, timeout: 5000 })
  try {
    return ok(factsOf(db))
  } catch (error) {
    return fail((error as Error).message)
  } finally {
    db.close()
  }
}

/** Names of the migrations a database of this program has been through. */
export async function newestSchema(kind: DatabaseKind): Promise<readonly string[]> {
  const memory = new Database(':memory:')
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: memory }) })
  try {
    await migrate(db, kind)
    return factsOf(memory).schema
  } finally {
    await db.destroy()
  }
}

/** Start of the newest slot, epoch ms; null where there is none or it cannot be told. */
export function newestSlot(file: string): number | null {
  if (!existsSync(file)) return null
  let db: Database.Database | null = null
  try {
    db = new Database(file, { readonly: true, timeout: 5000 })
    return db.prepare('select max(start) from slot').pluck().get() as number | null
  } catch {
    return null
  } finally {
    db?.close()
  }
}
