import type { Load } from './load.ts'

/** What a node last said of a relay, not older than 150 s. */
export interface ReportedRelay {
  readonly on: boolean
  readonly origin: 'comando' | 'interruttore' | 'sicurezza' | 'servizio' | 'riposo'
  /** How long the node will refuse to switch it on, s. */
  readonly lockS: number
  /** Measured draw, W; null when not measured. */
  readonly powerW: number | null
  /** Degrees C; null when not measured. */
  readonly temperatureC: number | null
}

export interface LoadImage {
  readonly load: Load
  /** Null: nothing recent was heard of it (the hub has just started, the node is away), so its state is not known. */
  readonly report: ReportedRelay | null
  /** The node's boot counter, which rises when its power comes back; null when it sends none. */
  readonly boot: number | null
  /** A resident has taken over, until an instant of the `elapsed` clock. */
  readonly override: { readonly on: boolean; readonly until: number } | null
}

/** Production expected in an hour, mean W; `start` in epoch ms. */
export interface ForecastHour {
  readonly start: number
  readonly p10W: number
  readonly p50W: number
  readonly p90W: number
}

export interface HouseControl {
  readonly id: string
  /** Measured now, W; null = not known, or too old to be used (120 s). */
  readonly productionW: number | null
  readonly consumptionW: number | null
  /** Age of the older of the two, s; null = never measured. */
  readonly ageS: number | null
  /** What the connection carries by contract, W. */
  readonly limitW: number
  /** The first days: decide and explain, and leave every load at rest. */
  readonly shadow: boolean
  /** Hours to come, in order; [] when there is no forecast: the house's own past is used. */
  readonly forecast: readonly ForecastHour[]
  readonly loads: readonly LoadImage[]
}

/** Everything a decision may look at, frozen before it is taken. */
export interface ControlImage {
  /** The wall clock, epoch ms. It may step: dates are read off it, nothing is timed by it. */
  readonly now: number
  /** Ms of a clock that never steps and goes on over restarts: every duration is a difference of it. */
  readonly elapsed: number
  /** False while the wall clock may be wrong: nothing is started for the sake of a date. */
  readonly clockCertain: boolean
  /** The community's zone (IANA). */
  readonly zone: string
  readonly houses: readonly HouseControl[]
  readonly settings: ControlSettings
}

export interface ControlSettings {
  /** One load is switched on per house in this time, so that its effect is measured before the next, s. */
  readonly settleS: number
  /** How long a deficit must last before a load is shed, s. */
  readonly shedS: number
  /** Import that is put up with before a load is shed, W. */
  readonly reserveW: number
  /** What the neighbours' surplus may add to the street's feeder, W; null = no limit known. */
  readonly feederW: number | null
  /** The settlement nets by the hour, so that a load may be cycled inside it. */
  readonly hourlyNetting: boolean
}

export const DEFAULT_CONTROL: ControlSettings = {
  settleS: 60,
  shedS: 180,
  reserveW: 100,
  feederW: null,
  hourlyNetting: false,
}
