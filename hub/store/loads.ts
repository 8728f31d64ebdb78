import type { Load } from '../domain/load.ts'
import { PRESETS } from '../domain/load-presets.ts'
import type { LoadDeclaration } from '../domain/relay.ts'
import type { ControlDb } from './store.ts'

/** A person took over a load until an instant: of the clock that goes on over restarts, and as the wall showed it. */
export interface Override {
  readonly on: boolean
  readonly until: number
  readonly untilAt: number
  readonly setAt: number
  readonly who: string
}

/** A load, and what is kept of it beside its settings. */
export interface StoredLoad {
  readonly load: Load
  readonly createdAt: number
  readonly declaration: LoadDeclaration | null
  readonly override: Override | null
}

/** The loads of the houses that have some, by house, and which of those were armed early. */
export async function listLoads(
  db: ControlDb,
): Promise<{ loads: ReadonlyMap<string, readonly StoredLoad[]>; armed: ReadonlyMap<string, number> }> {
  const [rows, declarations, overrides, armed] = await Promise.all([
    db.selectFrom('load').selectAll().where('removed_at', 'is', null).orderBy('house').orderBy('id').execute(),
    db.selectFrom('load_declaration').selectAll().execute(),
    db.selectFrom('load_override').selectAll().execute(),
    db.selectFrom('armed').selectAll().execute(),
  ])
  const declared = new Map(
    declarations.map((d) => [`${d.house}/${d.load}`, JSON.parse(d.declaration) as LoadDeclaration]),
  )
  const overridden = new Map(overrides.map((o) => [`${o.house}/${o.load}`, o]))
  const loads = new Map<string, StoredLoad[]>()
  for (const row of rows) {
    const key = `${row.house}/${row.id}`
    const o = overridden.get(key)
    const entry: StoredLoad = {
      load: toLoad(row),
      createdAt: row.created_at,
      declaration: declared.get(key) ?? null,
      override: o ? { on: o.is_on === 1, until: o.until, untilAt: o.until_at, setAt: o.set_at, who: o.who } : null,
    }
    loads.set(row.house, [...(loads.get(row.house) ?? []), entry])
  }
  return { loads, armed: new Map(armed.map((a) => [a.house, a.at])) }
}

/** Properties that a load saved by an earlier release does not have are those of its kind. */
function toLoad(row: { house: string; id: string; settings: string }): Load {
  const settings = JSON.parse(row.settings) as Omit<Load, 'house' | 'id'>
  return { ...PRESETS[settings.kind], ...settings, house: row.house, id: row.id }
}

/** Adds a load or changes it; its declaration stays. */
export async function saveLoad(db: ControlDb, load: Load, at: number): Promise<void> {
  const { house, id, ...rest } = load
  const settings = JSON.stringify(rest)
  await db.transaction().execute(async (trx) => {
    // A load that was removed may come back under its id, with its history.
    await trx
      .deleteFrom('load')
      .where('house', '=', house)
      .where('id', '=', id)
      .where('removed_at', 'is not', null)
      .execute()
    await trx
      .insertInto('load')
      .values({ house, id, settings, created_at: at, removed_at: null })
      .onConflict((c) => c.columns(['house', 'id']).doUpdateSet({ settings }))
      .execute()
  })
}

/** Takes a load away from the hub; its history stays. False when there is no such load. */
export async function removeLoad(db: ControlDb, house: string, id: string, at: number): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('load')
      .set({ removed_at: at })
      .where('house', '=', house)
      .where('id', '=', id)
      .where('removed_at', 'is', null)
      .executeTakeFirst()
    await trx.deleteFrom('load_override').where('house', '=', house).where('load', '=', id).execute()
    return numUpdatedRows > 0n
  })
}

/** No node has more relays; whoever declares more is not listened to. */
const MOST_DECLARED = 32

/** Keeps what a node declares of a load, also of one that is not set up yet. */
export async function saveDeclaration(
  db: ControlDb,
  of: { house: string; load: string },
  declaration: LoadDeclaration,
  at: number,
): Promise<void> {
  const text = JSON.stringify(declaration)
  const all = await db.selectFrom('load_declaration').select('load').where('house', '=', of.house).execute()
  if (all.length >= MOST_DECLARED && all.every((row) => row.load !== of.load)) return
  await db
    .insertInto('load_declaration')
    .values({ ...of, declaration: text, at })
    .onConflict((c) => c.columns(['house', 'load']).doUpdateSet({ declaration: text, at }))
    .execute()
}

/** Takes back what a node had declared: an empty retained message. */
export async function removeDeclaration(db: ControlDb, of: { house: string; load: string }): Promise<void> {
  await db.deleteFrom('load_declaration').where('house', '=', of.house).where('load', '=', of.load).execute()
}

/** A person takes over, or with null gives back. */
export async function setOverride(
  db: ControlDb,
  of: { house: string; load: string },
  override: Override | null,
): Promise<void> {
  if (!override) {
    await db.deleteFrom('load_override').where('house', '=', of.house).where('load', '=', of.load).execute()
    return
  }
  const row = {
    is_on: override.on ? 1 : 0,
    until: override.until,
    until_at: override.untilAt,
    set_at: override.setAt,
    who: override.who,
  }
  await db
    .insertInto('load_override')
    .values({ ...of, ...row })
    .onConflict((c) => c.columns(['house', 'load']).doUpdateSet(row))
    .execute()
}

/** Arms the loads of a house before its first week is over, or with null takes that back. */
export async function setArmed(db: ControlDb, house: string, at: number | null): Promise<void> {
  await db.deleteFrom('armed').where('house', '=', house).execute()
  if (at !== null) await db.insertInto('armed').values({ house, at }).execute()
}
