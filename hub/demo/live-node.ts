import type { MqttClient } from 'mqtt'
import { connect } from 'mqtt'
import { HOUR, MINUTE, SECOND } from '../domain/time.ts'
import type { Fault, NodeLoad } from './node-loads.ts'
import { NodeLoads } from './node-loads.ts'
import { PanelWasher } from './panel-washer.ts'
import type { RelayState } from './relay-board.ts'

export interface LiveNodeOptions {
  readonly house: string
  readonly key: string
  readonly port: number
  readonly root: string
  readonly now: () => number
  /** Between two readings, ms of the wall clock. */
  readonly periodMs: number
  readonly sendsCounters: boolean
  /** Whole watts at an instant, or null while nothing is heard of the node. */
  readonly powerAt: (at: number) => { productionW: number; consumptionW: number } | null
  /** Relays and what hangs on them: their draw adds to the consumption. */
  readonly loads?: readonly NodeLoad[]
  /** It has a valve that cleans the panels. */
  readonly washes?: boolean
  /** In [0, 1): spreads returns to rest. */
  readonly random?: () => number
  /** Between two looks at the relays, ms of the wall clock. */
  readonly relayPeriodMs?: number
  readonly boot?: number
  /** When it was switched on, by `now`. */
  readonly startedAt?: number
}

const RELAY_PERIOD_MS = 500

/** A simulated house node: an ordinary MQTT client with its own key, that measures, counts and now and then falls silent. */
export class LiveNode {
  readonly #options: LiveNodeOptions
  readonly #startedAt: number
  readonly #boot: number
  #port: number
  readonly #loads: NodeLoads
  #relayTimer: NodeJS.Timeout | null = null
  readonly #washer: PanelWasher
  /** What was last said of each relay, and when. */
  readonly #said = new Map<string, { key: string; at: number }>()
  #client: MqttClient | null = null
  #timer: NodeJS.Timeout | null = null
  #seq = 0
  #last: { at: number; productionW: number; consumptionW: number } | null = null
  readonly #counted = { produced: 0, consumed: 0, imported: 0, exported: 0 }

  constructor(options: LiveNodeOptions) {
    this.#options = options
    this.#startedAt = options.startedAt ?? options.now()
    this.#boot = options.boot ?? 1
    this.#port = options.port
    this.#washer = new PanelWasher(this.#boot, options.washes === true)
    this.#loads = new NodeLoads(options.loads ?? [], { boot: this.#boot, random: options.random ?? (() => 0) })
  }

  start(): void {
    this.#timer = setInterval(() => this.#measure(), this.#options.periodMs)
    this.#measure()
    if (this.#options.loads?.length || this.#options.washes)
      this.#relayTimer = setInterval(() => this.#lookAtRelays(), this.#options.relayPeriodMs ?? RELAY_PERIOD_MS)
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer)
    if (this.#relayTimer) clearInterval(this.#relayTimer)
    await this.#client?.endAsync(true)
    this.#client = null
  }

  /** The relay of a load as it is now. */
  stateOf(load: string): RelayState {
    const uptime = this.#uptime(this.#options.now())
    this.#loads.board.step(uptime)
    return this.#loads.board.state(load, uptime)
  }

  /** Somebody turns the switch at the wall; null = back to automatic. */
  turnSwitch(load: string, on: boolean | null): void {
    this.#loads.board.turnSwitch(load, on, this.#uptime(this.#options.now()))
    this.#lookAtRelays()
  }

  setFault(load: string, fault: Fault): void {
    this.#loads.setFault(load, fault)
  }

  /** Its power goes: no word of it any more, and every relay at rest. */
  async crash(): Promise<void> {
    this.#client?.stream.destroy()
    await this.stop()
  }

  /** It is told of another port, as a hub that starts again may have. */
  async moveTo(port: number): Promise<void> {
    this.#port = port
    await this.#client?.endAsync(true)
    this.#client = null
  }

  #measure(): void {
    const { now, powerAt } = this.#options
    const at = now()
    const own = powerAt(at)
    if (!own) {
      this.#fallSilent()
      return
    }
    this.#loads.step(this.#uptime(at), at)
    const power = { productionW: own.productionW, consumptionW: Math.round(own.consumptionW + this.#loads.watts) }
    this.#count(at, power)
    this.#client ??= this.#connect()
    this.#publish('bilancio', { produzione_w: power.productionW, consumo_w: power.consumptionW, ...this.#meta(at) })
  }

  #connect(): MqttClient {
    const { house, key, root } = this.#options
    const will = {
      topic: `${root}/${house}/stato`,
      payload: Buffer.from('{"online":false}'),
      qos: 1 as const,
      retain: true,
    }
    const client = connect({
      host: '127.0.0.1',
      port: this.#port,
      clientId: `demo-${house}`,
      username: house,
      password: key,
      will,
      reconnectPeriod: 1000,
    })
    client.on('connect', () => {
      client.subscribe([`${root}/${house}/alert`, `${root}/${house}/comando`], { qos: 1 })
      const { boot, uptime_s } = this.#meta(this.#options.now())
      client.publish(`${root}/${house}/stato`, JSON.stringify({ online: true, fw: '0.1.0-demo', boot, uptime_s }), {
        qos: 1,
        retain: true,
      })
      for (const { topic, body } of this.#loads.declarations()) this.#publish(topic, body, true)
      this.#said.clear()
      this.#sayRelays()
    })
    client.on('message', (topic, payload) => {
      if (topic === `${root}/${house}/comando`) this.#obey(payload)
    })
    client.on('error', () => {})
    return client
  }

  /** As a node without power: the connection breaks, and the will is what remains. */
  #fallSilent(): void {
    this.#client?.stream.destroy()
    this.#client?.end(true)
    this.#client = null
    this.#last = null
  }

  #publish(topic: string, body: object, retain = false): void {
    const { house, root } = this.#options
    this.#client?.publish(`${root}/${house}/${topic}`, JSON.stringify(body), { qos: 1, retain })
  }

  #uptime(at: number): number {
    return Math.max(0, at - this.#startedAt)
  }

  #obey(payload: Buffer): void {
    const at = this.#options.now()
    let message: unknown
    try {
      message = JSON.parse(payload.toString('utf8'))
    } catch {
      return
    }
    const answer = PanelWasher.isFor(message)
      ? this.#washer.command(message, this.#uptime(at))
      : this.#loads.board.command(message, this.#uptime(at))
    if (answer && this.#client?.connected) this.#publish('comando/esito', answer)
    this.#lookAtRelays()
  }

  #lookAtRelays(): void {
    const at = this.#options.now()
    this.#loads.step(this.#uptime(at), at)
    this.#sayRelays()
  }

  /** On change, and every minute. */
  #sayRelays(): void {
    // What could not be said at the time is not said later.
    if (!this.#client?.connected) return
    const at = this.#options.now()
    this.#sayWash(at)
    for (const { topic, body } of this.#loads.states(this.#uptime(at))) {
      const { acceso, origine, id } = body as { acceso?: boolean; origine?: string; id?: string | null }
      const key = `${acceso} ${origine} ${id}`
      const said = this.#said.get(topic)
      if (said?.key === key && at - said.at < MINUTE) continue
      this.#said.set(topic, { key, at })
      this.#publish(topic, body)
    }
  }

  /** Likewise of the valve. */
  #sayWash(at: number): void {
    if (!this.#options.washes) return
    const topic = 'pulizia/stato'
    const state = this.#washer.state(this.#uptime(at))
    const key = String(state.attiva)
    const said = this.#said.get(topic)
    if (said?.key === key && at - said.at < MINUTE) return
    this.#said.set(topic, { key, at })
    this.#publish(topic, state)
  }

  #count(at: number, power: { productionW: number; consumptionW: number }): void {
    const last = this.#last
    this.#last = { at, ...power }
    if (!last || at <= last.at) return
    const hours = (at - last.at) / HOUR
    const produced = ((last.productionW + power.productionW) / 2) * hours
    const consumed = ((last.consumptionW + power.consumptionW) / 2) * hours
    this.#counted.produced += produced
    this.#counted.consumed += consumed
    this.#counted.imported += Math.max(0, consumed - produced)
    this.#counted.exported += Math.max(0, produced - consumed)
  }

  #meta(at: number) {
    const base = { boot: this.#boot, uptime_s: Math.floor(this.#uptime(at) / SECOND), seq: this.#seq++ }
    if (!this.#options.sendsCounters) return base
    const { produced, consumed, imported, exported } = this.#counted
    return {
      ...base,
      energia_prodotta_wh: Math.floor(produced),
      energia_consumata_wh: Math.floor(consumed),
      energia_prelevata_wh: Math.floor(imported),
      energia_immessa_wh: Math.floor(exported),
    }
  }
}
