/** What a relay can switch. */
export const LOAD_KINDS = ['waterHeater', 'car', 'softener', 'poolPump', 'heatPump', 'generic'] as const
export type LoadKind = (typeof LOAD_KINDS)[number]

/** The state a relay falls back to, wired at installation; the wire says `spento` and `acceso`. */
export const REST_STATES = ['off', 'on'] as const
export type RestState = (typeof REST_STATES)[number]

/** Hours of the civil day in the community's zone, in minutes after midnight, end exclusive; `from` > `to` runs past midnight. */
export interface DayWindow {
  readonly fromMin: number
  readonly toMin: number
}

/** At least `runS` of running every civil day, done by `byMin` minutes after midnight (1440 = the end of the day). */
export interface DailyNeed {
  readonly runS: number
  readonly byMin: number
}

/** A run that is never interrupted once begun. */
export interface Program {
  /** From start to end, s. */
  readonly runS: number
  /** The relay only gives the start: closed for this long, s. Null: it stays closed until the program ends. */
  readonly contactS: number | null
  /** A program is due when the last one began this many days ago. */
  readonly everyDays: number
}

/** A relay load of a house. Every duration in s, every power in W. */
export interface Load {
  readonly house: string
  readonly id: string
  /** What people call it; the id where nothing better was given. */
  readonly name: string
  readonly kind: LoadKind
  readonly ratedW: number
  /** 1 is served first and shed last. */
  readonly priority: number
  readonly rest: RestState
  /** The hub's own choices keep it on, and off, at least this long. */
  readonly minOnS: number
  readonly minOffS: number
  /** A load switched on at the wall ends after this long; the node holds to it. */
  readonly maxOnS: number
  /** A load at rest on is kept off by the hub no longer than this; meaningless at rest off. */
  readonly maxHeldOffS: number
  readonly startsPerDay: number
  /** Null: it runs on surplus alone. */
  readonly dailyNeed: DailyNeed | null
  readonly dailyMaxS: number | null
  /** When it may run; null = whenever. */
  readonly window: DayWindow | null
  readonly program: Program | null
  /** When it ran before there was a hub: in its first days it still does, and what is saved is reckoned against it. Null: by its kind. */
  readonly timer: DayWindow | null
  /** It has a thermostat of its own: on and 0 W means that it has had enough. */
  readonly thermostat: boolean
  /** Setting of that thermostat in degrees C as read at installation; null = nobody looked. */
  readonly thermostatC: number | null
  /** The node measures its temperature. */
  readonly probe: boolean
  /** It holds drinking water: 60 degrees for an hour every 7 days. */
  readonly legionella: boolean
  /** A load of the same house that must be running, for example the pump of a heater. */
  readonly needs: string | null
  /** Surplus that starts it, W; null = reckoned from its power and its need. */
  readonly thresholdW: number | null
  /** How long the surplus must last before it starts, s. */
  readonly sustainS: number
  /** Wh a day that it may take of its neighbours' surplus; null = the house did not agree. */
  readonly neighbourWh: number | null
}

/** The name of a load in maps: its house and its id. Ids hold no slash. */
export function loadKey({ house, id }: { readonly house: string; readonly id: string }): string {
  return `${house}/${id}`
}

/** Minutes in which a window is open: 22:00-06:00 -> 480. A window whose ends are equal is open all day. */
export function windowMinutes({ fromMin, toMin }: DayWindow): number {
  return fromMin < toMin ? toMin - fromMin : 1440 - fromMin + toMin
}

/** Whether a window is open at a minute of the day; no window is always open. */
export function isOpenAt(window: DayWindow | null, minute: number): boolean {
  if (!window) return true
  const { fromMin, toMin } = window
  return fromMin < toMin ? minute >= fromMin && minute < toMin : minute >= fromMin || minute < toMin
}

/** Minutes of the day before `byMin` in which the window is open: what a daily need has to be met in. */
export function minutesBefore(window: DayWindow | null, byMin: number): number {
  if (!window) return byMin
  const { fromMin, toMin } = window
  const within = (from: number, to: number) => Math.max(0, Math.min(to, byMin) - from)
  return fromMin < toMin ? within(fromMin, toMin) : within(0, toMin) + within(fromMin, 1440)
}
