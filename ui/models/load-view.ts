import type { Phase } from '../../hub/domain/command.ts'
import type { LoadDecision } from '../../hub/domain/decision.ts'
import type { Load } from '../../hub/domain/load.ts'
import type { CommandError, Origin } from '../../hub/domain/relay.ts'
import type { Difference } from '../../hub/domain/relay-declared.ts'

/** A load as a page shows it. Powers in W, durations in s, instants in epoch ms. */
export interface LoadView {
  readonly load: Load
  /** The relay as its node reports it; null when nothing recent was heard. */
  readonly relay: {
    readonly on: boolean
    readonly origin: Origin
    readonly at: number
    readonly powerW: number | null
    readonly temperatureC: number | null
    readonly lockS: number
  } | null
  /** What the last tick decided; null before the first, and for a load that is not switched. */
  readonly decision: LoadDecision | null
  /** The last command and what became of it. */
  readonly command: {
    readonly on: boolean
    readonly phase: Phase
    readonly at: number
    readonly error: CommandError | null
    /** The step in the measured power can be told for this load. */
    readonly measurable: boolean
  } | null
  readonly override: {
    readonly on: boolean
    readonly until: number
    readonly setAt: number
    readonly who: string
  } | null
  /** Watched and not switched yet; until then. */
  readonly shadowUntil: number | null
  readonly differences: readonly Difference[]
  readonly isSwitchable: boolean
  readonly isReachable: boolean
  /** False = late delivery of a command is not excluded, as the node tells no boot; null = not known yet. */
  readonly isBound: boolean | null
}
