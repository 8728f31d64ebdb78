import Database from 'better-sqlite3'

export interface DatabaseFile {
  /** Name the thread knows it by. */
  readonly name: string
  readonly file: string
  readonly readonly: boolean
}

/** Opens a database file as the hub wants it: WAL, every commit synced, waiting up to 5 s for another process. */
export function openDatabase({ file, readonly }: DatabaseFile): Database.Database {
  const db = new Database(file, { readonly, fileMustExist: readonly, timeout: 5000 })
  if (!readonly) {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('journal_size_limit = 16777216')
  }
  db.pragma('foreign_keys = ON')
  return db
}

/** Version of the SQLite that is built in. */
export function sqliteVersion(): string {
  const db = new Database(':memory:')
  try {
    return (db.prepare('select sqlite_version() as version').get() as { version: string }).version
  } finally {
    db.close()
  }
}
