import { readTable } from './data.ts'

export const FLAGS = ['ok', 'suspect', 'broken'] as const
export type Flag = (typeof FLAGS)[number]

/** One measured home, hour by hour; hour i begins at `start[i]` (epoch ms, UTC). Energies in kWh, NaN where missing. */
export interface HouseSeries {
  readonly id: string
  /** Nominal power of the roof, kWp. */
  readonly kwp: number
  readonly start: Float64Array
  readonly pvKwh: Float64Array
  readonly loadKwh: Float64Array
  /** A person's judgement of each hour: to score with, never an input. */
  readonly pvFlag: readonly Flag[]
  readonly loadFlag: readonly Flag[]
}

/** The homes of `citylearn_houses_hourly.csv.gz`, or of another file in the same columns, by id. Throws `DataError`. */
export function readHouses(folder: string, name = 'citylearn_houses_hourly.csv.gz'): HouseSeries[] {
  const table = readTable(folder, name)
  const ids = table.text('house')
  const start = table.instants('time_utc')
  const columns = { kwp: table.numbers('kwp'), pv: table.numbers('pv_kwh'), load: table.numbers('load_kwh') }
  const pvFlag = table.text('pv_flag') as readonly Flag[]
  const loadFlag = table.text('load_flag') as readonly Flag[]
  const rows = Map.groupBy(ids.keys(), (row) => ids[row] ?? '')
  return [...rows].map(([id, own]) => {
    own.sort((a, b) => (start[a] ?? 0) - (start[b] ?? 0))
    const pick = (column: Float64Array) => Float64Array.from(own, (row) => column[row] ?? Number.NaN)
    return {
      id,
      kwp: columns.kwp[own[0] ?? 0] ?? Number.NaN,
      start: pick(start),
      pvKwh: pick(columns.pv),
      loadKwh: pick(columns.load),
      pvFlag: own.map((row) => pvFlag[row] ?? 'ok'),
      loadFlag: own.map((row) => loadFlag[row] ?? 'ok'),
    }
  })
}

/** Fontana, California: where the homes of the file stand. */
export const CITYLEARN_PLACE = { latitude: 34.1, longitude: -117.4 }

/** Place and plane of a single measured roof. */
export interface RoofSeries {
  readonly id: string
  readonly place: { readonly latitude: number; readonly longitude: number; readonly altitude: number }
  readonly plane: { readonly tilt: number; readonly azimuth: number } | null
  /** Nominal power, kWp. */
  readonly kwp: number
  readonly stepMs: number
  readonly start: Float64Array
  /** Mean power of each interval, kW per kWp. */
  readonly yield: Float64Array
}

/** The roof in Turin, 2019, hourly. */
export function readTurin(folder: string): RoofSeries {
  const table = readTable(folder, 'turin_pv_2019_hourly.csv.gz')
  return {
    id: 'turin',
    place: { latitude: 45.065, longitude: 7.659, altitude: 245 },
    plane: { tilt: 26, azimuth: 206 },
    kwp: 1,
    stepMs: 3_600_000,
    start: table.instants('time_utc'),
    yield: table.numbers('pv_kw_per_kwp'),
  }
}

/** The roof in Almeria, 2023, hourly. By the sun its own clock is UTC. */
export function readAlmeria(folder: string): RoofSeries {
  const table = readTable(folder, 'almeria_pv_2023_hourly.csv.gz')
  const labels = table.text('source_label')
  return {
    id: 'almeria',
    place: { latitude: 36.931, longitude: -2.472, altitude: 0 },
    plane: { tilt: 22, azimuth: 178 },
    kwp: 1,
    stepMs: 3_600_000,
    start: Float64Array.from(
      labels,
      (label) => Temporal.PlainDateTime.from(label).toZonedDateTime('UTC').epochMilliseconds,
    ),
    yield: table.numbers('pv_kw_per_kwp'),
  }
}

/** The roof of SERF East in Golden, Colorado, with the weather a satellite saw, every 15 minutes. */
export interface SerfSeries extends RoofSeries {
  /** Global horizontal irradiance, W/m2, and air temperature, degrees C. */
  readonly ghi: Float64Array
  readonly airTemperature: Float64Array
}

export function readSerf(folder: string): SerfSeries {
  const table = readTable(folder, 'serf_east_15min.csv.gz')
  return {
    id: 'serf',
    place: { latitude: 39.742, longitude: -105.173, altitude: 1800 },
    plane: null,
    kwp: 6,
    stepMs: 900_000,
    start: table.instants('time_utc'),
    yield: table.numbers('ac_power_w').map((w) => Math.max(0, w) / 6000),
    ghi: table.numbers('ghi'),
    airTemperature: table.numbers('temp_air'),
  }
}
