import { sql } from 'kysely'
import type { CycleState } from '../domain/cycle.ts'
import { FIRST_STATE } from '../domain/cycle.ts'
import type { Effect } from '../domain/effect.ts'
import type { ClockReading } from '../domain/elapsed.ts'
import { applyAlert } from './alerts.ts'
import type { ControlDb } from './store.ts'

export interface PendingEffect {
  readonly id: number
  readonly effect: Effect
}

const KEEP_PERFORMED_MS = 7 * 24 * 3_600_000

export async function readCycle(db: ControlDb): Promise<CycleState> {
  const row = await db.selectFrom('cycle').select('state').where('id', '=', 1).executeTakeFirst()
  return row ? (JSON.parse(row.state) as CycleState) : FIRST_STATE
}

/** The clocks as the last tick that was saved read them. */
export async function readSavedClock(db: ControlDb): Promise<ClockReading | null> {
  const row = await db.selectFrom('cycle').select(['at', 'elapsed']).where('id', '=', 1).executeTakeFirst()
  return row ? { now: row.at, elapsed: row.elapsed } : null
}

/** A tick's outcome in one transaction: the state, the alerts, and the effects that are still to be performed. */
export async function saveTick(
  db: ControlDb,
  { now: at, elapsed }: ClockReading,
  state: CycleState,
  effects: readonly Effect[],
): Promise<PendingEffect[]> {
  return db.transaction().execute(async (trx) => {
    const text = JSON.stringify(state)
    await trx
      .insertInto('cycle')
      .values({ id: 1, state: text, at, elapsed })
      .onConflict((c) => c.column('id').doUpdateSet({ state: text, at, elapsed }))
      .execute()
    await trx
      .deleteFrom('effect')
      .where('performed_at', '<', at - KEEP_PERFORMED_MS)
      .execute()
    const pending: PendingEffect[] = []
    for (const effect of effects) {
      await applyAlert(trx, effect)
      const { id } = await trx
        .insertInto('effect')
        .values({ at, effect: JSON.stringify(effect), performed_at: null })
        .returning('id')
        .executeTakeFirstOrThrow()
      pending.push({ id, effect })
    }
    return pending
  })
}

/** Effects that were saved but, as the hub stopped in between, never performed. */
export async function pendingEffects(db: ControlDb): Promise<PendingEffect[]> {
  const rows = await db
    .selectFrom('effect')
    .select(['id', 'effect'])
    .where('performed_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ id: row.id, effect: JSON.parse(row.effect) as Effect }))
}

/** The benchmark that was published last, or null: the broker forgets what is retained when it stops. */
export async function lastBenchmark(db: ControlDb): Promise<Effect | null> {
  const row = await db
    .selectFrom('effect')
    .select('effect')
    .where(sql<string>`effect ->> 'kind'`, '=', 'publishBenchmark' satisfies Effect['kind'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? (JSON.parse(row.effect) as Effect) : null
}

export async function markPerformed(db: ControlDb, ids: readonly number[], at: number): Promise<void> {
  if (ids.length === 0) return
  await db.updateTable('effect').set({ performed_at: at }).where('id', 'in', ids).execute()
}
