import { sql } from 'kysely'
import type { LoadDecision } from '../domain/decision.ts'
import { RULES } from '../domain/decision.ts'
import type { LoadRecord } from '../domain/load-record.ts'
import type { Origin } from '../domain/relay.ts'
import { ORIGINS } from '../domain/relay.ts'
import type { Saved } from '../domain/savings.ts'
import { DAY } from '../domain/time.ts'
import { setOverride } from './loads.ts'
import type { ControlDb } from './store.ts'

/** Reasons are kept for two months, switchings for thirteen; whatever happens, no more rows than these. */
export const DECISIONS_KEPT = 60 * DAY
export const SWITCHINGS_KEPT = 400 * DAY
const MOST_ROWS = 200_000

/** A line of a load's history of reasons. */
export interface StoredDecision {
  readonly at: number
  readonly decision: LoadDecision
}

/** What a relay really did; `on` null = from here on nothing was heard of it. */
export interface StoredSwitching {
  readonly at: number
  readonly on: boolean | null
  readonly origin: Origin
  readonly rule: LoadDecision['rule'] | null
}

/** Writes down what a tick has to tell of its loads. */
export async function applyLoadRecord(db: ControlDb, effect: LoadRecord): Promise<void> {
  if (effect.kind === 'recordDecision') {
    const { house, load, on, act, rule, ttlS, inputs, alternative, countdown, shadow } = effect.decision
    const why = JSON.stringify({ ttlS, inputs, alternative, countdown, shadow })
    await db
      .insertInto('decision')
      .values({ house, load, at: effect.at, is_on: on ? 1 : 0, act, rule, why })
      .execute()
  } else if (effect.kind === 'recordSwitching') {
    const { house, load, at, on, origin, rule } = effect
    await db
      .insertInto('switching')
      .values({ house, load, at, is_on: on === null ? null : on ? 1 : 0, origin, rule })
      .execute()
  } else if (effect.kind === 'recordSaving') {
    const { house, load, day, shadow } = effect.day
    const amounts = JSON.stringify(effect.saved)
    await db
      .insertInto('saving')
      .values({ house, load, day, shadow: shadow ? 1 : 0, amounts })
      .onConflict((c) => c.columns(['house', 'load', 'day', 'shadow']).doUpdateSet({ amounts }))
      .execute()
  } else {
    await setOverride(db, effect, null)
  }
}

/** What the relay of a load changed over its days, in sum; in shadow, what it would have. */
export interface SavedSum {
  readonly house: string
  readonly load: string
  readonly shadow: boolean
  readonly days: number
  readonly movedKwh: number
  readonly euro: number
  /** Of the days for which a factor is known; null = of none. */
  readonly co2Kg: number | null
}

/** By load, over the days from `from` (a civil day) on; "" = all there are. */
export async function sumSavings(db: ControlDb, from: string): Promise<SavedSum[]> {
  const of = (name: keyof Saved) => sql<number | null>`sum(json_extract(amounts, ${`$.${name}`}))`
  const rows = await db
    .selectFrom('saving')
    .select(['house', 'load', 'shadow', of('movedKwh').as('moved'), of('euro').as('euro'), of('co2Kg').as('co2')])
    .select((eb) => eb.fn.countAll<number>().as('days'))
    .where('day', '>=', from)
    .groupBy(['house', 'load', 'shadow'])
    .orderBy('load')
    .execute()
  return rows.map(({ house, load, shadow, moved, euro, co2, days }) => ({
    ...{ house, load, shadow: shadow === 1, days },
    ...{ movedKwh: moved ?? 0, euro: euro ?? 0, co2Kg: co2 },
  }))
}

/** Lets go of what has had its time. */
export async function retireLoadRecords(db: ControlDb, at: number): Promise<void> {
  for (const [table, kept] of [
    ['decision', DECISIONS_KEPT],
    ['switching', SWITCHINGS_KEPT],
  ] as const) {
    await db
      .deleteFrom(table)
      .where('at', '<', at - kept)
      .execute()
    await db
      .deleteFrom(table)
      .where('id', '<=', sql<number>`(select max(id) from ${sql.table(table)}) - ${MOST_ROWS}`)
      .execute()
  }
}

/** Reasons of a load from `from` on, newest first. */
export async function listDecisions(
  db: ControlDb,
  of: { house: string; load: string; from: number; to: number; limit: number },
): Promise<StoredDecision[]> {
  const rows = await db
    .selectFrom('decision')
    .selectAll()
    .where('house', '=', of.house)
    .where('load', '=', of.load)
    .where('at', '>=', of.from)
    .where('at', '<', of.to)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(of.limit)
    .execute()
  return rows.flatMap((row) => {
    const rule = RULES.find((r) => r === row.rule)
    const why = JSON.parse(row.why) as Pick<LoadDecision, 'ttlS' | 'inputs' | 'alternative' | 'countdown' | 'shadow'>
    const act = row.act as LoadDecision['act']
    return rule
      ? [{ at: row.at, decision: { house: row.house, load: row.load, on: row.is_on === 1, act, rule, ...why } }]
      : []
  })
}

/** What a load's relay did from `from` to `to`, oldest first, and what it was at before. */
export async function listSwitchings(
  db: ControlDb,
  of: { house: string; load: string; from: number; to: number },
): Promise<{ before: boolean | null; switchings: StoredSwitching[] }> {
  const own = db.selectFrom('switching').selectAll().where('house', '=', of.house).where('load', '=', of.load)
  const [last, rows] = await Promise.all([
    own.where('at', '<', of.from).orderBy('at', 'desc').orderBy('id', 'desc').limit(1).executeTakeFirst(),
    own.where('at', '>=', of.from).where('at', '<', of.to).orderBy('at').orderBy('id').limit(5000).execute(),
  ])
  return {
    before: last ? toOn(last.is_on) : null,
    switchings: rows.map((row) => ({
      at: row.at,
      on: toOn(row.is_on),
      origin: ORIGINS.find((o) => o === row.origin) ?? 'riposo',
      rule: RULES.find((r) => r === row.rule) ?? null,
    })),
  }
}

function toOn(value: number | null): boolean | null {
  return value === null ? null : value === 1
}
