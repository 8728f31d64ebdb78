import { HOUR } from '../domain/time.ts'
import { openDatabase } from './database.ts'
import type { ReadingsDb } from './store.ts'
import { storeFiles } from './store.ts'

/** Emission factor of the grid in one hour, g CO2e/kWh. */
export interface HourFactor {
  readonly start: number
  readonly gPerKwh: number
}

/** Start of an hour -> its factor, of the hours that begin in from <= start < to and have one. */
export async function readHourFactors(db: ReadingsDb, from: number, to: number): Promise<Map<number, number>> {
  const rows = await db
    .selectFrom('emission')
    .select(['start', 'g_per_kwh'])
    .where('start', '>=', from)
    .where('start', '<', to)
    .execute()
  return new Map(rows.map((row) => [row.start, row.g_per_kwh]))
}

const STEP = 5_000

/** Keeps factors of hours, over those that are there; a running hub waits for a few thousand rows at most. */
export function saveHourFactors(dataDir: string, factors: readonly HourFactor[]): void {
  const db = openDatabase({ name: 'readings', file: storeFiles(dataDir).readings, readonly: false })
  try {
    const put = db.prepare('insert or replace into emission (start, g_per_kwh) values (?, ?)')
    const some = db.transaction((part: readonly HourFactor[]) => {
      for (const { start, gPerKwh } of part) put.run(Math.floor(start / HOUR) * HOUR, gPerKwh)
    })
    for (let i = 0; i < factors.length; i += STEP) some.immediate(factors.slice(i, i + STEP))
  } finally {
    db.close()
  }
}

export async function countHourFactors(db: ReadingsDb): Promise<number> {
  const { n } = await db
    .selectFrom('emission')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}
