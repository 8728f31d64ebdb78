import type { EmissionFactor } from './co2.ts'
import type { ControlSettings, ForecastHour } from './control-image.ts'
import type { Latest } from './latest.ts'
import type { Load } from './load.ts'
import type { NodeClock } from './node-clock.ts'
import type { Sample } from './power-step.ts'
import type { CommandResult, LoadDeclaration, RelayReport } from './relay.ts'
import type { Tariff } from './tariff.ts'

/** A report of a relay and when it came, on the clock that goes on over restarts. */
export type HeardReport = RelayReport & { readonly at: number }

/** One load, as a tick may look at it. */
export interface RelayImage {
  readonly load: Load
  readonly declaration: LoadDeclaration | null
  /** The last word of its node since the hub started; null before the first. */
  readonly report: HeardReport | null
  readonly override: { readonly on: boolean; readonly until: number } | null
}

/** The relays of a house and the way to its node. */
export interface HouseRelays {
  readonly loads: readonly RelayImage[]
  readonly clock: NodeClock | null
  /** How its node is told; null = it cannot be, now. */
  readonly channel: 'mqtt' | 'http' | null
  /** Its consumption of the last minutes. */
  readonly trace: readonly Sample[]
  /** What is known of commands that were sent lately, by their ids. */
  readonly answers: ReadonlyMap<string, { readonly sentAt: number | null; readonly result: CommandResult | null }>
  readonly shadow: boolean
  readonly limitW: number
  readonly forecast: readonly ForecastHour[]
}

/** What a tick looks at for its loads. */
export interface LoadsImage {
  readonly now: number
  readonly elapsed: number
  readonly clockCertain: boolean
  readonly zone: string
  readonly control: ControlSettings
  /** Length of a lease, s. */
  readonly leaseS: number
  /** Begins the ids of this run's commands, so that none is ever used twice. */
  readonly run: string
  /** What a kWh costs, earns and emits, each from its first day on: what moving it is worth. */
  readonly tariffs: readonly Tariff[]
  readonly factors: readonly EmissionFactor[]
  /** Decisions can be saved. */
  readonly canSave: boolean
  readonly houses: readonly { readonly id: string; readonly latest: Latest; readonly relays: HouseRelays | null }[]
}
