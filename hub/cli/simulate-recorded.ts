import { CsvFormatError } from '../codec/csv.ts'
import type { Load } from '../domain/load.ts'
import { onTimes, withoutDraws } from '../domain/recorded-draw.ts'
import { DEFAULT_SETTINGS } from '../domain/settings.ts'
import type { HouseSample } from '../domain/simulation.ts'
import { dayBounds, SLOT } from '../domain/time.ts'
import { ReplayError, readRows } from '../flow/replay-rows.ts'
import { listSwitchings } from '../store/decisions.ts'
import { listLoads } from '../store/loads.ts'
import { readSlots } from '../store/readings.ts'
import { readSettings } from '../store/settings.ts'
import { openStore } from '../store/store.ts'
import type { Call } from './command.ts'
import { Failure, wrongUsage } from './command.ts'
import { atDesk, houseOf } from './data.ts'

/** Days before the first one that are learned from. */
const LEARNED_DAYS = 25

/** Recorded days of a house, and what belongs to it. */
export interface Recorded {
  readonly zone: string
  readonly limitW: number
  readonly peakPower: number
  readonly loads: readonly Load[]
  readonly samples: readonly HouseSample[]
}

/** What the hub measured: the house's slots, less what nothing is known of and what its loads drew. */
export async function fromHub(call: Call, id: string, first: Temporal.PlainDate, days: number): Promise<Recorded> {
  if (call.texts('map').length > 0 || call.text('step') !== undefined)
    throw wrongUsage('--map and --step go with --file FILE.csv.')
  return atDesk(call, async ({ db, config }) => {
    const house = await houseOf(db, id)
    const { zone } = await readSettings(db)
    const from = dayBounds(first.subtract({ days: LEARNED_DAYS }), zone).from
    const to = dayBounds(first.add({ days: days - 1 }), zone).to
    const store = await openStore(config.dataDir)
    try {
      const slots = await readSlots(store.readings, { from, to, houses: [id] })
      const loads = ((await listLoads(db)).loads.get(id) ?? []).map((l) => l.load)
      const samples = slots.flatMap(({ start, energy: e }) =>
        e.productionMeasuredS + e.productionEstimatedS + e.consumptionMeasuredS + e.consumptionEstimatedS === 0
          ? []
          : [{ at: start, productionW: (e.producedWh * 3_600_000) / SLOT, baseW: (e.consumedWh * 3_600_000) / SLOT }],
      )
      const drawn = await Promise.all(
        loads.map(async ({ id: load, ratedW }) => {
          const { before, switchings } = await listSwitchings(db, { house: id, load, from, to })
          return { ratedW, on: onTimes(before, switchings, { from, to }) }
        }),
      )
      return {
        ...{ zone, limitW: house.connectionLimit ?? 20_000, peakPower: house.peakPower, loads },
        samples: withoutDraws(samples, SLOT, drawn),
      }
    } finally {
      await store.close()
    }
  })
}

export async function fromFile(call: Call, id: string, first: Temporal.PlainDate, days: number): Promise<Recorded> {
  const map = call.texts('map').join(',')
  if (map === '') throw wrongUsage('--file needs --map ts=COL,casa=COL,produzione_kwh=COL,consumo_kwh=COL.')
  const zone = call.text('zone') ?? DEFAULT_SETTINGS.zone
  const file = call.text('file') ?? ''
  const samples: HouseSample[] = []
  try {
    const from = dayBounds(first.subtract({ days: LEARNED_DAYS }), zone).from
    const to = dayBounds(first.add({ days: days - 1 }), zone).to
    for await (const row of readRows(file, map, call.text('step') ?? null)) {
      if (row.house !== id || row.at < from || row.at >= to) continue
      const power = (wh: number | null) => ((wh ?? 0) * 3_600_000) / (row.kind === 'energy' ? row.durationMs : 1)
      samples.push(
        row.kind === 'energy'
          ? { at: row.at, productionW: power(row.producedWh), baseW: power(row.consumedWh) }
          : { at: row.at, productionW: row.productionW ?? 0, baseW: row.consumptionW ?? 0 },
      )
    }
  } catch (error) {
    if (error instanceof ReplayError) throw new Failure(error.message)
    if (error instanceof CsvFormatError) throw new Failure(`${file}: ${error.message}.`)
    if (error instanceof RangeError)
      throw wrongUsage(`--zone "${zone}" is not right: expected a time zone such as Europe/Rome.`)
    throw error
  }
  samples.sort((a, b) => a.at - b.at)
  return { zone, limitW: 6000, peakPower: 0, loads: [], samples }
}
