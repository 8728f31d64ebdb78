import type { ControlDb } from './store.ts'

const KEY = 'announced'

/** Houses that were announced to Home Assistant. */
export async function readAnnounced(db: ControlDb): Promise<string[]> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', KEY).executeTakeFirst()
  return row ? (JSON.parse(row.value) as string[]) : []
}

export async function saveAnnounced(db: ControlDb, houses: readonly string[], at: number): Promise<void> {
  const value = JSON.stringify(houses)
  await db
    .insertInto('setting')
    .values({ key: KEY, value, updated_at: at })
    .onConflict((c) => c.column('key').doUpdateSet({ value, updated_at: at }))
    .execute()
}
