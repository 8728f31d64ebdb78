import Database from 'better-sqlite3'
import { storeFiles } from '../../hub/store/store.ts'

/** How often each sequence number stands in the readings of a data folder; checks the file first. */
export function readingsOf(data: string): Map<number, number> {
  const db = new Database(storeFiles(data).readings, { fileMustExist: true })
  try {
    const [check] = db.pragma('quick_check') as { quick_check: string }[]
    if (check?.quick_check !== 'ok') throw new Error(`readings.db is damaged: ${check?.quick_check}`)
    const rows = db.prepare('select seq, count(*) as count from reading group by seq').all() as {
      seq: number
      count: number
    }[]
    return new Map(rows.map((row) => [row.seq, row.count]))
  } finally {
    db.close()
  }
}
