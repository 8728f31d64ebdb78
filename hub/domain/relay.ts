/** Why a relay is as it is, as its node says it. */
export const ORIGINS = ['comando', 'interruttore', 'sicurezza', 'servizio', 'riposo'] as const
export type Origin = (typeof ORIGINS)[number]

/** What a node says of one of its loads. */
export interface RelayReport {
  readonly on: boolean
  readonly origin: Origin
  /** Id of the lease that holds it away from rest; null when none does. */
  readonly lease: string | null
  /** Until the lease lapses, s; null when there is none. */
  readonly remainingS: number | null
  /** Until it may be switched again (minimum times), s. */
  readonly lockS: number
  /** Measured draw, W; null when the node does not measure it. */
  readonly powerW: number | null
  readonly temperatureC: number | null
}

/** How a load is wired and limited at the node: set over USB when it is installed. */
export interface LoadDeclaration {
  readonly output: number
  /** The relay at rest lets the load run. */
  readonly restOn: boolean
  readonly minOnS: number
  readonly minOffS: number
  readonly maxOnS: number
  readonly startsPerHour: number
}

/** Why a node did not do what it was told. */
export const COMMAND_ERRORS = [
  'scaduto',
  'boot',
  'carico_sconosciuto',
  'min_off',
  'max_on',
  'interruttore',
  'avvii',
  'gelo',
  'caldo',
  'intervallo',
  'sensore_assente',
  'attuatore_assente',
  'formato',
] as const
export type CommandError = (typeof COMMAND_ERRORS)[number]

/** A node's answer to a command. */
export type CommandResult = { readonly id: string } & (
  | { readonly ok: true }
  | { readonly ok: false; readonly error: CommandError; readonly retryS: number | null }
)

/** What a node says of the cleaning of its panels. */
export interface CleaningReport {
  readonly active: boolean
  readonly remainingS: number
  readonly cause: string
}

/** Bounds of a lease's length, s; a load declared as a program may have up to MAX_PROGRAM_S. */
export const MIN_TTL_S = 30
export const MAX_TTL_S = 600
export const DEFAULT_TTL_S = 180
export const MAX_PROGRAM_S = 4 * 3600
