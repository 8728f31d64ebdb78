import type { MqttClient } from 'mqtt'
import { connectAsync } from 'mqtt'

/**
 * A node that sends at a steady pace whatever happens to the hub, numbers what it sends, and sends again after every
 * reconnection what was not acknowledged, as real ones do.
 */
export class SteadyNode {
  readonly acknowledged = new Set<number>()
  /** From sent (the last time) to acknowledged, ms. */
  readonly latencies: number[] = []
  readonly #house: string
  readonly #key: string
  readonly #perSecond: number
  readonly #boot: number
  readonly #open = new Map<number, string>()
  #next = 0
  #due = 0
  #client: MqttClient | null = null
  #timer: NodeJS.Timeout | null = null
  #port: number | null = null
  #connecting = false

  constructor(house: string, key: string, perSecond: number, boot = 1) {
    this.#house = house
    this.#key = key
    this.#perSecond = perSecond
    this.#boot = boot
  }

  /** Sent, and not acknowledged yet. */
  get open(): number {
    return this.#open.size
  }

  /** Sends to this port from now on, connecting again whenever the connection ends. */
  async start(port: number): Promise<void> {
    this.#port = port
    await this.#connect()
    let last = performance.now()
    this.#timer ??= setInterval(() => {
      const now = performance.now()
      this.#due += ((now - last) * this.#perSecond) / 1000
      last = now
      for (; this.#due >= 1; this.#due -= 1) this.#add()
    }, 10)
  }

  /** Sends no more, and leaves without a word. */
  async stop(): Promise<void> {
    this.#port = null
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
    this.#due = 0
    const client = this.#client
    this.#client = null
    await client?.endAsync(true)
  }

  async #connect(): Promise<void> {
    const port = this.#port
    if (port === null || this.#client || this.#connecting) return
    this.#connecting = true
    try {
      const client = await connectAsync({
        host: '127.0.0.1',
        port,
        username: this.#house,
        password: this.#key,
        reconnectPeriod: 0,
        connectTimeout: 5_000,
      })
      if (this.#port === null) {
        client.end(true)
        return
      }
      this.#client = client
      client.on('error', () => {})
      client.on('close', () => {
        if (this.#client === client) this.#client = null
        this.#soon()
      })
      for (const [seq, payload] of this.#open) this.#send(client, seq, payload)
    } catch {
      this.#soon()
    } finally {
      this.#connecting = false
    }
  }

  #soon(): void {
    setTimeout(() => void this.#connect(), 200)
  }

  #add(): void {
    const seq = this.#next++
    const payload = JSON.stringify({ produzione_w: 1200, consumo_w: 400, boot: this.#boot, seq })
    this.#open.set(seq, payload)
    if (this.#client) this.#send(this.#client, seq, payload)
  }

  #send(client: MqttClient, seq: number, payload: string): void {
    const at = performance.now()
    client.publishAsync(`comunita/${this.#house}/bilancio`, payload, { qos: 1 }).then(
      () => {
        this.#open.delete(seq)
        this.acknowledged.add(seq)
        this.latencies.push(performance.now() - at)
      },
      () => {},
    )
  }
}

/** How many of the acknowledged are not stored, and how many are stored more than once. */
export function compare(
  acknowledged: ReadonlySet<number>,
  stored: ReadonlyMap<number, number>,
): { readonly lost: number; readonly doubled: number } {
  return {
    lost: [...acknowledged].filter((seq) => !stored.has(seq)).length,
    doubled: [...stored.values()].filter((count) => count > 1).length,
  }
}
