import { sql } from 'kysely'
import type { CycleState } from '../domain/cycle.ts'
import { FIRST_STATE } from '../domain/cycle.ts'
import type { Effect } from '../domain/effect.ts'
import type { ClockReading } from '../domain/elapsed.ts'
import type { LoadRecord } from '../domain/load-record.ts'
import { applyAlert } from './alerts.ts'
import { applyLoadRecord, retireLoadRecords } from './decisions.ts'
import type { ControlDb } from './store.ts'

export interface PendingEffect {
  readonly id: number
  readonly effect: Effect
}

const KEEP_PERFORMED_MS = 7 * 24 * 3_600_000

export async function readCycle(db: ControlDb): Promise<CycleState> {
  const row = await db.selectFrom('cycle').select(['state', 'past']).where('id', '=', 1).executeTakeFirst()
  if (!row) return FIRST_STATE
  const saved = JSON.parse(row.state) as Partial<CycleState>
  const loads = { ...FIRST_STATE.loads, ...saved.loads }
  const past = row.past === null ? {} : (JSON.parse(row.past) as CycleState['loads']['control']['past'])
  return {
    ...FIRST_STATE,
    ...saved,
    loads: { ...loads, control: { ...FIRST_STATE.loads.control, ...loads.control, past } },
  }
}

/** The clocks as the last tick that was saved read them. */
export async function readSavedClock(db: ControlDb): Promise<ClockReading | null> {
  const row = await db.selectFrom('cycle').select(['at', 'elapsed']).where('id', '=', 1).executeTakeFirst()
  return row ? { now: row.at, elapsed: row.elapsed } : null
}

/**
 * A tick's outcome in one transaction: the state, the alerts, what is written down of loads, and the effects that are still to
 * be performed. The past that control learns from is large and rarely changes: `savePast` says when.
 */
export async function saveTick(
  db: ControlDb,
  { now: at, elapsed }: ClockReading,
  state: CycleState,
  effects: readonly Effect[],
  records: readonly LoadRecord[] = [],
  savePast = true,
): Promise<PendingEffect[]> {
  return db.transaction().execute(async (trx) => {
    const { loads } = state
    const { past } = loads.control
    const text = JSON.stringify({
      ...state,
      loads: { ...loads, decisions: {}, control: { ...loads.control, past: {} } },
    })
    const row = { state: text, at, elapsed, ...(savePast ? { past: JSON.stringify(past) } : {}) }
    await trx
      .insertInto('cycle')
      .values({ id: 1, past: null, ...row })
      .onConflict((c) => c.column('id').doUpdateSet(row))
      .execute()
    await trx
      .deleteFrom('effect')
      .where('performed_at', '<', at - KEEP_PERFORMED_MS)
      .execute()
    for (const record of records) await applyLoadRecord(trx, record)
    if (records.length > 0) await retireLoadRecords(trx, at)
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
