import type { CentralDb } from './database.ts'

export const CENTRAL_ROLES = ['admin', 'reader'] as const
export type CentralRole = (typeof CENTRAL_ROLES)[number]

export interface Person {
  readonly name: string
  readonly role: CentralRole
  readonly passwordHash: string
}

/** Names count without regard to capitals. */
export async function findPerson(db: CentralDb, name: string): Promise<Person | null> {
  const row = await db.selectFrom('person').selectAll().where('name', '=', name.toLowerCase()).executeTakeFirst()
  return row ? { name: row.name, role: row.role as CentralRole, passwordHash: row.password_hash } : null
}

/** A new person, or a new role and password for one that is there, whose sessions end. */
export async function putPerson(db: CentralDb, person: Person, now: number): Promise<void> {
  const name = person.name.toLowerCase()
  const values = { role: person.role, password_hash: person.passwordHash }
  await db
    .insertInto('person')
    .values({ name, created_at: now, ...values })
    .onConflict((c) => c.column('name').doUpdateSet(values))
    .execute()
  await db.deleteFrom('person_session').where('person', '=', name).execute()
}

export async function removePerson(db: CentralDb, name: string): Promise<boolean> {
  await db.deleteFrom('person_session').where('person', '=', name.toLowerCase()).execute()
  const { numDeletedRows } = await db.deleteFrom('person').where('name', '=', name.toLowerCase()).executeTakeFirst()
  return numDeletedRows > 0n
}

export function listPeople(db: CentralDb): Promise<{ name: string; role: string; created_at: number }[]> {
  return db.selectFrom('person').select(['name', 'role', 'created_at']).orderBy('name').execute()
}

export async function beginPersonSession(
  db: CentralDb,
  { idHash, person, now, until }: { idHash: string; person: string; now: number; until: number },
): Promise<void> {
  await db.deleteFrom('person_session').where('expires_at', '<', now).execute()
  await db.insertInto('person_session').values({ id_hash: idHash, person, expires_at: until }).execute()
}

export async function endPersonSession(db: CentralDb, idHash: string): Promise<void> {
  await db.deleteFrom('person_session').where('id_hash', '=', idHash).execute()
}

export async function sessionPerson(db: CentralDb, idHash: string, now: number) {
  const row = await db
    .selectFrom('person_session')
    .innerJoin('person', 'person.name', 'person_session.person')
    .select(['person.name', 'person.role'])
    .where('id_hash', '=', idHash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row ? { name: row.name, role: row.role as CentralRole } : null
}
