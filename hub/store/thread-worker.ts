import { parentPort } from 'node:worker_threads'
import type Database from 'better-sqlite3'
import { threadData } from '../bundled.ts'
import { imageOf, putImage } from './control-image.ts'
import { damageOf } from './damage.ts'
import { openDatabase } from './database.ts'
import { Housekeeper } from './housekeeper.ts'
import { IngestWriter } from './ingest-writer.ts'
import { swapReadings } from './swap.ts'
import type { ThreadData, ThreadReply, ThreadRequest } from './thread-protocol.ts'

/** Runs in a thread of its own, so that a slow disk delays its caller's answer and nothing else. */
const port = parentPort
if (!port) throw new Error('thread-worker.ts is started by thread.ts, not by itself')

const { databases } = threadData() as ThreadData
const open = new Map<
  string,
  { db: Database.Database; writer?: IngestWriter; keeper?: Housekeeper; statements: Map<string, Database.Statement> }
>()

/** Small databases as they were when they were sound. */
const images = new Map<string, Buffer>()

port.on('message', (request: ThreadRequest) => {
  let reply: ThreadReply
  try {
    reply = { id: request.id, value: answer(request) }
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string }
    reply = { id: request.id, error: { code: code ?? 'INTERNAL', message: message ?? String(error) } }
  }
  port.postMessage(reply)
  if (request.op === 'close') port.close()
})

function answer(request: ThreadRequest): unknown {
  switch (request.op) {
    case 'query':
      return query(request.database, request.sql, request.parameters)
    case 'ingest': {
      const entry = database(request.database)
      entry.writer ??= new IngestWriter(entry.db)
      return entry.writer.commit(request.batch)
    }
    case 'date': {
      const entry = database(request.database)
      entry.writer ??= new IngestWriter(entry.db)
      return entry.writer.date(request.task)
    }
    case 'housekeep': {
      const entry = database(request.database)
      entry.keeper ??= new Housekeeper(entry.db)
      return entry.keeper.step(request.task)
    }
    case 'release':
      return release(request.database)
    case 'swap':
      release(request.database)
      return swapReadings(fileOf(request.database).file, request.at)
    case 'remember': {
      const image = imageOf(database(request.database).db)
      images.set(request.database, image)
      // What this thread has read already may be sound where the file no longer is.
      const problem = damageOf(fileOf(request.database).file, true)
      if (problem !== null) throw Object.assign(new Error(problem), { code: 'SQLITE_CORRUPT' })
      return image.length
    }
    case 'rebuild': {
      const image = images.get(request.database)
      if (!image) throw new Error(`nothing is remembered of "${request.database}"`)
      release(request.database)
      return putImage(fileOf(request.database).file, image, request.at)
    }
    case 'close':
      for (const { db } of open.values()) db.close()
      open.clear()
      return null
  }
}

/** Opened on first use, so that migrations of another connection come first. */
function database(name: string) {
  let entry = open.get(name)
  if (!entry) {
    entry = { db: openDatabase(fileOf(name)), statements: new Map() }
    open.set(name, entry)
  }
  return entry
}

function fileOf(name: string) {
  const file = databases.find((d) => d.name === name)
  if (!file) throw new Error(`no database "${name}" in this thread`)
  return file
}

function release(name: string): null {
  open.get(name)?.db.close()
  open.delete(name)
  return null
}

const STATEMENTS_KEPT = 200

function query(name: string, sql: string, parameters: readonly unknown[]) {
  const { db, statements } = database(name)
  let statement = statements.get(sql)
  if (!statement) {
    statement = db.prepare(sql)
    if (statements.size >= STATEMENTS_KEPT) statements.clear()
    statements.set(sql, statement)
  }
  if (statement.reader) return { rows: statement.all(parameters) }
  const { changes, lastInsertRowid } = statement.run(parameters)
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
}
