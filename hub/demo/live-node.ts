import type { MqttClient } from 'mqtt'
import { connect } from 'mqtt'
import { HOUR, SECOND } from '../domain/time.ts'

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
}

/** A simulated house node: an ordinary MQTT client with its own key, that measures, counts and now and then falls silent. */
export class LiveNode {
  readonly #options: LiveNodeOptions
  readonly #startedAt: number
  readonly #boot = 1
  #client: MqttClient | null = null
  #timer: NodeJS.Timeout | null = null
  #seq = 0
  #last: { at: number; productionW: number; consumptionW: number } | null = null
  readonly #counted = { produced: 0, consumed: 0, imported: 0, exported: 0 }

  constructor(options: LiveNodeOptions) {
    this.#options = options
    this.#startedAt = options.now()
  }

  start(): void {
    this.#timer = setInterval(() => this.#measure(), this.#options.periodMs)
    this.#measure()
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer)
    await this.#client?.endAsync(true)
    this.#client = null
  }

  #measure(): void {
    const { now, powerAt } = this.#options
    const at = now()
    const power = powerAt(at)
    if (!power) {
      this.#fallSilent()
      return
    }
    this.#count(at, power)
    this.#client ??= this.#connect()
    this.#publish('bilancio', { produzione_w: power.productionW, consumo_w: power.consumptionW, ...this.#meta(at) })
  }

  #connect(): MqttClient {
    const { house, key, port, root } = this.#options
    const will = {
      topic: `${root}/${house}/stato`,
      payload: Buffer.from('{"online":false}'),
      qos: 1 as const,
      retain: true,
    }
    const client = connect({
      host: '127.0.0.1',
      port,
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

  #publish(topic: string, body: object): void {
    const { house, root } = this.#options
    this.#client?.publish(`${root}/${house}/${topic}`, JSON.stringify(body), { qos: 1 })
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
    const base = { boot: this.#boot, uptime_s: Math.floor((at - this.#startedAt) / SECOND), seq: this.#seq++ }
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
