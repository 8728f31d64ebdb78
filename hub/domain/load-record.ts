import type { Command } from './command.ts'
import type { LoadDecision } from './decision.ts'
import type { Origin } from './relay.ts'

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
  | { readonly kind: 'endOverride'; readonly house: string; readonly load: string; readonly at: number }

/** What a tick has to say to a node: for this moment, never made up for later. */
export interface SendCommand {
  readonly house: string
  readonly load: string
  readonly command: Command
}
