import type { BoardOptions, RelaySpec } from './relay-board.ts'
import { RelayBoard } from './relay-board.ts'
import type { WiredAppliance } from './wired-appliance.ts'

/** A relay of a node, what hangs on it, and whether its draw is measured. */
export interface NodeLoad {
  readonly spec: RelaySpec
  readonly output: number
  readonly appliance: WiredAppliance
  readonly measured: boolean
}

/** Contacts that no longer do what the relay does. */
export type Fault = 'welded' | 'dead' | null

/** The relays of a node with their appliances, and what it has to publish of them. Uptimes in ms. */
export class NodeLoads {
  readonly board: RelayBoard
  readonly #loads: readonly NodeLoad[]
  readonly #watts = new Map<string, number>()
  readonly #faults = new Map<string, Fault>()
  #last: number | null = null

  constructor(loads: readonly NodeLoad[], options: BoardOptions) {
    this.#loads = loads
    this.board = new RelayBoard(
      loads.map((load) => load.spec),
      options,
    )
  }

  setFault(load: string, fault: Fault): void {
    this.#faults.set(load, fault)
  }

  /** Lets time pass until `uptime`, at `at` of the wall. */
  step(uptime: number, at: number): void {
    this.board.step(uptime)
    const ms = this.#last === null ? 0 : Math.max(0, uptime - this.#last)
    this.#last = uptime
    for (const { spec, appliance } of this.#loads) {
      const { on } = this.board.state(spec.id, uptime)
      const fault = this.#faults.get(spec.id)
      this.#watts.set(spec.id, appliance.draw(fault === 'welded' || (on && fault !== 'dead'), at, ms))
    }
  }

  /** What all of them draw now, W. */
  get watts(): number {
    let sum = 0
    for (const watts of this.#watts.values()) sum += watts
    return sum
  }

  /** Topics below the house's own with what is to be said there, when the node has connected. */
  declarations(): { topic: string; body: object }[] {
    return this.#loads.map(({ spec, output }) => ({
      topic: `carico/${spec.id}/config`,
      body: {
        ...{
          uscita: output,
          riposo: spec.restOn ? 'acceso' : 'spento',
          min_on_s: spec.minOnS,
          min_off_s: spec.minOffS,
        },
        ...{ max_on_s: spec.maxOnS, avvii_ora: spec.startsPerHour },
      },
    }))
  }

  states(uptime: number): { topic: string; body: object }[] {
    return this.#loads.map(({ spec, measured, appliance }) => {
      const { on, origin, lease, remaining, lock } = this.board.state(spec.id, uptime)
      const body = {
        ...{ acceso: on, origine: origin, id: lease },
        ...{ residuo_s: remaining === null ? null : Math.ceil(remaining / 1000), blocco_s: Math.ceil(lock / 1000) },
        ...(measured ? { potenza_w: Math.round(this.#watts.get(spec.id) ?? 0) } : {}),
        ...(appliance.temperature ? { temperatura_c: appliance.temperature() } : {}),
      }
      return { topic: `carico/${spec.id}/stato`, body }
    })
  }
}
