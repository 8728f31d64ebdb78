import type { PastDay } from './outlook.ts'
import type { PlannedLoad } from './plan.ts'

/**
 * What the controller remembers from one decision to the next: plain data, saved with the tick. Instants named `…At` and
 * `…Since` are of the `elapsed` clock, ms, and hold over restarts.
 */
export interface ControlState {
  /** The last decision. */
  readonly at: number | null
  /** By `loadKey`. */
  readonly loads: { readonly [key: string]: LoadMemory }
  readonly houses: { readonly [house: string]: HouseMemory }
  /** By house, oldest day first. A new object once an hour at most, so that it need not be saved more often. */
  readonly past: { readonly [house: string]: readonly PastDay[] }
  /** When a load was last started on the neighbours' surplus. */
  readonly neighbourAt: number | null
}

export const FIRST_CONTROL: ControlState = { at: null, loads: {}, houses: {}, past: {}, neighbourAt: null }

export interface LoadMemory {
  /** The relay as last reported, and when it was seen to change; in shadow, the relay as it would be. */
  on: boolean | null
  changedAt: number
  /** What was decided last. */
  wanted: boolean | null
  wantedAt: number
  /** It would run if what it needs did. */
  asks: boolean
  /** Since when the surplus is enough, and, while that is counted, since when it dips. */
  enoughSince: number | null
  dipSince: number | null
  /** Since when a running load has too little. */
  shortSince: number | null
  /** The same for the neighbours' surplus, and whether it runs on that. */
  neighbourSince: number | null
  byNeighbours: boolean
  /** Since when it is on and draws nothing. */
  idleSince: number | null
  /** It was let go because it had been kept off for as long as it may be. */
  byHeldOff: boolean
  /** When it was shed for the sake of the fuse. */
  fuseAt: number | null
  /** The civil day the next three belong to. */
  day: string
  runS: number
  starts: number
  neighbourWh: number
  /** Used by hour of that day, and of it own sun, Wh. */
  usedWh: readonly number[]
  ownWh: readonly number[]
  /** The day that ends at the deadline, what ran in it, and whether its thermostat was satisfied. */
  needDay: string
  needRunS: number
  satisfied: boolean
  /** A program under way since; when the last whole one began. */
  programAt: number | null
  lastProgramAt: number | null
  legionella: LegionellaMemory | null
  /** Steps measured when it started, W, newest last, and the house's consumption before the step that is awaited. */
  steps: readonly number[]
  stepFromW: number | null
}

export interface LegionellaMemory {
  /** When the water was last known to be hot through. */
  hotAt: number
  /** For how long it is hot by now, s. */
  hotForS: number
  /** The last cycle was measured, or its thermostat's setting is known. */
  verified: boolean
}

export interface HouseMemory {
  /** When a load was last switched on: the next waits until that is measured. */
  switchedAt: number | null
  boot: number | null
  /** When its power came back. */
  powerAt: number | null
  lastConsumptionW: number | null
  /** Given to neighbours and not yet taken back, Wh. */
  creditWh: number
  plan: PlanMemory | null
  /** The civil hour being gathered for the past. */
  hour: { day: string; hour: number; producedWh: number; baseWh: number; seenS: number } | null
}

/** A finished civil day of a load, as it ran or, in shadow, as it would have. */
export interface LoadDay {
  readonly house: string
  readonly load: string
  readonly day: string
  /** By hour of the day, Wh; `ownWh` is what of it the house's own surplus gave. */
  readonly usedWh: readonly number[]
  readonly ownWh: readonly number[]
  readonly shadow: boolean
}

/** What was planned last, so that it is not planned anew at every tick. */
export interface PlanMemory {
  /** What it depends on, in words. */
  key: string
  madeAt: number
  loads: { readonly [load: string]: PlannedLoad }
}

export const NO_HOURS: readonly number[] = new Array<number>(24).fill(0)

export function firstLoad(elapsed: number): LoadMemory {
  return {
    on: null,
    changedAt: elapsed,
    wanted: null,
    wantedAt: elapsed,
    asks: false,
    enoughSince: null,
    dipSince: null,
    shortSince: null,
    neighbourSince: null,
    byNeighbours: false,
    idleSince: null,
    byHeldOff: false,
    fuseAt: null,
    day: '',
    runS: 0,
    starts: 0,
    neighbourWh: 0,
    usedWh: NO_HOURS,
    ownWh: NO_HOURS,
    needDay: '',
    needRunS: 0,
    satisfied: false,
    programAt: null,
    lastProgramAt: null,
    legionella: null,
    steps: [],
    stepFromW: null,
  }
}

export function firstHouse(): HouseMemory {
  return { switchedAt: null, boot: null, powerAt: null, lastConsumptionW: null, creditWh: 0, plan: null, hour: null }
}
