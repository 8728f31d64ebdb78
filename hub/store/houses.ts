import type { House } from '../domain/house.ts'
import type { ControlSchema } from './schema.ts'
import type { ControlDb } from './store.ts'

type HouseRow = ControlSchema['house']

export interface KeyedHouse extends House {
  /** SHA-256 of the node key, hex. */
  readonly keyHash: string
}

/** The houses of the community, by id; removed ones left out. */
export async function listHouses(db: ControlDb): Promise<KeyedHouse[]> {
  const rows = await db.selectFrom('house').selectAll().where('removed_at', 'is', null).orderBy('id').execute()
  return rows.map(toHouse)
}

export async function addHouses(db: ControlDb, houses: readonly KeyedHouse[], at: number): Promise<void> {
  await saveHouses(db, { added: houses, edited: [] }, at)
}

/** Adds new houses and changes those that are there, all or nothing. The key of an edited house stays. */
export async function saveHouses(
  db: ControlDb,
  { added, edited }: { added: readonly KeyedHouse[]; edited: readonly House[] },
  at: number,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // A house that was removed may come back under its id, with its history.
    for (const h of added) {
      const row = { ...toColumns(h), id: h.id, key_hash: h.keyHash, created_at: at, removed_at: null }
      await trx.deleteFrom('house').where('id', '=', h.id).where('removed_at', 'is not', null).execute()
      await trx.insertInto('house').values(row).execute()
    }
    for (const h of edited) await trx.updateTable('house').set(toColumns(h)).where('id', '=', h.id).execute()
  })
}

/** Changes what is given; false when there is no such house. */
export async function editHouse(db: ControlDb, id: string, change: Partial<House>): Promise<boolean> {
  const house = (await listHouses(db)).find((h) => h.id === id)
  if (!house) return false
  await db
    .updateTable('house')
    .set(toColumns({ ...house, ...change }))
    .where('id', '=', id)
    .execute()
  return true
}

export async function setHouseKey(db: ControlDb, id: string, keyHash: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('house')
    .set({ key_hash: keyHash })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Takes a house out of the community; its history stays. False when there is no such house. */
export async function removeHouse(db: ControlDb, id: string, at: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('house')
    .set({ removed_at: at })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

function toHouse(row: HouseRow): KeyedHouse {
  return {
    id: row.id,
    name: row.name,
    peakPower: row.peak_w,
    tilt: row.tilt,
    azimuth: row.azimuth,
    connectionLimit: row.connection_w,
    shown: row.shown === 1,
    ...(row.battery === 1 ? { battery: true } : {}),
    keyHash: row.key_hash,
  }
}

function toColumns(house: House) {
  return {
    name: house.name,
    peak_w: house.peakPower,
    tilt: house.tilt,
    azimuth: house.azimuth,
    connection_w: house.connectionLimit,
    shown: house.shown ? 1 : 0,
    battery: house.battery ? 1 : 0,
  }
}
