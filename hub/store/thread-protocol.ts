import type { DatabaseFile } from './database.ts'
import type { DateTask } from './doubtful-readings.ts'
import type { HousekeepingTask } from './housekeeper.ts'
import type { IngestBatch } from './ingest-batch.ts'

export interface ThreadData {
  readonly databases: readonly DatabaseFile[]
}

export type ThreadRequest = { readonly id: number } & (
  | { readonly op: 'query'; readonly database: string; readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly op: 'ingest'; readonly database: string; readonly batch: IngestBatch }
  | { readonly op: 'housekeep'; readonly database: string; readonly task: HousekeepingTask }
  | { readonly op: 'date'; readonly database: string; readonly task: DateTask }
  /** Closes one database; its next use opens it anew. */
  | { readonly op: 'release'; readonly database: string }
  /** Puts the new file that was made ready in place of a damaged one; answers the damaged one's new name. */
  | { readonly op: 'swap'; readonly database: string; readonly at: number }
  /** Keeps the whole of a small database in memory, checked; how many bytes. */
  | { readonly op: 'remember'; readonly database: string }
  /** Puts what was remembered last in place of a damaged file; answers the damaged one's new name. */
  | { readonly op: 'rebuild'; readonly database: string; readonly at: number }
  | { readonly op: 'close' }
)

export type ThreadReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } }
