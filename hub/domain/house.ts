/** A house of the community. Its id is also its MQTT user name and the name in every topic and answer. */
export interface House {
  readonly id: string
  /** What people call it; the id where nothing better was given. */
  readonly name: string
  /** Nominal power of the roof in Wp; 0 = consumer only, outside the benchmark. */
  readonly peakPower: number
  /** Degrees from horizontal; null when unknown. */
  readonly tilt: number | null
  /** Degrees from north, 180 = south; null when unknown. */
  readonly azimuth: number | null
  /** Contract limit of the grid connection in W; null = not given. */
  readonly connectionLimit: number | null
  /** The residents agreed to be shown by name to their neighbours. */
  readonly shown: boolean
  /** A battery stands behind the inverter: its output is not the sun's, so it is neither compared nor foretold. */
  readonly battery?: boolean
}

/** House and load ids. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/

/** Names that mean something else in topics and answers. */
export const RESERVED_IDS: readonly string[] = ['rete', 'altri', 'benchmark']

/** Connection limit assumed where none was given, W. */
export const DEFAULT_CONNECTION_LIMIT = 20_000

/** Why an id cannot name a house, or null when it can. */
export function idProblem(id: string): string | null {
  if (!ID_PATTERN.test(id)) {
    return `"${id}" is not a valid id: 1 to 32 letters, digits, "_" or "-", starting with a letter or digit`
  }
  return RESERVED_IDS.includes(id) ? `"${id}" is reserved; choose another id` : null
}

/** Largest values that can be meant, W. */
export const MAX_PEAK_W = 1_000_000
export const MAX_CONNECTION_W = 10_000_000

export const MAX_NAME_LENGTH = 80

/** What a name would have to be, or null when it can be a house's. */
export function nameProblem(name: string): string | null {
  return name.trim() !== '' && [...name].length <= MAX_NAME_LENGTH && !/\p{Cc}/u.test(name)
    ? null
    : `a name of 1 to ${MAX_NAME_LENGTH} characters`
}
