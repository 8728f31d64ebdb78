import { join } from 'node:path'
import { Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { openDatabase } from '../../hub/store/database.ts'
import { makeFolder } from '../../hub/store/folder.ts'
import { MIGRATIONS } from './migrations.ts'
import type { CentralSchema } from './schema.ts'

export type CentralDb = Kysely<CentralSchema>

/** The database of a central, and which of the two it is: they differ in how many rows are handed over at once. */
export interface Central {
  readonly db: CentralDb
  readonly engine: 'sqlite' | 'postgres'
}

const POOL = 10
/** Types that PostgreSQL hands over as text: whole numbers, and sums of them. */
const NUMBERS = [20, 1700]
const LOCK = 0x50_4c_41_52

/** Opens central.db in a folder, or the PostgreSQL of a URL, and brings it to the newest schema. */
export async function openCentral(at: { dataDir: string } | { url: string }): Promise<Central> {
  const central = 'url' in at ? postgres(at.url) : sqlite(at.dataDir)
  try {
    await migrate(central)
  } catch (error) {
    await central.db.destroy()
    throw error
  }
  return central
}

function sqlite(dataDir: string): Central {
  makeFolder(dataDir)
  const database = openDatabase({ name: 'central', file: join(dataDir, 'central.db'), readonly: false })
  return { engine: 'sqlite', db: new Kysely<CentralSchema>({ dialect: new SqliteDialect({ database }) }) }
}

function postgres(url: string): Central {
  // Seconds and counts fit a number; as text they would not add up.
  const types = new pg.TypeOverrides()
  for (const type of NUMBERS) types.setTypeParser(type, Number)
  const pool = new pg.Pool({ connectionString: url, max: POOL, connectionTimeoutMillis: 5_000, types })
  // A connection that breaks while idle is replaced at the next question.
  pool.on('error', () => {})
  return { engine: 'postgres', db: new Kysely<CentralSchema>({ dialect: new PostgresDialect({ pool }) }) }
}

async function migrate({ db, engine }: Central): Promise<void> {
  const provider = { getMigrations: async () => MIGRATIONS[engine] }
  const run = async (connection: Kysely<unknown>, disableTransactions: boolean) => {
    const { error } = await new Migrator({ db: connection, provider, disableTransactions }).migrateToLatest()
    if (error) throw error instanceof Error ? error : new Error(String(error))
  }
  if (engine === 'sqlite') return run(db as Kysely<unknown>, false)
  // Several processes may start at once: one migrates, the others wait and find it done.
  await db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${LOCK})`.execute(connection)
    try {
      await run(connection as Kysely<unknown>, true)
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`.execute(connection)
    }
  })
}
