import type { Alert, AlertCode } from '../domain/alert.ts'
import { ALERTS } from '../domain/alert.ts'
import type { AlertDetail, Effect } from '../domain/effect.ts'
import type { ControlDb } from './store.ts'

export interface StoredAlert extends Alert {
  readonly id: number
  readonly closedAt: number | null
  readonly detail: AlertDetail
  /** Who said to have seen it, and when; null = nobody yet. */
  readonly seen: { readonly by: string; readonly at: number } | null
}

/** Alerts of a community, open ones first, each newest first, up to `limit`. `houses` = only of these. */
export async function listAlerts(
  db: ControlDb,
  options: { houses?: readonly string[]; openOnly?: boolean; limit?: number } = {},
): Promise<StoredAlert[]> {
  let query = db.selectFrom('alert').selectAll()
  if (options.houses) query = query.where('house', 'in', options.houses)
  if (options.openOnly) query = query.where('closed_at', 'is', null)
  const rows = await query
    .orderBy((eb) => eb('closed_at', 'is not', null))
    .orderBy('opened_at', 'desc')
    .limit(options.limit ?? 200)
    .execute()
  return rows.flatMap((row) =>
    isCode(row.code)
      ? [
          {
            id: row.id,
            house: row.house,
            code: row.code,
            openedAt: row.opened_at,
            closedAt: row.closed_at,
            detail: JSON.parse(row.detail) as AlertDetail,
            seen: row.seen_at === null ? null : { by: row.seen_by ?? '', at: row.seen_at },
          },
        ]
      : [],
  )
}

/** Notes that somebody has seen an open alert of one of these houses (null = of any); false when there is none such. */
export async function markAlertSeen(
  db: ControlDb,
  { id, houses, by, at }: { id: number; houses: readonly string[] | null; by: string; at: number },
): Promise<boolean> {
  let query = db
    .updateTable('alert')
    .set({ seen_at: at, seen_by: by })
    .where('id', '=', id)
    .where('closed_at', 'is', null)
  if (houses) query = query.where('house', 'in', houses)
  return (await query.executeTakeFirst()).numUpdatedRows > 0n
}

/** Writes what an alert effect says; anything else is not the store's. Saving the same effect twice changes nothing. */
export async function applyAlert(db: ControlDb, effect: Effect): Promise<void> {
  if (effect.kind === 'openAlert') {
    await db
      .insertInto('alert')
      .values({
        house: effect.house,
        code: effect.code,
        opened_at: effect.at,
        closed_at: null,
        detail: JSON.stringify(effect.detail),
        seen_at: null,
        seen_by: null,
      })
      .onConflict((c) => c.doNothing())
      .execute()
  } else if (effect.kind === 'closeAlert') {
    await db
      .updateTable('alert')
      .set({ closed_at: effect.at })
      .where('house', '=', effect.house)
      .where('code', '=', effect.code)
      .where('closed_at', 'is', null)
      .execute()
  }
}

function isCode(code: string): code is AlertCode {
  return (ALERTS as readonly string[]).includes(code)
}
