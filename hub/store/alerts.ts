import type { Alert, AlertCode } from '../domain/alert.ts'
import { ALERTS } from '../domain/alert.ts'
import type { AlertDetail, Effect } from '../domain/effect.ts'
import type { ControlDb } from './store.ts'

export interface StoredAlert extends Alert {
  readonly closedAt: number | null
  readonly detail: AlertDetail
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
            house: row.house,
            code: row.code,
            openedAt: row.opened_at,
            closedAt: row.closed_at,
            detail: JSON.parse(row.detail) as AlertDetail,
          },
        ]
      : [],
  )
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
