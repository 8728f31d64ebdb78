/**
 * What the controller remembers from one decision to the next: plain data, saved with the tick. Instants named `…At` are of the
 * `elapsed` clock, ms, and hold over restarts.
 */
export interface ControlState {
  /** By `loadKey`. */
  readonly loads: { readonly [key: string]: LoadMemory }
  readonly houses: { readonly [house: string]: HouseMemory }
  /** By house. A new object once an hour at most, so that it may be saved only then. */
  readonly past: { readonly [house: string]: readonly PastDay[] }
}

export interface LoadMemory {
  /** The relay as last reported; null before the first report. */
  readonly on: boolean | null
  /** When it was seen to change. */
  readonly changedAt: number
  /** Draw of the house before the relay closed, W, until the step is measured. */
  readonly stepFromW: number | null
  /** Measured steps of the last starts, W, newest last. */
  readonly steps: readonly number[]
  /** Since when the surplus has been enough, or too little. */
  readonly enoughSince: number | null
  readonly shortSince: number | null
  /** Since when it is on and draws nothing. */
  readonly idleSince: number | null
  /** The civil day the sums below belong to, and they. */
  readonly day: string
  readonly runS: number
  readonly starts: number
  /** Its thermostat opened today: it has had what it needs. */
  readonly satisfied: boolean
  readonly neighbourWh: number
  /** A program under way since, and when the last one began. */
  readonly programAt: number | null
  readonly lastProgramAt: number | null
  readonly legionella: LegionellaMemory | null
}

export interface LegionellaMemory {
  /** When the water was last known to be hot through, on the elapsed clock. */
  readonly hotAt: number
  /** How long it has been hot now, s. */
  readonly hotForS: number
  /** Hours of forced heating this cycle, s, where nothing measures. */
  readonly forcedS: number
  readonly missed: boolean
}

export interface HouseMemory {
  /** When a load was last switched on, or shed: the next waits for it to be measured. */
  readonly switchedAt: number | null
  readonly boot: number | null
  /** When the power came back. */
  readonly powerAt: number | null
  /** What the house has given to its neighbours and not yet taken, Wh. */
  readonly creditWh: number
  /** The hour being gathered for the past. */
  readonly hour: {
    readonly start: number
    readonly producedWh: number
    readonly baseWh: number
    readonly seenS: number
  } | null
}

/** A day as the planner learns from it: mean W by hour of the civil day, null where too little was measured. */
export interface PastDay {
  readonly day: string
  readonly producedW: readonly (number | null)[]
  /** Consumption without the loads the hub controls. */
  readonly baseW: readonly (number | null)[]
}

export const FIRST_CONTROL: ControlState = { loads: {}, houses: {}, past: {} }
