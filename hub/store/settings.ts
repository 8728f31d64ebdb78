import type { Settings } from '../domain/settings.ts'
import { DEFAULT_SETTINGS } from '../domain/settings.ts'
import type { ControlDb } from './store.ts'

/** The settings of the community, defaults where nothing was chosen. */
export async function readSettings(db: ControlDb): Promise<Settings> {
  const rows = await db.selectFrom('setting').select(['key', 'value']).execute()
  const chosen = Object.fromEntries(rows.map((row) => [row.key, JSON.parse(row.value) as unknown]))
  return { ...DEFAULT_SETTINGS, ...(chosen as Partial<Settings>) }
}

export async function writeSettings(db: ControlDb, settings: Partial<Settings>, at: number): Promise<void> {
  const rows = Object.entries(settings).map(([key, value]) => ({ key, value: JSON.stringify(value), updated_at: at }))
  if (rows.length === 0) return
  await db
    .insertInto('setting')
    .values(rows)
    .onConflict((c) => c.column('key').doUpdateSet((eb) => ({ value: eb.ref('excluded.value'), updated_at: at })))
    .execute()
}
