import type { Worker } from 'node:worker_threads'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely'
import { CompiledQuery as Compiled, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { startThread } from '../bundled.ts'
import type { DatabaseFile } from './database.ts'
import type { IngestBatch, IngestOutcome } from './ingest-batch.ts'
import type { ThreadData, ThreadReply, ThreadRequest } from './thread-protocol.ts'

/** What the database said, with SQLite's own code (`SQLITE_FULL`, `SQLITE_CORRUPT`, ...). */
export class StoreError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = 'StoreError'
    this.code = code
  }
}

/** The rows of the largest answer, many times over. */
const HEAP_MB = 128

type Job = ThreadRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never

/** A thread with database connections in it. Calls are answered in order; none of them holds up the caller's loop. */
export class DatabaseThread {
  readonly #databases: readonly DatabaseFile[]
  #worker: Worker | null = null
  /** Started and not stopped: a thread that died by itself is made anew by the next call. */
  #wanted = false
  #nextId = 1
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()

  constructor(databases: readonly DatabaseFile[]) {
    this.#databases = databases
  }

  start(): void {
    this.#wanted = true
    const data: ThreadData = { databases: this.#databases }
    const worker = startThread('thread-worker', data, { heapMb: HEAP_MB })
    worker.on('message', (reply: ThreadReply) => {
      const call = this.#waiting.get(reply.id)
      this.#waiting.delete(reply.id)
      if ('error' in reply) call?.reject(new StoreError(reply.error.code, reply.error.message))
      else call?.resolve(reply.value)
    })
    worker.on('error', (error) => this.#abandon(worker, error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => this.#abandon(worker, new Error('the database thread has ended')))
    this.#worker = worker
  }

  async stop(): Promise<void> {
    this.#wanted = false
    if (!this.#worker) return
    const worker = this.#worker
    const closed = this.call({ op: 'close' })
    // What was asked for before is still answered, in order; nothing more is taken.
    this.#worker = null
    try {
      await closed
    } finally {
      await worker.terminate()
    }
  }

  call(job: Job): Promise<unknown> {
    if (!this.#worker && this.#wanted) this.start()
    const worker = this.#worker
    if (!worker) return Promise.reject(new StoreError('CLOSED', 'the database thread is not running'))
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      worker.postMessage({ ...job, id })
      this.#waiting.set(id, { resolve, reject })
    })
  }

  ingest(database: string, batch: IngestBatch): Promise<IngestOutcome> {
    return this.call({ op: 'ingest', database, batch }) as Promise<IngestOutcome>
  }

  #abandon(worker: Worker, error: Error): void {
    if (this.#worker !== null && this.#worker !== worker) return
    this.#worker = null
    const lost = new StoreError('THREAD', error.message)
    for (const { reject } of this.#waiting.values()) reject(lost)
    this.#waiting.clear()
  }
}

export interface ThreadDialectOptions {
  /** One at a time: where there are transactions, nobody else's query may come into the middle of one. */
  readonly exclusive?: boolean
  /** Hears of every query that fails. */
  readonly onError?: (error: unknown) => void
}

/** A kysely dialect whose better-sqlite3 sits in a thread. */
export function threadDialect(thread: DatabaseThread, database: string, options: ThreadDialectOptions = {}): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createDriver: () =>
      new ThreadDriver(new ThreadConnection(thread, database, options.onError), options.exclusive ?? false),
  }
}

class ThreadConnection implements DatabaseConnection {
  readonly #thread: DatabaseThread
  readonly #database: string
  readonly #onError: (error: unknown) => void

  constructor(thread: DatabaseThread, database: string, onError: (error: unknown) => void = () => {}) {
    this.#thread = thread
    this.#database = database
    this.#onError = onError
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return (await this.#thread.call({ op: 'query', database: this.#database, sql, parameters })) as QueryResult<R>
    } catch (error) {
      this.#onError(error)
      throw error
    }
  }

  // biome-ignore lint/correctness/useYield: kysely asks for a generator; nothing here streams.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not offered: ask for pages of rows instead')
  }
}

class ThreadDriver implements Driver {
  readonly #connection: ThreadConnection
  readonly #exclusive: boolean
  /** Settles when the last of those who wait has had its turn. */
  #last: Promise<void> = Promise.resolve()
  #release: () => void = () => {}

  constructor(connection: ThreadConnection, exclusive: boolean) {
    this.#connection = connection
    this.#exclusive = exclusive
  }

  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    if (!this.#exclusive) return this.#connection
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = this.#last
    this.#last = promise
    await before
    this.#release = resolve
    return this.#connection
  }
  async releaseConnection(): Promise<void> {
    this.#release()
  }
  async destroy(): Promise<void> {}

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Compiled.raw('begin immediate'))
  }
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Compiled.raw('commit'))
  }
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Compiled.raw('rollback'))
  }
}
