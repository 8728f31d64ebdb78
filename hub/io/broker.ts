import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { AuthenticateError, Client, ConnectPacket, PublishPacket } from 'aedes'
import { Aedes } from 'aedes'

export interface BrokerLimits {
  /** Largest packet in bytes; before the client is let in, a smaller one. */
  readonly maxPacketBytes: number
  readonly maxConnectBytes: number
  readonly connectTimeoutMs: number
  readonly drainTimeoutMs: number
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
}

export const DEFAULT_BROKER_LIMITS: BrokerLimits = {
  maxPacketBytes: 65_536,
  maxConnectBytes: 8_192,
  connectTimeoutMs: 5_000,
  drainTimeoutMs: 5_000,
  maxConnections: 1_000,
  maxConnectionsPerAddress: 100,
}

export interface Login {
  readonly clientId: string
  readonly username: string | undefined
  readonly password: Buffer | undefined
  readonly willTopic: string | null
  readonly address: string
}

/** `retain` = may be kept; `false` = close the connection without an acknowledgement. */
export type PublishVerdict = { readonly retain: boolean } | false

/** What the broker asks whoever decides. A principal is the name a client was let in under. */
export interface BrokerPolicy {
  readonly login: (login: Login) => { readonly principal: string } | { readonly refused: 'credentials' | 'identifier' }
  /** Answered when the message may be acknowledged. */
  readonly publish: (principal: string, packet: { topic: string; payload: Buffer }) => Promise<PublishVerdict>
  readonly subscribe: (principal: string, filter: string) => boolean
  readonly subscribed: (principal: string, filters: readonly string[]) => void
  /** A connection was closed for breaking a limit or the protocol. */
  readonly broken: (address: string, principal: string | null, why: string) => void
}

/** What aedes keeps to itself but the byte cap needs. */
interface ClientInternals {
  readonly _parser: { parse: (bytes: Buffer) => number; readonly packet: { length: number } }
}

const CONNACK_IDENTIFIER = 2
const CONNACK_NOT_AUTHORIZED = 5

/** The embedded MQTT broker: aedes behind caps of its own on bytes, connections and time. It decides nothing itself. */
export class Broker {
  readonly #limits: BrokerLimits
  readonly #policy: BrokerPolicy
  readonly #principals = new Map<string, { principal: string; client: Client }>()
  readonly #logins = new WeakMap<Client, Login>()
  readonly #perAddress = new Map<string, number>()
  #aedes: Aedes | null = null
  #server: Server | null = null
  #stopping = false

  constructor(limits: BrokerLimits, policy: BrokerPolicy) {
    this.#limits = limits
    this.#policy = policy
  }

  get connectedClients(): number {
    return this.#aedes?.connectedClients ?? 0
  }

  /** Listens; the port it got. Throws what `listen` throws (`EADDRINUSE`, `EACCES`). */
  async start(host: string, port: number): Promise<number> {
    const aedes = await Aedes.createBroker({
      connectTimeout: this.#limits.connectTimeoutMs,
      drainTimeout: this.#limits.drainTimeoutMs,
      maxInflightInbound: 20,
      preConnect: (client, packet, done) => this.#preConnect(client, packet, done),
      authenticate: (client, username, password, done) => this.#authenticate(client, username, password, done),
      authorizePublish: (client, packet, done) => this.#authorizePublish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        const principal = this.#principalOf(client)
        done(null, principal !== null && this.#policy.subscribe(principal, subscription.topic) ? subscription : null)
      },
    })
    aedes.on('subscribe', (subscriptions, client) => {
      const principal = this.#principalOf(client)
      const granted = subscriptions.filter((s) => (s.qos as number) !== 128).map((s) => s.topic)
      if (principal !== null && granted.length > 0) this.#policy.subscribed(principal, granted)
    })
    aedes.on('clientDisconnect', (client) => this.#forget(client))
    aedes.on('clientError', (client, error) => this.#report(client, error))
    aedes.on('connectionError', (client, error) => this.#report(client, error))
    this.#aedes = aedes
    const server = createServer((socket) => this.#accept(socket))
    this.#server = server
    try {
      server.listen(port, host)
      await once(server, 'listening')
    } catch (error) {
      await this.stop()
      throw error
    }
    return (server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    this.#stopping = true
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server?.close()
    if (this.#aedes) this.#aedes.close(() => resolve())
    else resolve()
    await promise
  }

  publish(topic: string, payload: string, options: { qos: 0 | 1; retain: boolean }): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (!this.#aedes) return Promise.reject(new Error('the broker is not running'))
    const packet: PublishPacket = { cmd: 'publish', topic, payload: Buffer.from(payload), dup: false, ...options }
    this.#aedes.publish(packet, (error) => (error ? reject(error) : resolve()))
    return promise
  }

  /** Closes the connections of everybody `keep` says no to. */
  disconnect(keep: (principal: string) => boolean): void {
    for (const { principal, client } of this.#principals.values()) if (!keep(principal)) client.close()
  }

  #accept(socket: Socket): void {
    const address = socket.remoteAddress ?? 'unknown'
    const already = this.#perAddress.get(address) ?? 0
    const open = [...this.#perAddress.values()].reduce((sum, n) => sum + n, 0)
    if (open >= this.#limits.maxConnections || already >= this.#limits.maxConnectionsPerAddress) {
      this.#policy.broken(
        address,
        null,
        open >= this.#limits.maxConnections ? 'too many connections' : 'too many connections from one address',
      )
      socket.destroy()
      return
    }
    this.#perAddress.set(address, already + 1)
    socket.once('close', () => {
      const left = (this.#perAddress.get(address) ?? 1) - 1
      if (left > 0) this.#perAddress.set(address, left)
      else this.#perAddress.delete(address)
    })
    socket.setNoDelay(true)
    if (this.#aedes) this.#capBytes(this.#aedes.handle(socket), address)
  }

  /** aedes has no limit of its own on the size of a packet: the connection goes as soon as one declares too much. */
  #capBytes(client: Client, address: string): void {
    const parser = (client as unknown as ClientInternals)._parser
    const parse = parser.parse.bind(parser)
    parser.parse = (bytes) => {
      const left = parse(bytes)
      const most = client.connected ? this.#limits.maxPacketBytes : this.#limits.maxConnectBytes
      if (Math.max(parser.packet.length, left) > most) {
        this.#policy.broken(address, this.#principalOf(client), `packet over ${most} bytes`)
        client.conn.destroy()
      }
      return left
    }
  }

  #preConnect(client: Client, packet: ConnectPacket, done: (error: Error | null, success: boolean) => void): void {
    const address = (client.conn as Socket).remoteAddress ?? 'unknown'
    const { clientId, username, password, will } = packet
    this.#logins.set(client, {
      clientId: clientId || packet.clean ? clientId : EMPTY_AND_KEPT,
      username,
      password,
      willTopic: will?.topic ?? null,
      address,
    })
    // Nothing is kept for an absent client: commands must not wait for it, and no queue can be filled in its name.
    packet.clean = true
    done(null, true)
  }

  #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, ok: boolean | null) => void,
  ): void {
    const before = this.#logins.get(client)
    const login = { clientId: client.id, willTopic: null, address: 'unknown', ...before, username, password }
    const answer = login.clientId === EMPTY_AND_KEPT ? { refused: 'identifier' as const } : this.#policy.login(login)
    if ('refused' in answer) {
      done(refusal(answer.refused), false)
      return
    }
    const holder = this.#principals.get(client.id)
    if (holder && holder.principal !== answer.principal) {
      this.#policy.broken(login.address, answer.principal, `client id "${client.id}" is in use by another user`)
      done(refusal('identifier'), false)
      return
    }
    this.#principals.set(client.id, { principal: answer.principal, client })
    done(null, true)
  }

  #authorizePublish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    const principal = client && this.#principalOf(client)
    if (!principal || this.#stopping) {
      done(new Error(PUBLISH_REFUSED))
      return
    }
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
    this.#policy.publish(principal, { topic: packet.topic, payload }).then(
      (verdict) => {
        if (verdict && !verdict.retain) packet.retain = false
        done(verdict ? null : new Error(PUBLISH_REFUSED))
      },
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    )
  }

  #principalOf(client: Client): string | null {
    return this.#principals.get(client.id)?.principal ?? null
  }

  #forget(client: Client): void {
    if (this.#principals.get(client.id)?.client === client) this.#principals.delete(client.id)
  }

  /** Tells of connections that broke a limit or the protocol; lines that just drop, and what the policy refused itself, are none. */
  #report(client: Client, error: Error & { code?: string }): void {
    if (this.#stopping || error.code?.startsWith('E') || ANSWERED.has(error.message)) return
    this.#policy.broken((client.conn as Socket).remoteAddress ?? 'unknown', this.#principalOf(client), error.message)
  }
}

const PUBLISH_REFUSED = 'publish refused'
const NOT_AUTHORIZED = 'not authorized'
const IDENTIFIER_REJECTED = 'identifier rejected'
const ANSWERED: ReadonlySet<string> = new Set([
  PUBLISH_REFUSED,
  NOT_AUTHORIZED,
  IDENTIFIER_REJECTED,
  'connection closed',
])

const EMPTY_AND_KEPT = '\0'

function refusal(kind: 'credentials' | 'identifier'): AuthenticateError {
  const returnCode = kind === 'identifier' ? CONNACK_IDENTIFIER : CONNACK_NOT_AUTHORIZED
  return Object.assign(new Error(kind === 'identifier' ? IDENTIFIER_REJECTED : NOT_AUTHORIZED), { returnCode })
}
