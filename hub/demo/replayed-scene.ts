import type { House } from '../domain/house.ts'
import { idProblem } from '../domain/house.ts'
import { DAY, HOUR } from '../domain/time.ts'
import type { ReplayRow } from '../flow/replay-rows.ts'
import { ReplayError, readRows } from '../flow/replay-rows.ts'
import { playHistory } from './play-history.ts'
import type { Scene, SceneHouse } from './scene.ts'
import { HISTORY } from './scene.ts'

/** Mean powers of one house from `at` on, until `until`. */
interface Stretch {
  readonly at: number
  readonly until: number
  readonly productionW: number
  readonly consumptionW: number
}

/** A power is taken to hold until the next row, but not beyond this. */
const LONGEST_HOLD = HOUR

/**
 * The houses of a CSV file, as if their nodes were measuring now. The clock begins 30 days into the file at ten in the
 * morning UTC, or halfway where it is shorter; what lies before is history. The file does not say how large the roofs
 * are: each is taken to be the most it ever made.
 */
export async function replayedScene(options: { file: string; map: string; step: string | null }): Promise<Scene> {
  const stretches = byHouse(await collect(options))
  const all = [...stretches.values()].flat()
  const first = all.reduce((least, s) => Math.min(least, s.at), Number.POSITIVE_INFINITY)
  const last = all.reduce((most, s) => Math.max(most, s.until), 0)
  const start =
    last - first > HISTORY + DAY ? Math.floor((first + HISTORY) / DAY) * DAY + 10 * HOUR : first + (last - first) / 2
  const houses = [...stretches].map(([id, own]) => sceneHouse(id, own))
  return {
    start,
    resident: houses.find(({ house }) => house.peakPower > 0)?.house.id ?? null,
    settings: { communityName: 'Replay' },
    houses,
    history: (put) => playHistory(houses, Math.max(first, start - HISTORY), start, put),
  }
}

async function collect({ file, map, step }: { file: string; map: string; step: string | null }): Promise<ReplayRow[]> {
  const rows: ReplayRow[] = []
  for await (const row of readRows(file, map, step)) if (idProblem(row.house) === null) rows.push(row)
  if (rows.length === 0)
    throw new ReplayError(`${file} holds no row that could be played: see what "solar-family replay" says of it.`)
  return rows
}

function byHouse(rows: readonly ReplayRow[]): Map<string, Stretch[]> {
  const houses = new Map<string, ReplayRow[]>()
  for (const row of rows) houses.set(row.house, [...(houses.get(row.house) ?? []), row])
  return new Map(
    [...houses].sort().map(([id, own]) => {
      own.sort((a, b) => a.at - b.at)
      return [id, own.flatMap((row, i) => stretch(row, own[i + 1]))]
    }),
  )
}

function stretch(row: ReplayRow, next: ReplayRow | undefined): Stretch[] {
  const { at } = row
  if (row.kind === 'energy') {
    const watts = (wh: number | null) => Math.max(0, Math.round(((wh ?? 0) * HOUR) / row.durationMs))
    return [{ at, until: at + row.durationMs, productionW: watts(row.producedWh), consumptionW: watts(row.consumedWh) }]
  }
  const until = Math.min(next?.at ?? at + LONGEST_HOLD, at + LONGEST_HOLD)
  const whole = (w: number | null) => Math.max(0, Math.round(w ?? 0))
  return [{ at, until, productionW: whole(row.productionW), consumptionW: whole(row.consumptionW) }]
}

const PEAK_STEP_W = 100

function sceneHouse(id: string, stretches: readonly Stretch[]): SceneHouse {
  const most = stretches.reduce((max, s) => Math.max(max, s.productionW), 0)
  const house: House = {
    id,
    name: id,
    peakPower: Math.ceil(most / PEAK_STEP_W) * PEAK_STEP_W,
    tilt: null,
    azimuth: null,
    connectionLimit: null,
    shown: true,
  }
  return { house, sendsCounters: false, powerAt: (at) => find(stretches, at) }
}

/** The stretch that holds an instant, by bisection; null in the file's gaps and after its end. */
function find(stretches: readonly Stretch[], at: number): Stretch | null {
  let low = 0
  let high = stretches.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((stretches[middle]?.until ?? 0) <= at) low = middle + 1
    else high = middle
  }
  const found = stretches[low]
  return found && found.at <= at ? found : null
}
