import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { ControlDb } from './store.ts'

/** Tables in which people decide something; `cycle`, `effect` and `session` change all the time by themselves. */
const DECISIONS = ['setting', 'house', 'user', 'token'] as const
/** Of what only grows, the ends say enough. */
const GROWING = sql`select (select max(id) from audit) as audit, count(*) as alerts, max(id) as last, max(closed_at) as closed from alert`

/** A text that changes whenever something is decided: what a copy of the control file must not be without. */
export async function controlFingerprint(db: ControlDb): Promise<string> {
  const hash = createHash('sha256')
  for (const query of [...DECISIONS.map((table) => sql`select * from ${sql.table(table)}`), GROWING]) {
    const { rows } = await query.execute(db)
    hash.update(`${JSON.stringify(rows)}\n`)
  }
  return hash.digest('hex')
}
