import type { ControlDb } from './store.ts'

/** Codes that sign a phone in as somebody, once and soon. */

export async function addPairing(
  db: ControlDb,
  pairing: { codeHash: string; user: string; now: number; expiresAt: number },
): Promise<void> {
  const { codeHash, user, now, expiresAt } = pairing
  await db.transaction().execute(async (trx) => {
    await trx
      .deleteFrom('pairing')
      .where((eb) => eb.or([eb('expires_at', '<=', now), eb('user', '=', user)]))
      .execute()
    await trx.insertInto('pairing').values({ code_hash: codeHash, user, expires_at: expiresAt }).execute()
  })
}

/** Takes a code that is still good: whose it was. It is good no more, whatever comes of it. */
export async function takePairing(db: ControlDb, codeHash: string, now: number): Promise<string | null> {
  const row = await db
    .deleteFrom('pairing')
    .where('code_hash', '=', codeHash)
    .returning(['user', 'expires_at'])
    .executeTakeFirst()
  return row && row.expires_at > now ? row.user : null
}

/** Makes every code worthless. */
export async function dropPairings(db: ControlDb): Promise<void> {
  await db.deleteFrom('pairing').execute()
}
