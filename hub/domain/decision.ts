/**
 * Why a load is as it is, in order of authority. What stands above is never overruled by what stands below.
 * The first three are not the hub's doing: it only says so.
 */
export const RULES = [
  'unknown', // nothing heard of it yet: left alone
  'hardware', // the node's own limit: minimum off, maximum on
  'wallSwitch', // somebody switched it at the wall
  'service', // a technician's test
  'fuse', // the house would draw more than its connection carries
  'legionella', // the water must reach 60 degrees
  'override', // a resident took over
  'program', // a program runs to its end
  'minOn', // it has not been on for long enough
  'minOff', // it has not been off for long enough
  'powerCut', // loads come back one by one
  'dependency', // what it needs does not run
  'window', // outside its hours
  'dailyMax', // it has had its most for the day
  'startsSpent', // no start left today
  'clock', // the wall clock may be wrong: nothing is started for a date
  'heldOffLongest', // kept off for as long as it may be: back to its own thermostat
  'mustStart', // it would miss its need otherwise
  'stale', // no fresh measurement: nothing is started
  'satisfied', // on, and its thermostat wants nothing
  'surplus', // surplus of the house for long enough
  'neighbour', // surplus of the neighbours, with consent
  'sustaining', // surplus is there, not yet for long enough
  'settling', // another load was just started
  'shedding', // too little surplus, not yet for long enough
  'better', // better hours are expected today
  'noSurplus', // too little surplus
  'done', // it has had what it needs today
  'idle', // at rest, and nothing asks for it
] as const
export type Rule = (typeof RULES)[number]

/** What the shell has to see to: keep a lease away from rest alive, be at rest, or leave the load alone. */
export const ACTS = ['lease', 'rest', 'leave'] as const
export type Act = (typeof ACTS)[number]

export interface LoadDecision {
  readonly house: string
  readonly load: string
  /** The state of the relay that is wanted. */
  readonly on: boolean
  readonly act: Act
  /** How long the lease should last, s; null = the default. A program has one lease for all of it. */
  readonly ttlS: number | null
  readonly rule: Rule
  /** What the rule looked at: W, s, Wh or degrees C as the name says. */
  readonly inputs: DecisionInputs
  /** What would hold were it not for the rule. */
  readonly alternative: { readonly on: boolean; readonly rule: Rule } | null
  /** What happens when the running timer ends, and in how long, s; null when none runs. */
  readonly countdown: { readonly to: 'on' | 'off' | 'auto'; readonly inS: number } | null
  /** In shadow: what the relay would have done. `on` then says what it is left at. */
  readonly shadow: { readonly on: boolean } | null
}

export interface DecisionInputs {
  readonly surplusW?: number
  readonly thresholdW?: number
  readonly drawW?: number
  readonly limitW?: number
  readonly ageS?: number
  readonly onForS?: number
  readonly offForS?: number
  readonly sustainedS?: number
  readonly runS?: number
  readonly needS?: number
  readonly starts?: number
  readonly byMin?: number
  readonly temperatureC?: number
  readonly hoursSinceHot?: number
  readonly neighbourWh?: number
  /** The load waited for or given way to. */
  readonly other?: string
  /** Hour chosen instead, epoch ms. */
  readonly betterAt?: number
}

/** The water of a load was not hot in time, or is again. `unverified`: no probe and no confirmed setting. */
export interface LegionellaNotice {
  readonly house: string
  readonly load: string
  readonly missed: boolean
  readonly hoursSinceHot: number
  readonly verified: boolean
}
