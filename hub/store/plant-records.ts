import { sql } from 'kysely'
import type { PlantRecord } from '../domain/plant-health.ts'
import type { ReadingsDb } from './store.ts'

/** What was learned of each plant, as last saved. */
export async function readPlantRecords(db: ReadingsDb): Promise<Map<string, PlantRecord>> {
  const rows = await db.selectFrom('plant_record').selectAll().execute()
  return new Map(rows.map((row) => [row.house, JSON.parse(row.record) as PlantRecord]))
}

/** Houses of which nothing is to be learned on a day: found unwell, or measured wrongly. */
export async function unfitHouses(db: ReadingsDb, day: number): Promise<string[]> {
  const { rows } = await sql<{ house: string }>`
    select house from plant_record where exists (
      select 1 from json_each(json_extract(record, '$.memory.unfit')) where value = ${day}
    )`.execute(db)
  return rows.map((row) => row.house)
}

/** Saves all records at once, and forgets houses that are no more among them. */
export async function savePlantRecords(db: ReadingsDb, records: ReadonlyMap<string, PlantRecord>): Promise<void> {
  const rows = [...records].map(([house, record]) => ({ house, record: JSON.stringify(record, short) }))
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('plant_record').execute()
    for (const row of rows) await trx.insertInto('plant_record').values(row).execute()
  })
}

/** Five significant digits are more than was measured. */
function short(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value
}
