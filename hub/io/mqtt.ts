import { readFileSync } from 'node:fs'
import type { IConnackPacket, IPublishPacket, MqttClient, Packet } from 'mqtt'
import { connect } from 'mqtt'
import type { MessageBroker } from './message-broker.ts'
import { Acknowledgements } from './mqtt-acknowledgements.ts'

export interface LinkOptions {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  readonly url: string
  /** The broker keeps the session of this name while the hub is away. */
  readonly clientId: string
  readonly username: string | null
  readonly password: string | null
  /** PEM file of the certificates to trust instead of the system's. */
  readonly ca: string | null
  readonly filters: readonly string[]
  /** A topic of the hub's own, by which it hears where the messages end that waited for it. */
  readonly echoTopic: string
}

export interface RelayedMessage {
  readonly topic: string
  readonly payload: Buffer
  readonly retained: boolean
  /** It may have waited at the broker while the hub was away. */
  readonly waited: boolean
}

export interface LinkEvents {
  /** The broker has let the hub in; messages may follow. */
  readonly opened: () => void
  readonly closed: () => void
  /** Settled when the message may be acknowledged; `false` = it was not stored: the broker is to send it again. */
  readonly receive: (message: RelayedMessage) => Promise<boolean>
  /** The link is up (null), or why it is not. */
  readonly state: (problem: string | null) => void
}

const RETRY_MS = 2_000
const CONNECT_TIMEOUT_MS = 10_000
const KEEP_ALIVE_S = 30

/**
 * The hub as a client of somebody else's broker: QoS 1, a session that is kept, each message acknowledged only after it
 * has been dealt with. It goes on trying for as long as it is not stopped.
 */
export class MqttLink implements MessageBroker {
  readonly connectedClients = null
  readonly #options: LinkOptions
  readonly #events: LinkEvents
  /** Publishes on their way, by message id. */
  readonly #sending = new Set<number>()
  #client: MqttClient | null = null
  #acknowledgements: Acknowledgements | null = null
  #waited = true
  #connections = 0
  #refusal: string | null = null

  constructor(options: LinkOptions, events: LinkEvents) {
    this.#options = options
    this.#events = events
  }

  /** Begins to connect; throws when the file of trusted certificates cannot be read. */
  start(): void {
    const { url, clientId, username, password, ca } = this.#options
    const client = connect(url, {
      clientId,
      clean: false,
      ...(username === null ? {} : { username }),
      ...(password === null ? {} : { password }),
      ...(ca === null ? {} : { ca: readFileSync(ca) }),
      keepalive: KEEP_ALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: RETRY_MS,
      reconnectOnConnackError: true,
      resubscribe: false,
      queueQoSZero: false,
    })
    this.#client = client
    client.on('packetreceive', (packet) => this.#received(client, packet))
    client.on('connect', (packet) => this.#connected(client, packet))
    client.on('message', (topic, payload, packet) => this.#message(topic, payload, packet))
    client.on('error', (error) => this.#down(reasonOf(error)))
    client.on('close', () => this.#closed(client))
  }

  async stop(): Promise<void> {
    const client = this.#client
    this.#client = null
    this.#acknowledgements = null
    await client?.endAsync(true)
  }

  publish(topic: string, payload: string, options: { qos: 0 | 1; retain: boolean }): Promise<void> {
    const client = this.#client
    if (!client?.connected) return Promise.reject(new Error('not connected to the broker'))
    return new Promise((resolve, reject) => {
      let id = 0
      client.publish(topic, payload, options, (error) => {
        this.#sending.delete(id)
        if (error) reject(error)
        else resolve()
      })
      if (options.qos === 0) return
      id = client.getLastMessageId()
      this.#sending.add(id)
    })
  }

  disconnect(): void {}

  renew(): void {}

  /** Sees every packet before the client does: it would acknowledge one message after the other, each a commit later. */
  #received(client: MqttClient, packet: Packet): void {
    if (packet.cmd === 'connack') {
      const { stream } = client
      if (packet.returnCode !== 0) return
      this.#waited = true
      this.#events.opened()
      this.#acknowledgements = new Acknowledgements((bytes) => stream.write(bytes))
    } else if (packet.cmd === 'publish' && packet.qos === 1) {
      packet.qos = 0
    }
  }

  #connected(client: MqttClient, { sessionPresent }: IConnackPacket): void {
    this.#connections += 1
    // Without a session nothing has waited.
    if (!sessionPresent) this.#waited = false
    const { filters, echoTopic } = this.#options
    client.subscribe([...filters, echoTopic], { qos: 1 }, (error) => {
      if (error && client.connected) return this.#down(`the broker refuses what the hub asks to hear: ${error.message}`)
      this.#refusal = null
      this.#events.state(null)
      this.publish(echoTopic, String(this.#connections), { qos: 1, retain: false }).catch(() => {})
    })
  }

  #message(topic: string, payload: Buffer, packet: IPublishPacket): void {
    const acknowledgements = this.#acknowledgements
    const acknowledge = packet.messageId === undefined ? null : (acknowledgements?.await(packet.messageId) ?? null)
    if (topic === this.#options.echoTopic) {
      if (String(payload) === String(this.#connections)) this.#waited = false
      acknowledge?.()
      return
    }
    const message = { topic, payload, retained: packet.retain, waited: this.#waited }
    this.#events.receive(message).then(
      (done) => (done ? acknowledge?.() : this.#again(acknowledgements)),
      () => this.#again(acknowledgements),
    )
  }

  /** The broker sends again what was not acknowledged when the hub comes back, and only then. */
  #again(of: Acknowledgements | null): void {
    if (of === null || of !== this.#acknowledgements) return
    this.#client?.stream.destroy()
  }

  #closed(client: MqttClient): void {
    if (this.#acknowledgements) this.#events.closed()
    this.#acknowledgements = null
    for (const id of this.#sending) client.removeOutgoingMessage(id)
    this.#sending.clear()
    this.#down(this.#refusal ?? 'the connection was closed')
  }

  #down(why: string): void {
    this.#refusal = why
    if (this.#client) this.#events.state(why)
  }
}

/** Node names some failures by their code alone. */
function reasonOf(error: Error & { code?: unknown }): string {
  return error.message === '' ? String(error.code ?? error.name) : error.message
}
