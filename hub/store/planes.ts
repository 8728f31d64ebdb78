import type { DayGrid, HourSeries } from '../domain/community-day.ts'
import { dayNumber, dayStart, unknownHours } from '../domain/community-day.ts'
import type { Site } from '../domain/irradiance.ts'
import { fitPlane, type PlaneFit } from '../domain/plane-fit.ts'
import { DAY, HOUR } from '../domain/time.ts'
import { readHours } from './hours.ts'
import type { ReadingsDb } from './store.ts'

/** So far back clear days are looked for: a whole year of seasons. */
const YEAR = 365 * DAY
/** Roofs that are fitted in one go, so that a large street is spread over some hours. */
const AT_ONCE = 10
/** A fit is made anew after so long: soon while little is known. */
const AGAIN = { unknown: DAY, oneSeason: 10 * DAY, known: 30 * DAY }
const SEASON_DAYS = 60
/** Share of an hour that must be covered for its energy to be of use, s. */
const LEAST_COVERED_S = 0.85 * 3600

/** What the clear days of each roof tell of its plane, as read from them last. */
export async function readPlanes(db: ReadingsDb): Promise<Map<string, PlaneFit>> {
  const rows = await db.selectFrom('plane').selectAll().where('fit', 'is not', null).execute()
  return new Map(rows.map((row) => [row.house, JSON.parse(row.fit ?? '') as PlaneFit]))
}

/** Fits the planes that are due, some at a time, and keeps them; all that are known then. */
export async function fitPlanes(
  db: ReadingsDb,
  { now, grid, site, houses }: { now: number; grid: DayGrid; site: Site; houses: readonly FittedHouse[] },
): Promise<Map<string, PlaneFit>> {
  const place = JSON.stringify([site.latitude, site.longitude])
  const stored = new Map((await db.selectFrom('plane').selectAll().execute()).map((row) => [row.house, row]))
  const due = houses.filter(({ id }) => {
    const row = stored.get(id)
    return row === undefined || row.place !== place || now - row.at >= waitFor(row.fit) || now < row.at
  })
  for (const { id, without } of due.slice(0, AT_ONCE)) {
    const days = (await madeDays(db, grid, id, now)).filter(({ day }) => !without.has(day))
    const fit = fitPlane(days, grid, site)
    const row = { at: now, place, fit: fit === null ? null : JSON.stringify(fit) }
    await db
      .insertInto('plane')
      .values({ house: id, ...row })
      .onConflict((c) => c.column('house').doUpdateSet(row))
      .execute()
  }
  return readPlanes(db)
}

export interface FittedHouse {
  readonly id: string
  /** Days of the grid on which it was not well. */
  readonly without: ReadonlySet<number>
}

function waitFor(fit: string | null): number {
  if (fit === null) return AGAIN.unknown
  return (JSON.parse(fit) as PlaneFit).span < SEASON_DAYS ? AGAIN.oneSeason : AGAIN.known
}

async function madeDays(db: ReadingsDb, grid: DayGrid, house: string, now: number) {
  const to = dayStart(grid, dayNumber(grid, now))
  const days = new Map<number, HourSeries>()
  for (const { start, energy } of await readHours(db, { from: to - YEAR, to, houses: [house] })) {
    if (energy.productionMeasuredS + energy.productionEstimatedS < LEAST_COVERED_S) continue
    const day = dayNumber(grid, start)
    const produced = days.get(day) ?? unknownHours()
    days.set(day, produced)
    produced[(start - dayStart(grid, day)) / HOUR] = energy.producedWh
  }
  return [...days].sort(([a], [b]) => a - b).map(([day, produced]) => ({ day, produced }))
}
