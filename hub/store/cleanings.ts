import type { CleaningMoney, CleaningPlan } from '../domain/cleaning.ts'
import { staggered } from '../domain/cleaning.ts'
import type { CleaningOutcome } from '../domain/cleaning-outcome.ts'
import type { CleaningRun, RunState } from '../domain/cleaning-run.ts'
import { RUN_STATES } from '../domain/cleaning-run.ts'
import type { SoilingVerdict } from '../domain/soiling.ts'
import type { CleaningSchema } from './schema-cleaning.ts'
import type { ControlDb } from './store.ts'

/** A run with what it brought, once that is known; `tooLate` = it can no longer be told. */
export interface StoredRun extends CleaningRun {
  readonly outcome: CleaningOutcome | 'tooLate' | null
}

/** A proposal to clean; `verdict` and `money` null where a person proposed it. */
export interface StoredCleaning {
  readonly id: number
  readonly at: number
  readonly day: number
  readonly by: string | null
  readonly verdict: SoilingVerdict | null
  readonly money: CleaningMoney | null
  readonly runs: readonly StoredRun[]
}

const OPEN = ['proposed', 'approved', 'sent', 'running'] as const satisfies readonly RunState[]
/** What a person may still stop or refuse. */
const STOPPABLE = ['approved', 'sent', 'running'] as const satisfies readonly RunState[]

/** Houses of proposals that still wait for something. */
export async function openRuns(db: ControlDb): Promise<readonly CleaningRun[]> {
  const rows = await db.selectFrom('cleaning_run').selectAll().where('state', 'in', OPEN).execute()
  return rows.map(toRun)
}

/** The latest proposals, newest first. */
export async function listCleanings(db: ControlDb, limit = 20): Promise<StoredCleaning[]> {
  const proposals = await db.selectFrom('cleaning').selectAll().orderBy('id', 'desc').limit(limit).execute()
  const ids = proposals.map((p) => p.id)
  const rows =
    ids.length === 0 ? [] : await db.selectFrom('cleaning_run').selectAll().where('proposal', 'in', ids).execute()
  const runs = Map.groupBy(rows, (row) => row.proposal)
  return proposals.map(({ id, at, day, by, verdict, money }) => ({
    ...{ id, at, day, by },
    verdict: verdict === null ? null : (JSON.parse(verdict) as SoilingVerdict),
    money: money === null ? null : (JSON.parse(money) as CleaningMoney),
    runs: (runs.get(id) ?? []).map(toRun),
  }))
}

/** Every cleaning that was carried out, newest first. */
export async function cleaningsDone(db: ControlDb): Promise<StoredRun[]> {
  const rows = await db
    .selectFrom('cleaning_run')
    .selectAll()
    .where('state', '=', 'done')
    .orderBy('ended_at', 'desc')
    .limit(1000)
    .execute()
  return rows.map(toRun)
}

/** Keeps a proposal; its number. `approvedBy` = approved with it. */
export async function addCleaning(
  db: ControlDb,
  proposal: Omit<StoredCleaning, 'id' | 'runs'>,
  plan: CleaningPlan,
  approvedBy: string | null,
): Promise<number> {
  const { at, day, by } = proposal
  return db.transaction().execute(async (trx) => {
    const text = (value: object | null) => (value === null ? null : JSON.stringify(value))
    const { id } = await trx
      .insertInto('cleaning')
      .values({ at, day, by, verdict: text(proposal.verdict), money: text(proposal.money) })
      .returning('id')
      .executeTakeFirstOrThrow()
    const due = staggered(plan.houses, at)
    const blank = { proposal: id, attempts: 0, command: null, sent_elapsed: null, ended_at: null, why: null, stop: 0 }
    const rows = plan.houses.map((house) => ({
      ...{ ...blank, house, outcome: null, state: approvedBy === null ? 'proposed' : 'approved', by: approvedBy },
      ...{ by_at: approvedBy === null ? null : at, due_at: due.get(house) ?? at },
    }))
    const control = plan.control === null ? [] : [controlRow(blank, plan.control)]
    await trx
      .insertInto('cleaning_run')
      .values([...rows, ...control])
      .execute()
    return id
  })
}

function controlRow(blank: Omit<Row, 'house' | 'state' | 'by' | 'by_at' | 'due_at' | 'outcome'>, house: string): Row {
  return { ...blank, house, state: 'control', by: null, by_at: null, due_at: null, outcome: null }
}

type Row = CleaningSchema['cleaning_run']

/** What a person decided: of one house, or of all that wait. The houses it changed. */
export async function decideCleaning(
  db: ControlDb,
  decision: {
    readonly proposal: number
    readonly house: string | null
    readonly what: 'approve' | 'refuse' | 'stop' | 'done'
    readonly who: string
    readonly at: number
  },
): Promise<string[]> {
  const { proposal, house, what, who, at } = decision
  const from: readonly RunState[] =
    what === 'stop' ? STOPPABLE : what === 'done' ? ['proposed', 'approved', 'failed'] : ['proposed']
  return db.transaction().execute(async (trx) => {
    let waiting = trx
      .selectFrom('cleaning_run')
      .select('house')
      .where('proposal', '=', proposal)
      .where('state', 'in', from)
    if (house !== null) waiting = waiting.where('house', '=', house)
    const houses = (await waiting.orderBy('due_at').execute()).map((row) => row.house)
    const due = staggered(houses, at)
    for (const of of houses) {
      const change: Partial<Row> = {
        approve: { state: 'approved', by: who, by_at: at, due_at: due.get(of) ?? at, why: null },
        refuse: { state: 'refused', by: who, by_at: at, ended_at: at },
        stop: { stop: 1, by: who, by_at: at },
        done: { state: 'done', by: who, by_at: at, ended_at: at, why: null },
      }[what]
      await trx
        .updateTable('cleaning_run')
        .set(change)
        .where('proposal', '=', proposal)
        .where('house', '=', of)
        .execute()
    }
    return houses
  })
}

/** Saves runs that have gone on, unless somebody has decided otherwise meanwhile: those that were saved. */
export async function saveRuns(
  db: ControlDb,
  changes: readonly { readonly before: CleaningRun; readonly after: CleaningRun }[],
): Promise<CleaningRun[]> {
  return db.transaction().execute(async (trx) => {
    const saved: CleaningRun[] = []
    for (const { before, after } of changes) {
      const { numUpdatedRows } = await trx
        .updateTable('cleaning_run')
        .set({
          ...{ state: after.state, due_at: after.dueAt, attempts: after.attempts, command: after.command },
          ...{ sent_elapsed: after.sentElapsed, ended_at: after.endedAt, why: after.why },
        })
        .where('proposal', '=', before.proposal)
        .where('house', '=', before.house)
        .where('state', '=', before.state)
        .where('stop', '=', before.stop ? 1 : 0)
        .executeTakeFirst()
      if (numUpdatedRows > 0n) saved.push(after)
    }
    return saved
  })
}

export async function saveOutcome(
  db: ControlDb,
  { proposal, house }: Pick<CleaningRun, 'proposal' | 'house'>,
  outcome: CleaningOutcome | 'tooLate',
): Promise<void> {
  await db
    .updateTable('cleaning_run')
    .set({ outcome: JSON.stringify(outcome) })
    .where('proposal', '=', proposal)
    .where('house', '=', house)
    .execute()
}

function toRun(row: Row): StoredRun {
  return {
    ...{ proposal: row.proposal, house: row.house, by: row.by, byAt: row.by_at, dueAt: row.due_at },
    ...{ attempts: row.attempts, command: row.command, sentElapsed: row.sent_elapsed, endedAt: row.ended_at },
    state: RUN_STATES.find((state) => state === row.state) ?? 'failed',
    why: row.why as CleaningRun['why'],
    stop: row.stop === 1,
    outcome: row.outcome === null ? null : (JSON.parse(row.outcome) as StoredRun['outcome']),
  }
}
