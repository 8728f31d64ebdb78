import type { ControlDb } from './store.ts'

export const USER_ROLES = ['resident', 'technician', 'admin'] as const
export type UserRole = (typeof USER_ROLES)[number]
export const TOKEN_ROLES = ['node', 'bridge', 'reader', 'kiosk', 'integration', 'technician', 'admin'] as const
export type TokenRole = (typeof TOKEN_ROLES)[number]

export interface User {
  readonly name: string
  readonly role: UserRole
  readonly house: string | null
  readonly passwordHash: string
  readonly createdAt: number
}

export interface Token {
  readonly id: number
  readonly role: TokenRole
  readonly house: string | null
  readonly createdAt: number
  readonly revokedAt: number | null
}

const USER_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u

/** Why a name cannot be a user's, or null when it can. */
export function userNameProblem(name: string): string | null {
  return USER_NAME.test(name)
    ? null
    : `"${name}" is not a valid user name: 1 to 64 letters, digits, ".", "_", "@" or "-", starting with a letter or digit`
}

export async function listUsers(db: ControlDb): Promise<User[]> {
  const rows = await db.selectFrom('user').selectAll().orderBy('name').execute()
  return rows.map((r) => ({
    name: r.name,
    role: r.role as UserRole,
    house: r.house,
    passwordHash: r.password_hash,
    createdAt: r.created_at,
  }))
}

export async function hasAdmin(db: ControlDb): Promise<boolean> {
  return (await db.selectFrom('user').select('name').where('role', '=', 'admin').limit(1).execute()).length > 0
}

export async function findUser(db: ControlDb, name: string): Promise<User | null> {
  return (await listUsers(db)).find((u) => u.name.toLowerCase() === name.toLowerCase()) ?? null
}

export async function addUser(db: ControlDb, user: User): Promise<void> {
  const { name, role, house, passwordHash, createdAt } = user
  await db
    .insertInto('user')
    .values({ name, role, house, password_hash: passwordHash, created_at: createdAt })
    .execute()
}

/** Sets a new password and ends the person's sessions; false when there is no such person. */
export async function setPassword(db: ControlDb, name: string, passwordHash: string): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('user')
      .set({ password_hash: passwordHash })
      .where('name', '=', name)
      .executeTakeFirst()
    await trx.deleteFrom('session').where('user', '=', name).execute()
    return numUpdatedRows > 0n
  })
}

export async function removeUser(db: ControlDb, name: string): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { numDeletedRows } = await trx.deleteFrom('user').where('name', '=', name).executeTakeFirst()
    await trx.deleteFrom('session').where('user', '=', name).execute()
    await trx.deleteFrom('notice_wish').where('user', '=', name).execute()
    return numDeletedRows > 0n
  })
}

export async function addSession(
  db: ControlDb,
  session: { idHash: string; user: string; createdAt: number; expiresAt: number },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('session').where('expires_at', '<', session.createdAt).execute()
    await trx
      .insertInto('session')
      .values({
        id_hash: session.idHash,
        user: session.user,
        created_at: session.createdAt,
        expires_at: session.expiresAt,
      })
      .execute()
  })
}

/** The person of a session that has not expired. */
export async function sessionUser(db: ControlDb, idHash: string, now: number): Promise<User | null> {
  const row = await db
    .selectFrom('session')
    .innerJoin('user', 'user.name', 'session.user')
    .selectAll('user')
    .where('session.id_hash', '=', idHash)
    .where('session.expires_at', '>', now)
    .executeTakeFirst()
  return row
    ? {
        name: row.name,
        role: row.role as UserRole,
        house: row.house,
        passwordHash: row.password_hash,
        createdAt: row.created_at,
      }
    : null
}

/** Ends all sessions of a person but this one. */
export async function endOtherSessions(db: ControlDb, user: string, idHash: string): Promise<void> {
  await db.deleteFrom('session').where('user', '=', user).where('id_hash', '!=', idHash).execute()
}

export async function endSession(db: ControlDb, idHash: string): Promise<void> {
  await db.deleteFrom('session').where('id_hash', '=', idHash).execute()
}

export async function addToken(
  db: ControlDb,
  token: { tokenHash: string; role: TokenRole; house: string | null; createdAt: number },
): Promise<number> {
  const { id } = await db
    .insertInto('token')
    .values({
      token_hash: token.tokenHash,
      role: token.role,
      house: token.house,
      created_at: token.createdAt,
      revoked_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function listTokens(db: ControlDb): Promise<(Token & { readonly tokenHash: string })[]> {
  const rows = await db.selectFrom('token').selectAll().orderBy('id').execute()
  return rows.map((r) => ({
    id: r.id,
    role: r.role as TokenRole,
    house: r.house,
    createdAt: r.created_at,
    revokedAt: r.revoked_at,
    tokenHash: r.token_hash,
  }))
}

export async function revokeToken(db: ControlDb, id: number, at: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('token')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Revokes every token of a house; how many there were. */
export async function revokeHouseTokens(db: ControlDb, house: string, at: number): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('token')
    .set({ revoked_at: at })
    .where('house', '=', house)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Keeps what somebody did, for whoever asks later. */
export async function audit(
  db: ControlDb,
  entry: { at: number; who: string; what: string; detail: unknown },
): Promise<void> {
  await db
    .insertInto('audit')
    .values({ ...entry, detail: JSON.stringify(entry.detail) })
    .execute()
}

/** What was done, newest first; `before` = only what was noted before this id. */
export async function listAudit(
  db: ControlDb,
  { before, limit }: { before: number | null; limit: number },
): Promise<{ id: number; at: number; who: string; what: string; detail: string }[]> {
  let query = db.selectFrom('audit').selectAll()
  if (before !== null) query = query.where('id', '<', before)
  return query.orderBy('id', 'desc').limit(limit).execute()
}
