import { Readable } from 'node:stream'
import type { Aedes, Client, Subscription } from 'aedes'
import type { BrokerLimits } from './broker-limits.ts'

/** A message on its way to a client, or the PUBREL that took its place. */
interface Outgoing {
  readonly cmd: string
  readonly brokerId?: string
  readonly brokerCounter?: number
  readonly topic?: string
  readonly payload?: Buffer
  readonly qos?: number
  messageId?: number | undefined
  dup?: boolean
}

interface Session {
  queue: Outgoing[]
  bytes: number
}

type Identified = Pick<Client, 'id'>
type Stored = { readonly clientId: string; readonly qos: number }

/** The part of aedes-persistence that is replaced, or called on. */
interface Persistence {
  subscriptionsByClient: (client: Identified) => Promise<Subscription[]>
  cleanSubscriptions: (client: Identified) => Promise<void>
  addSubscriptions: (client: Identified, subscriptions: Subscription[]) => Promise<void>
}

/** Stands for a session without subscriptions, so that aedes says in its CONNACK that there is one. Never granted. */
export const SESSION_MARK = { topic: '$session', qos: 0 } as Subscription

/**
 * What is remembered for clients, in place of aedes' own memory: bounded; messages sent before are sent again with
 * DUP; of QoS 2 messages that came in only the ids are kept.
 */
export class Sessions {
  readonly #limits: BrokerLimits
  readonly #aedes: Aedes
  readonly #overflow: (clientId: string) => void
  readonly #sessions = new Map<string, Session>()
  readonly #unreleased = new Map<string, Set<number>>()
  readonly #granted = new WeakMap<Subscription, Subscription['qos']>()

  constructor(aedes: Aedes, limits: BrokerLimits, overflow: (clientId: string) => void) {
    this.#aedes = aedes
    this.#limits = limits
    this.#overflow = overflow
    const memory = (aedes as unknown as { persistence: Persistence }).persistence
    const { subscriptionsByClient, cleanSubscriptions, addSubscriptions } = memory
    const forget = async (client: Identified) => {
      this.#sessions.delete(client.id)
      await cleanSubscriptions.call(memory, client)
    }
    Object.assign(memory, {
      subscriptionsByClient: async (client: Identified) => {
        const known = this.#sessions.has(client.id)
        if (!known) await this.#open(client.id, forget)
        const subscriptions = await subscriptionsByClient.call(memory, client)
        return known && subscriptions.length === 0 ? [SESSION_MARK] : subscriptions
      },
      cleanSubscriptions: forget,
      // aedes hands over the whole packet, refused filters too.
      addSubscriptions: (client: Identified, subscriptions: Subscription[]) =>
        addSubscriptions.call(
          memory,
          client,
          subscriptions.flatMap((one) => {
            const qos = this.#granted.get(one)
            return qos === undefined ? [] : [{ ...one, qos }]
          }),
        ),
      outgoingEnqueue: async (to: Stored, packet: Outgoing) => this.#enqueue(to.clientId, packet),
      outgoingEnqueueCombi: async (to: readonly Stored[], packet: Outgoing) => this.#enqueueAll(to, packet),
      outgoingUpdate: async (client: Identified, packet: Outgoing) => this.#update(client.id, packet),
      outgoingClearMessageId: async (client: Identified, packet: Outgoing) => this.#clear(client.id, packet),
      outgoingStream: (client: Identified) => Readable.from(this.#outgoing(client.id)),
      incomingStorePacket: async (client: Identified, packet: { messageId: number }) => {
        const ids = this.#unreleased.get(client.id) ?? new Set()
        this.#unreleased.set(client.id, ids.add(packet.messageId))
      },
      incomingGetPacket: async (client: Identified, packet: { messageId: number }) => {
        if (!this.holds(client.id, packet.messageId)) throw new Error('no such packet')
        return packet
      },
      incomingDelPacket: async (client: Identified, packet: { messageId: number }) => {
        if (!this.#unreleased.get(client.id)?.delete(packet.messageId)) throw new Error('no such packet')
      },
      cleanIncoming: async (client: Identified) => {
        this.#unreleased.delete(client.id)
      },
    })
  }

  /** Whether a QoS 2 message of a client was taken already, and not released. */
  holds(clientId: string, messageId: number | undefined): boolean {
    return messageId !== undefined && this.#unreleased.get(clientId)?.has(messageId) === true
  }

  /**
   * Grants a subscription. aedes delivers by whichever of several that overlap comes first, so it is made to take
   * each for QoS 2: what was granted counts when a message is forwarded.
   */
  grant(subscription: Subscription): Subscription {
    this.#granted.set(subscription, subscription.qos)
    subscription.qos = 2
    return subscription
  }

  /** What is remembered, in numbers. */
  get size(): { sessions: number; queued: number; queuedBytes: number; unreleased: number } {
    const all = [...this.#sessions.values()]
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
    return {
      sessions: all.length,
      queued: sum(all.map((s) => s.queue.length)),
      queuedBytes: sum(all.map((s) => s.bytes)),
      unreleased: sum([...this.#unreleased.values()].map((ids) => ids.size)),
    }
  }

  async #open(id: string, forget: (client: Identified) => Promise<void>): Promise<void> {
    this.#sessions.set(id, { queue: [], bytes: 0 })
    if (this.#sessions.size <= this.#limits.maxSessions) return
    const { clients } = this.#aedes as unknown as { clients: Record<string, Client | undefined> }
    for (const oldest of this.#sessions.keys()) {
      if (clients[oldest] || oldest === id) continue
      this.#unreleased.delete(oldest)
      return forget({ id: oldest })
    }
  }

  #enqueueAll(to: readonly Stored[], packet: Outgoing): void {
    const qos = new Map<string, number>()
    for (const one of to) qos.set(one.clientId, Math.max(one.qos, qos.get(one.clientId) ?? 0))
    for (const [id, most] of qos) this.#enqueue(id, { ...packet, qos: Math.min(most, packet.qos ?? 0) })
  }

  #enqueue(id: string, packet: Outgoing): void {
    const session = this.#sessions.get(id)
    if (!session) return
    const bytes = weight(packet)
    if (session.queue.length >= this.#limits.maxQueued || session.bytes + bytes > this.#limits.maxQueuedBytes) {
      this.#overflow(id)
      return
    }
    session.queue.push({ ...packet, messageId: undefined })
    session.bytes += bytes
  }

  /** A message was given its id, or received by the client: its PUBREL waits in its place. */
  #update(id: string, packet: Outgoing): void {
    const session = this.#sessions.get(id)
    if (!session) return
    const at = session.queue.findIndex((one) =>
      packet.cmd === 'pubrel' ? one.messageId === packet.messageId : sameMessage(one, packet),
    )
    const held = session.queue[at]
    if (!held) return
    if (packet.cmd !== 'pubrel') held.messageId = packet.messageId
    else {
      session.bytes -= weight(held)
      session.queue[at] = { cmd: 'pubrel', messageId: packet.messageId }
    }
  }

  #clear(id: string, packet: Outgoing): Outgoing | undefined {
    const session = this.#sessions.get(id)
    if (!session || packet.messageId === undefined) return undefined
    const at = session.queue.findIndex((one) => one.messageId === packet.messageId)
    const [held] = at < 0 ? [] : session.queue.splice(at, 1)
    if (held) session.bytes -= weight(held)
    return held
  }

  /** What a client that is back has not acknowledged; marked where it was sent before [MQTT-3.3.1-1]. */
  #outgoing(id: string): Outgoing[] {
    const queue = this.#sessions.get(id)?.queue ?? []
    return queue.map((one) => (one.cmd === 'publish' && one.messageId !== undefined ? { ...one, dup: true } : one))
  }
}

function sameMessage(a: Outgoing, b: Outgoing): boolean {
  return a.brokerId === b.brokerId && a.brokerCounter === b.brokerCounter
}

function weight({ payload, topic }: Outgoing): number {
  return (payload?.length ?? 0) + (topic?.length ?? 0)
}
