import type { Client } from 'aedes'
import type { Login } from './broker-policy.ts'
import type { Throttle } from './broker-throttle.ts'

/** A connection, and what the broker remembers of it. */
export class Guest {
  readonly client: Client
  readonly address: string
  login: Login | null = null
  /** The name it was let in under. */
  principal: string | null = null
  throttle: Throttle | null = null
  /** What it listens to, with the QoS that was granted. */
  readonly filters = new Map<string, number>()
  /** Something it did was told of: what aedes says about the same is not news. */
  told = false
  #begun = 0
  #ended = 0
  readonly #retaining = new Set<object>()
  readonly #after: { readonly publishes: number; readonly go: () => void }[] = []

  constructor(client: Client, address: string) {
    this.client = client
    this.address = address
  }

  retainBegins(packet: object): void {
    this.#begun += 1
    this.#retaining.add(packet)
  }

  retainEnds(packet: object): void {
    if (!this.#retaining.delete(packet)) return
    this.#ended += 1
    while (this.#after[0] && this.#after[0].publishes <= this.#ended) this.#after.shift()?.go()
  }

  /** Calls `go` when what was to be retained before is: aedes takes up all packets of a read at once. */
  afterRetaining(go: () => void): void {
    if (this.#ended >= this.#begun) go()
    else this.#after.push({ publishes: this.#begun, go })
  }

  /** Calls `go` when the rate of its principal allows. A will is not held up. */
  inTurn(go: () => void): void {
    if (!this.throttle || this.client.closed || this.throttle.take()) {
      go()
      return
    }
    const { _keepaliveTimer: keepalive } = this.client as unknown as { _keepaliveTimer: NodeJS.Timeout | null }
    const turn = () => {
      // It is not read while it waits, so its silence is ours.
      keepalive?.refresh()
      go()
    }
    this.throttle.wait(turn, () => this.client.closed)
  }
}
