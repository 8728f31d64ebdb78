import type { HouseDay, Roof } from '../../hub/domain/community-day.ts'
import { clearDay, dayGrid, dayNumber, dayStart, unknownHours } from '../../hub/domain/community-day.ts'
import { DAY, HOUR } from '../../hub/domain/time.ts'
import type { Day } from './benchmark-rules.ts'
import type { Evaluation } from './context.ts'
import { DataError, readTable } from './data.ts'
import { readHouses } from './houses.ts'

/** The measured homes as a community, day by day. */
export interface EvaluatedStreet {
  readonly roofs: readonly Roof[]
  readonly days: readonly Day[]
  /** Whether a person judged every hour of the house's day to be sound: its roof, its consumption. For scoring only. */
  readonly soundRoof: (house: string, day: number) => boolean
  readonly soundLoad: (house: string) => boolean
  /** Index into `days` of the first that is scored; `days` ends with the last. */
  readonly first: number
  readonly site: { readonly latitude: number; readonly longitude: number; readonly altitude: number }
  readonly grid: ReturnType<typeof dayGrid>
}

const FONTANA_ALTITUDE = 370

/** Homes with their planes from `citylearn_houses_meta.csv`, as an installer would have entered them. Throws `DataError`. */
export function readStreet(evaluation: Evaluation): EvaluatedStreet {
  const { data, place, from, to } = evaluation
  const site = { ...place, altitude: FONTANA_ALTITUDE }
  const grid = dayGrid(site)
  const planes = readPlanes(data)
  const byDay = new Map<number, Map<string, HouseDay>>()
  const wrong = new Set<string>()
  const wrongLoads = new Set<string>()
  const homes = readHouses(data)
  for (const home of homes) {
    for (const [i, at] of home.start.entries()) {
      if (to !== null && at >= to) continue
      const day = dayNumber(grid, at)
      const houses = byDay.get(day) ?? new Map<string, HouseDay>()
      byDay.set(day, houses)
      const own = houses.get(home.id) ?? { produced: unknownHours(), consumed: unknownHours() }
      houses.set(home.id, own)
      const hour = Math.floor(((at + grid.shift) % DAY) / HOUR)
      own.produced[hour] = (home.pvKwh[i] ?? Number.NaN) * 1000
      own.consumed[hour] = (home.loadKwh[i] ?? Number.NaN) * 1000
      if (home.pvFlag[i] !== 'ok') wrong.add(`${home.id} ${day}`)
      if (home.loadFlag[i] !== 'ok') wrongLoads.add(home.id)
    }
  }
  const roofs = homes.map(({ id, kwp }): Roof => ({ id, peakPower: kwp * 1000, plane: planes.get(id) ?? null }))
  const days = [...byDay]
    .sort(([a], [b]) => a - b)
    .map(([day, houses]): Day => ({ day, houses, clear: clearDay(grid, day, site, roofs) }))
  const found = days.findIndex(({ day }) => dayStart(grid, day) >= (from ?? Number.NEGATIVE_INFINITY))
  if (found < 0) throw new DataError('citylearn_houses_hourly.csv.gz has no day between --from and --to.')
  return {
    roofs,
    days,
    soundRoof: (house, day) => !wrong.has(`${house} ${day}`),
    soundLoad: (house) => !wrongLoads.has(house),
    first: found,
    site,
    grid,
  }
}

export function readPlanes(folder: string): Map<string, { azimuth: number; tilt: number }> {
  const table = readTable(folder, 'citylearn_houses_meta.csv')
  const azimuth = table.numbers('fitted_azimuth_deg')
  const tilt = table.numbers('fitted_tilt_deg')
  return new Map(
    table.text('house').map((id, row) => [id, { azimuth: azimuth[row] ?? 180, tilt: tilt[row] ?? 20 }] as const),
  )
}
