import type { Socket } from 'node:net'
import type { Client, PublishPacket, Subscription } from 'aedes'
import { Aedes } from 'aedes'
import type { ServerCertificate } from './broker-doors.ts'
import { Doors } from './broker-doors.ts'
import { guardEntrance } from './broker-entrance.ts'
import { mayForward } from './broker-forward.ts'
import { Guest } from './broker-guest.ts'
import type { BrokerLimits } from './broker-limits.ts'
import type { BrokerPolicy } from './broker-policy.ts'
import { REFUSED, Reception } from './broker-reception.ts'
import { RetainedAllowance } from './broker-retained.ts'
import { SESSION_MARK, Sessions } from './broker-sessions.ts'
import { Throttles } from './broker-throttle.ts'
import type { MessageBroker } from './message-broker.ts'

type Done = (error?: Error | null) => void

/** The embedded MQTT broker: aedes behind caps of its own on bytes, connections, time and rates. It decides nothing itself. */
export class Broker implements MessageBroker {
  readonly #limits: BrokerLimits
  readonly #policy: BrokerPolicy
  readonly #doors: Doors
  readonly #guests = new WeakMap<Client, Guest>()
  readonly #reception: Reception
  readonly #throttles: Throttles
  readonly #retained: RetainedAllowance
  #aedes: Aedes | null = null
  #sessions: Sessions | null = null
  #stopping = false

  constructor(limits: BrokerLimits, policy: BrokerPolicy) {
    this.#limits = limits
    this.#policy = policy
    this.#throttles = new Throttles(limits.ratePerSecond, limits.rateBurst, (principal) =>
      policy.slowed(principal, limits.ratePerSecond),
    )
    this.#reception = new Reception(limits, policy, this.#throttles)
    this.#retained = new RetainedAllowance(limits.maxRetained, limits.maxRetainedBytes)
    this.#doors = new Doors(limits, {
      enter: (socket) => this.#enter(socket),
      broken: (address, why) => policy.broken(address, null, why),
    })
  }

  get connectedClients(): number {
    return this.#aedes?.connectedClients ?? 0
  }

  /** What is kept for clients, in numbers. */
  get kept(): Sessions['size'] {
    return this.#sessions?.size ?? { sessions: 0, queued: 0, queuedBytes: 0, unreleased: 0 }
  }

  /** Listens; the port it got. Throws what `listen` throws (`EADDRINUSE`, `EACCES`). */
  async start(host: string, port: number): Promise<number> {
    const aedes = await Aedes.createBroker({
      connectTimeout: this.#limits.connectTimeoutMs,
      drainTimeout: this.#limits.drainTimeoutMs,
      maxInflightInbound: this.#limits.maxUnreleased,
      maxTopicLevels: this.#limits.maxTopicLevels,
      // A message does not wait for another's subscribers.
      concurrency: 0,
      preConnect: (client, packet, done) => this.#reception.greet(this.#guests.get(client), packet, done),
      authenticate: (client, username, password, done) =>
        this.#reception.letIn(this.#guests.get(client), username, password, done),
      authorizePublish: (client, packet, done) => this.#authorizePublish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => this.#authorizeSubscribe(client, subscription, done),
      authorizeForward: (client, packet) => {
        const guest = this.#guests.get(client)
        return guest && mayForward(guest, packet, this.#limits.maxUnreadBytes) ? packet : null
      },
      published: (packet, client, done) => {
        if (client) this.#guests.get(client)?.retainEnds(packet)
        done()
      },
    })
    aedes.on('subscribe', (subscriptions, client) => {
      const principal = this.#principalOf(client)
      const granted = subscriptions.filter((s) => (s.qos as number) !== 128).map((s) => s.topic)
      if (principal !== null && granted.length > 0) this.#policy.subscribed(principal, granted)
    })
    aedes.on('unsubscribe', (filters, client) => {
      for (const filter of filters) this.#guests.get(client)?.filters.delete(filter)
    })
    aedes.on('clientError', (client, error) => this.#report(client, error))
    aedes.on('connectionError', (client, error) => this.#report(client, error))
    this.#aedes = aedes
    this.#sessions = new Sessions(aedes, this.#limits, (id) => {
      this.#policy.broken('', null, `the queue of client "${id.slice(0, 64)}" is full`)
    })
    return this.#open(host, port)
  }

  /** Listens on another port as well, with TLS; the port it got. */
  startTls(host: string, port: number, certificate: ServerCertificate): Promise<number> {
    return this.#open(host, port, certificate)
  }

  renew(certificate: ServerCertificate): void {
    this.#doors.renew(certificate)
  }

  async #open(host: string, port: number, certificate?: ServerCertificate): Promise<number> {
    try {
      return await this.#doors.open(host, port, certificate)
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#doors.close()
    this.#throttles.stop()
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#aedes) this.#aedes.close(() => resolve())
    else resolve()
    await promise
  }

  /** Hands a message to those who listen. Whoever does not read holds nobody up, whoever publishes least of all. */
  publish(topic: string, payload: string, options: { qos: 0 | 1; retain: boolean }): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (!this.#aedes) return Promise.reject(new Error('the broker is not running'))
    const packet: PublishPacket = { cmd: 'publish', topic, payload: Buffer.from(payload), dup: false, ...options }
    this.#aedes.publish(packet, (error) => (error ? reject(error) : resolve()))
    setImmediate(resolve)
    return promise
  }

  /** Closes the connections of everybody `keep` says no to, and keeps nothing that they had retained. */
  disconnect(keep: (principal: string) => boolean): void {
    for (const { principal, client } of this.#reception.guests())
      if (principal !== null && !keep(principal)) client.close()
    const nothing = { cmd: 'publish', payload: Buffer.alloc(0), qos: 0, retain: true, dup: false } as const
    for (const topic of this.#retained.clear(keep)) this.#aedes?.publish({ ...nothing, topic }, () => {})
  }

  #enter(socket: Socket): void {
    if (!this.#aedes || this.#stopping) {
      socket.destroy()
      return
    }
    const client = this.#aedes.handle(socket)
    const guest = new Guest(client, socket.remoteAddress ?? 'unknown')
    this.#guests.set(client, guest)
    guardEntrance(client, this.#limits, (why) => {
      guest.told = true
      this.#policy.broken(guest.address, guest.principal, why)
    })
    socket.once('close', () => this.#reception.leave(guest))
  }

  #authorizePublish(client: Client | null, packet: PublishPacket, done: Done): void {
    const guest = client && this.#guests.get(client)
    if (!guest?.principal || this.#stopping) {
      done(new Error(REFUSED))
      return
    }
    const { principal } = guest
    if (packet.topic.length > this.#limits.maxTopicBytes) {
      this.#policy.broken(guest.address, principal, `topic over ${this.#limits.maxTopicBytes} bytes`)
      done(new Error(REFUSED))
      return
    }
    // Taken before and not released yet: it is answered again, and not taken twice.
    if (packet.qos === 2 && this.#sessions?.holds(guest.client.id, packet.messageId)) {
      done()
      return
    }
    if (packet.retain) guest.retainBegins(packet)
    guest.inTurn(() => this.#judge(guest, principal, packet, done))
  }

  #judge(guest: Guest, principal: string, packet: PublishPacket, done: Done): void {
    const payload = packet.payload as Buffer
    this.#policy.publish(principal, { topic: packet.topic, payload }).then(
      (verdict) => {
        if (verdict && packet.retain)
          packet.retain = verdict.retain && this.#mayKeep(guest, principal, packet.topic, payload)
        done(verdict ? null : new Error(REFUSED))
      },
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    )
  }

  #mayKeep(guest: Guest, principal: string, topic: string, payload: Buffer): boolean {
    const kept = this.#retained.keep(principal, topic, payload.length)
    if (!kept) this.#policy.broken(guest.address, principal, 'too many retained messages')
    return kept
  }

  #authorizeSubscribe(
    client: Client,
    subscription: Subscription,
    done: (error: Error | null, subscription?: Subscription | null) => void,
  ): void {
    const guest = this.#guests.get(client)
    const principal = guest?.principal
    if (!guest || !principal || subscription === SESSION_MARK) {
      done(null, null)
      return
    }
    const decide = () => {
      const { topic, qos } = subscription
      const granted = this.#mayListen(guest, principal, topic)
      if (granted) guest.filters.set(topic, qos)
      done(null, granted ? (this.#sessions?.grant(subscription) ?? null) : null)
    }
    guest.afterRetaining(() => guest.inTurn(decide))
  }

  #mayListen(guest: Guest, principal: string, filter: string): boolean {
    const { maxSubscriptions, maxTopicBytes } = this.#limits
    const tooMany = !guest.filters.has(filter) && guest.filters.size >= maxSubscriptions
    if (!tooMany && filter.length <= maxTopicBytes) return this.#policy.subscribe(principal, filter)
    const why = tooMany ? `over ${maxSubscriptions} subscriptions` : `topic over ${maxTopicBytes} bytes`
    this.#policy.broken(guest.address, principal, why)
    return false
  }

  #principalOf(client: Client): string | null {
    return this.#guests.get(client)?.principal ?? null
  }

  /** Tells of connections that broke a limit or the protocol; lines that just drop, and what the policy refused itself, are none. */
  #report(client: Client, error: Error & { code?: string }): void {
    const guest = this.#guests.get(client)
    if (this.#stopping || !guest || guest.told || error.code?.startsWith('E') || ANSWERED.has(error.message)) return
    this.#policy.broken(guest.address, guest.principal, error.message)
  }
}

const ANSWERED: ReadonlySet<string> = new Set([REFUSED, 'connection closed'])
