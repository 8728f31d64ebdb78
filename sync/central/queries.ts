import { sql } from 'kysely'
import type { CentralDb } from './database.ts'

/** Every hub with the last it said of its health, and how many of its alerts are open. */
export async function hubsNow(db: CentralDb) {
  const hubs = await db
    .selectFrom('hub')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('aggregate')
        .select('data')
        .whereRef('aggregate.hub', '=', 'hub.id')
        .where('kind', '=', 'salute')
        .orderBy('start', 'desc')
        .limit(1)
        .as('health'),
    )
    .orderBy('id')
    .execute()
  return hubs.map((hub) => {
    const health = JSON.parse(hub.health ?? 'null') as {
      case: number
      sentite: number
      avvisi_aperti: number
      motivi: string[]
    } | null
    return {
      id: hub.id,
      name: hub.name,
      latitude: hub.latitude,
      longitude: hub.longitude,
      program: hub.program,
      seenAt: hub.seen_at,
      committedAt: hub.committed_at,
      skewS: hub.skew_s,
      problem: hub.problem,
      revoked: hub.revoked_at !== null,
      houses: health?.case ?? null,
      heard: health?.sentite ?? null,
      openAlerts: health?.avvisi_aperti ?? null,
      reasons: health?.motivi ?? [],
    }
  })
}

/** A month of every hub, from its days: `month` as "2026-06". */
export async function monthOfHubs(db: CentralDb, month: string) {
  const rows = await db
    .selectFrom('hub_day')
    .innerJoin('hub', 'hub.id', 'hub_day.hub')
    .select((eb) => [
      'hub.id',
      'hub.name',
      eb.fn.sum<number | null>('produced_wh').as('producedWh'),
      eb.fn.sum<number | null>('consumed_wh').as('consumedWh'),
      eb.fn.sum<number | null>('imported_wh').as('importedWh'),
      eb.fn.sum<number | null>('exported_wh').as('exportedWh'),
      eb.fn.sum<number | null>('shared_wh').as('sharedWh'),
      eb.fn.sum<number | null>('co2_g').as('co2G'),
      eb.fn.max<number | null>('peak_wp').as('peakWp'),
      eb.fn.sum<number>('covered').as('covered'),
    ])
    .where('day', '>=', `${month}-01`)
    .where('day', '<=', `${month}-31`)
    .groupBy(['hub.id', 'hub.name'])
    .orderBy('hub.id')
    .execute()
  return rows
}

/** The days of one hub in a month: what each holds. */
export function daysOfHub(db: CentralDb, hub: string, month: string) {
  return db
    .selectFrom('hub_day')
    .select(['day', 'quarters', 'covered', 'produced_wh'])
    .where('hub', '=', hub)
    .where('day', '>=', `${month}-01`)
    .where('day', '<=', `${month}-31`)
    .orderBy('day')
    .execute()
}

/** The newest alerts of a hub. */
export async function alertsOfHub(db: CentralDb, hub: string) {
  const rows = await db
    .selectFrom('aggregate')
    .select('data')
    .where('hub', '=', hub)
    .where('kind', '=', 'avviso')
    .where('data', 'is not', null)
    .orderBy('start', 'desc')
    .limit(50)
    .execute()
  return rows.map(
    ({ data }) =>
      JSON.parse(data ?? '{}') as { codice: string; casa: string | null; aperto: number; chiuso: number | null },
  )
}

export function auditOf(db: CentralDb) {
  return db.selectFrom('audit').selectAll().orderBy('at', 'desc').limit(200).execute()
}

/** Whether the database answers. */
export async function isAlive(db: CentralDb): Promise<boolean> {
  return sql`select 1`.execute(db).then(
    () => true,
    () => false,
  )
}
