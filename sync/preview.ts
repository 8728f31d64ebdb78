import { gunzipSync } from 'node:zlib'
import { openBatch, pendingAggregates } from '../hub/store/outbox.ts'
import type { ReadingsDb } from '../hub/store/store.ts'
import { batchText, type Sender } from './batch.ts'
import { BATCH_ROWS } from './protocol.ts'

/** What stands in a batch where its name and its time will. */
const LOT = 'al-momento-dell-invio'

/** The text that goes out next: of a batch that waits for its answer to the byte, else but for its name and time. Null = nothing waits. */
export async function nextBatchText(
  db: ReadingsDb,
  sender: Sender,
  now: number,
): Promise<{ readonly text: string; readonly waitsForAnswer: boolean } | null> {
  const open = await openBatch(db)
  if (open) return { text: textOf(open.body), waitsForAnswer: true }
  const rows = await pendingAggregates(db, BATCH_ROWS, now)
  return rows.length === 0 ? null : { text: batchText(sender, rows, LOT, now), waitsForAnswer: false }
}

/** The text of a batch as it was kept. */
export function textOf(body: string): string {
  return gunzipSync(Buffer.from(body, 'base64')).toString('utf8')
}
