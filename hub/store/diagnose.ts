import { Kysely, SqliteDialect } from 'kysely'
import {
  type CommunityDay,
  dayGrid,
  dayNumber,
  dayStart,
  type HouseDay,
  unknownHours,
} from '../domain/community-day.ts'
import { effectivePlane } from '../domain/effective-plane.ts'
import type { Site } from '../domain/irradiance.ts'
import { DAYS_BEFORE, type DiagnosedHouse, NeighbourhoodHealth } from '../domain/neighbourhood-health.ts'
import type { PlaneFit } from '../domain/plane-fit.ts'
import type { PlantHealth, PlantRecord } from '../domain/plant-health.ts'
import { DAY, HOUR } from '../domain/time.ts'
import { openDatabase } from './database.ts'
import { readHours } from './hours.ts'
import { type FittedHouse, fitPlanes } from './planes.ts'
import { readPlantRecords, savePlantRecords } from './plant-records.ts'
import type { ReadingsSchema } from './schema.ts'
import type { ReadingsDb } from './store.ts'

export interface DiagnoseRequest {
  readonly readings: string
  readonly now: number
  readonly site: Site
  readonly houses: readonly DiagnosedHouse[]
  readonly threshold: number
  readonly minHouses: number
}

export interface DiagnoseOutcome {
  readonly health: readonly PlantHealth[]
  /** Days of each house from which nothing is to be learned. */
  readonly unfit: readonly (readonly [house: string, days: readonly number[]])[]
  /** Planes as the clear days of each roof tell them. */
  readonly planes: readonly (readonly [house: string, fit: PlaneFit])[]
  readonly judgedDays: number
  readonly tookMs: number
}

/** After a day is over its late readings are waited for so long. */
const LATE = 2 * HOUR
/** Days that are caught up with at most, after a standstill or an import. */
const MOST_DAYS = 400
/** Days read from the file at once. */
const PIECE = 16
/** Share of an hour that must be covered for its energy to be compared. */
const LEAST_COVERED_S = 0.85 * 3600

/**
 * Judges the days that are over and not yet judged, and looks at the running one, on a connection of its own: for a thread of its own.
 * What was learned is saved day by day in one short transaction at the end.
 */
export async function diagnose(request: DiagnoseRequest): Promise<DiagnoseOutcome> {
  const started = performance.now()
  const file = { name: 'readings', file: request.readings, readonly: false }
  const db: ReadingsDb = new Kysely<ReadingsSchema>({ dialect: new SqliteDialect({ database: openDatabase(file) }) })
  try {
    const grid = dayGrid(request.site)
    const saved = await readPlantRecords(db)
    const own = new Map([...saved].filter(([house]) => request.houses.some((h) => h.id === house)))
    const running = dayNumber(grid, request.now)
    const span = await daysKept(db, grid.shift)
    // A day is whole once a later one has begun, also while a past is being played in.
    const last = Math.min(dayNumber(grid, request.now - LATE), span?.last ?? 0) - 1
    const judged = Math.max(-1, ...[...own.values()].map((r) => r.health.day))
    const from = span === null ? last + 1 : Math.max(judged >= 0 ? judged + 1 : span.first, last + 1 - MOST_DAYS)
    const planes = await fitPlanes(db, { ...request, grid, houses: fittedHouses(request.houses, own) })
    const houses = request.houses.map((house) => withPlane(house, planes.get(house.id) ?? null))
    const before = await readDays(db, grid, from - DAYS_BEFORE, from)
    const health = new NeighbourhoodHealth({ ...request, houses, grid }, own, before)
    let count = 0
    for (let day = from; day <= last; day += PIECE) {
      for (const next of await readDays(db, grid, day, Math.min(day + PIECE, last + 1))) {
        health.judge(next)
        count += 1
      }
    }
    if (count > 0) await savePlantRecords(db, health.records)
    const [today] = await readDays(db, grid, running, running + 1)
    const now = new Map(today ? health.glance(today).map((h) => [h.house, h]) : [])
    return {
      health: [...health.records].map(([house, record]) => now.get(house) ?? record.health),
      unfit: [...health.records].map(([house, { memory }]) => [house, memory.unfit]),
      planes: [...planes],
      judgedDays: count,
      tookMs: performance.now() - started,
    }
  } finally {
    await db.destroy()
  }
}

/** Roofs whose days tell their plane: no battery between, and clock and channels in order. */
function fittedHouses(houses: readonly DiagnosedHouse[], records: ReadonlyMap<string, PlantRecord>): FittedHouse[] {
  return houses.flatMap(({ id, peakPower, battery }) => {
    const record = records.get(id)
    const isSpoiled = record?.sensors.faults.some((fault) => fault.confirmed) ?? false
    return battery || peakPower <= 0 || isSpoiled ? [] : [{ id, without: new Set(record?.memory.unfit ?? []) }]
  })
}

/** A plane that nobody has entered is the fitted one. */
function withPlane(house: DiagnosedHouse, fit: PlaneFit | null): DiagnosedHouse {
  if (house.plane !== null || fit === null) return house
  return { ...house, plane: effectivePlane({ tilt: null, azimuth: null }, fit), fitted: true }
}

/** Numbers of the first and the last day with anything in them. */
async function daysKept(db: ReadingsDb, shift: number): Promise<{ first: number; last: number } | null> {
  const starts: number[] = []
  for (const table of ['community_hour', 'slot'] as const) {
    const first = await db.selectFrom(table).select('start').orderBy('start').limit(1).executeTakeFirst()
    const last = await db.selectFrom(table).select('start').orderBy('start', 'desc').limit(1).executeTakeFirst()
    for (const row of [first, last]) if (row) starts.push(Math.floor((row.start + shift) / DAY))
  }
  return starts.length === 0 ? null : { first: Math.min(...starts), last: Math.max(...starts) }
}

/** Whole days of hours; an hour that is hardly covered is not known. Days without any data are left out. */
export async function readDays(
  db: ReadingsDb,
  grid: { shift: number },
  from: number,
  to: number,
): Promise<CommunityDay[]> {
  const days = new Map<number, Map<string, HouseDay>>()
  for (const { start, house, energy } of await readHours(db, { from: dayStart(grid, from), to: dayStart(grid, to) })) {
    const day = dayNumber(grid, start)
    const houses = days.get(day) ?? new Map<string, HouseDay>()
    days.set(day, houses)
    const own = houses.get(house) ?? { produced: unknownHours(), consumed: unknownHours() }
    houses.set(house, own)
    const hour = (start - dayStart(grid, day)) / HOUR
    if (energy.productionMeasuredS + energy.productionEstimatedS >= LEAST_COVERED_S)
      own.produced[hour] = energy.producedWh
    if (energy.consumptionMeasuredS + energy.consumptionEstimatedS >= LEAST_COVERED_S)
      own.consumed[hour] = energy.consumedWh
  }
  return [...days].sort(([a], [b]) => a - b).map(([day, houses]) => ({ day, houses }))
}
