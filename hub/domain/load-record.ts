import type { Command } from './command.ts'
import type { LoadDay } from './control-state.ts'
import type { LoadDecision } from './decision.ts'
import type { Origin } from './relay.ts'
import type { Saved } from './savings.ts'

/** What a tick has to write down of its loads: done once it is saved. */
export type LoadRecord =
  | { readonly kind: 'recordDecision'; readonly at: number; readonly decision: LoadDecision }
  | {
      readonly kind: 'recordSwitching'
      readonly house: string
      readonly load: string
      readonly at: number
      /** What the relay is reported at; null = nothing is heard of it any more. */
      readonly on: boolean | null
      readonly origin: Origin
      readonly rule: LoadDecision['rule'] | null
    }
  /** A civil day of a load that is over, and what its relay changed in it. */
  | { readonly kind: 'recordSaving'; readonly day: LoadDay; readonly saved: Saved }
  | { readonly kind: 'endOverride'; readonly house: string; readonly load: string; readonly at: number }

/** What a tick has to say to a node: for this moment, never made up for later. */
export interface SendCommand {
  readonly house: string
  readonly load: string
  readonly command: Command
}
