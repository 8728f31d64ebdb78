import { randomUUID } from 'node:crypto'
import type { CentralDb } from './database.ts'

export const CODE_LIFE_MS = 7 * 86_400_000

/** Makes a hub, or a new code for one that is there; its data stay, a revoked one comes back. */
export async function addHub(
  db: CentralDb,
  { id, name, codeHash, now }: { id: string; name: string | null; codeHash: string; now: number },
): Promise<void> {
  await db
    .insertInto('hub')
    .values({
      ...{ id, name: name ?? id, zone: 'UTC', latitude: null, longitude: null, program: '', created_at: now },
      ...{ code_hash: codeHash, code_until: now + CODE_LIFE_MS, revoked_at: null, seen_at: null, committed_at: null },
      ...{ skew_s: null, problem: null, problem_at: null },
    })
    .onConflict((c) =>
      c.column('id').doUpdateSet({
        code_hash: codeHash,
        code_until: now + CODE_LIFE_MS,
        revoked_at: null,
        ...(name === null ? {} : { name }),
      }),
    )
    .execute()
}

/** Ends every token and code of a hub; false when there is no such hub. */
export async function revokeHub(db: CentralDb, id: string, now: number): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('hub')
      .set({ revoked_at: now, code_hash: null, code_until: null })
      .where('id', '=', id)
      .executeTakeFirst()
    await trx.deleteFrom('hub_token').where('hub', '=', id).execute()
    return numUpdatedRows > 0n
  })
}

export function listHubs(db: CentralDb) {
  return db.selectFrom('hub').selectAll().orderBy('id').execute()
}

/** The hub of a code that still holds, whose tokens are now this one alone; null when there is none. A lost answer can be asked for again. */
export async function enrol(
  db: CentralDb,
  { codeHash, tokenHash, now }: { codeHash: string; tokenHash: string; now: number },
): Promise<string | null> {
  return db.transaction().execute(async (trx) => {
    const hub = await trx
      .updateTable('hub')
      .set({ problem: null, problem_at: null })
      .where('code_hash', '=', codeHash)
      .where('code_until', '>', now)
      .where('revoked_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (!hub) return null
    await trx.deleteFrom('hub_token').where('hub', '=', hub.id).execute()
    await addToken(trx, { hub: hub.id, tokenHash, now })
    return hub.id
  })
}

/** One more token for a hub: the others end when this one is first used. */
export async function addToken(
  db: CentralDb,
  { hub, tokenHash, now }: { hub: string; tokenHash: string; now: number },
): Promise<void> {
  await db.insertInto('hub_token').values({ token_hash: tokenHash, hub, created_at: now, used_at: null }).execute()
}

/** The hub of a token, or null. The first use ends the hub's other tokens and the code it came by. */
export async function hubOfToken(db: CentralDb, tokenHash: string, now: number): Promise<string | null> {
  const token = await db.selectFrom('hub_token').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst()
  if (!token || token.used_at !== null) return token?.hub ?? null
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('hub')
      .set({ code_hash: null, code_until: null, seen_at: now })
      .where('id', '=', token.hub)
      .execute()
    await trx.updateTable('hub_token').set({ used_at: now }).where('token_hash', '=', tokenHash).execute()
    await trx
      .deleteFrom('hub_token')
      .where('hub', '=', token.hub)
      .where('token_hash', '!=', tokenHash)
      .where('created_at', '<=', token.created_at)
      .execute()
  })
  return token.hub
}

/** Keeps why a hub was refused, for whoever looks after it. */
export async function noteProblem(db: CentralDb, hub: string, problem: string, now: number): Promise<void> {
  await db.updateTable('hub').set({ problem, problem_at: now, seen_at: now }).where('id', '=', hub).execute()
}

export async function auditCentral(
  db: CentralDb,
  entry: { at: number; who: string; what: string; detail: unknown },
): Promise<void> {
  await db
    .insertInto('audit')
    .values({ ...entry, id: randomUUID(), detail: JSON.stringify(entry.detail) })
    .execute()
}
