import type { DatabaseFile } from './database.ts'
import type { IngestBatch } from './ingest-batch.ts'

export interface ThreadData {
  readonly databases: readonly DatabaseFile[]
}

export type ThreadRequest = { readonly id: number } & (
  | { readonly op: 'query'; readonly database: string; readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly op: 'ingest'; readonly database: string; readonly batch: IngestBatch }
  | { readonly op: 'close' }
)

export type ThreadReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } }
