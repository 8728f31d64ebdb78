import { join } from 'node:path'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { openDatabase } from './database.ts'
import type { DateTask, DoubtfulOutcome } from './doubtful-readings.ts'
import { makeFolder } from './folder.ts'
import type { HousekeepingStep, HousekeepingTask } from './housekeeper.ts'
import type { IngestBatch, IngestOutcome } from './ingest-batch.ts'
import type { DatabaseKind } from './migrations.ts'
import { migrate } from './migrations.ts'
import type { ControlSchema, ReadingsSchema } from './schema.ts'
import { DatabaseThread, threadDialect } from './thread.ts'

export type ControlDb = Kysely<ControlSchema>
export type ReadingsDb = Kysely<ReadingsSchema>

/** The two database files of a hub. Writes to each and all reads run in threads of their own. */
export interface Store {
  /** control.db, to write and to read what was just written. */
  readonly control: ControlDb
  /** control.db, reading only: never behind a write. */
  readonly view: ControlDb
  /** readings.db, reading only. */
  readonly readings: ReadingsDb
  /** readings.db, to write: one statement at a time, as commits of readings go between them; no transactions. */
  readonly readingsWriter: ReadingsDb
  /** Commits a batch of measurements to readings.db. */
  readonly ingest: (batch: IngestBatch) => Promise<IngestOutcome>
  /** Dates some of the readings that were taken while the clock was in doubt. */
  readonly date: (task: DateTask) => Promise<DoubtfulOutcome>
  /** One small piece of rolling up and retiring in readings.db; commits asked for before it go first. */
  readonly housekeep: (task: HousekeepingTask) => Promise<HousekeepingStep>
  /** Puts a new readings.db, made ready before, in place of a damaged one; the damaged one's new name. */
  readonly replaceReadings: (at: number) => Promise<string>
  /** Keeps the whole of control.db in memory; fails with SQLite's code where it is damaged. */
  readonly rememberControl: () => Promise<void>
  /** Puts what was remembered last in place of a damaged control.db; the damaged one's new name. */
  readonly rebuildControl: (at: number) => Promise<string>
  readonly files: { readonly control: string; readonly readings: string }
  readonly close: () => Promise<void>
}

export function storeFiles(dataDir: string) {
  return { control: join(dataDir, 'control.db'), readings: join(dataDir, 'readings.db') }
}

/**
 * Opens (and makes, and migrates) the databases of a data folder. Throws when the folder or a file cannot be used.
 * `onControlError` hears of every query to control.db that fails.
 */
export async function openStore(dataDir: string, onControlError: (error: unknown) => void = () => {}): Promise<Store> {
  const files = storeFiles(dataDir)
  makeFolder(dataDir)
  await prepareFiles(dataDir)
  const controlThread = new DatabaseThread([{ name: 'control', file: files.control, readonly: false }])
  const readingsThread = new DatabaseThread([{ name: 'readings', file: files.readings, readonly: false }])
  const viewThread = new DatabaseThread([
    { name: 'control', file: files.control, readonly: true },
    { name: 'readings', file: files.readings, readonly: true },
  ])
  const threads = [controlThread, readingsThread, viewThread]
  for (const thread of threads) thread.start()
  return {
    control: new Kysely<ControlSchema>({
      dialect: threadDialect(controlThread, 'control', { exclusive: true, onError: onControlError }),
    }),
    view: new Kysely<ControlSchema>({ dialect: threadDialect(viewThread, 'control', { onError: onControlError }) }),
    readings: new Kysely<ReadingsSchema>({ dialect: threadDialect(viewThread, 'readings') }),
    readingsWriter: new Kysely<ReadingsSchema>({ dialect: threadDialect(readingsThread, 'readings') }),
    ingest: (batch) => readingsThread.ingest('readings', batch),
    date: (task) => readingsThread.call({ op: 'date', database: 'readings', task }) as Promise<DoubtfulOutcome>,
    housekeep: (task) =>
      readingsThread.call({ op: 'housekeep', database: 'readings', task }) as Promise<HousekeepingStep>,
    replaceReadings: async (at) => {
      const aside = (await readingsThread.call({ op: 'swap', database: 'readings', at })) as string
      // Readers come to the new file with their next question.
      await viewThread.call({ op: 'release', database: 'readings' })
      return aside
    },
    rememberControl: async () => {
      await controlThread.call({ op: 'remember', database: 'control' })
    },
    rebuildControl: async (at) => {
      const aside = (await controlThread.call({ op: 'rebuild', database: 'control', at })) as string
      await viewThread.call({ op: 'release', database: 'control' })
      return aside
    },
    files,
    close: async () => {
      await Promise.all(threads.map((thread) => thread.stop()))
    },
  }
}

/** Makes and migrates both files of a data folder. */
async function prepareFiles(dataDir: string): Promise<void> {
  const files = storeFiles(dataDir)
  for (const kind of ['control', 'readings'] as const) await migrateFile(files[kind], kind)
}

/** Makes a database file where there is none, and brings it to the newest schema. */
export async function migrateFile(file: string, kind: DatabaseKind): Promise<void> {
  const db = openDirectly<unknown>(file)
  try {
    await migrate(db, kind)
  } finally {
    await db.destroy()
  }
}

/** A database in the caller's own thread: for commands, which have nothing else to do. */
function openDirectly<Schema>(file: string): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: new SqliteDialect({ database: openDatabase({ name: '', file, readonly: false }) }),
  })
}

/** control.db for a command that changes it, beside a running hub or without one. */
export async function openControl(dataDir: string): Promise<ControlDb> {
  makeFolder(dataDir)
  const db = openDirectly<ControlSchema>(storeFiles(dataDir).control)
  await migrate(db as Kysely<unknown>, 'control')
  return db
}

/** Changes whenever another connection has committed to the file. */
export async function dataVersion(db: ControlDb): Promise<number> {
  const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(db)
  return rows[0]?.data_version ?? -1
}
