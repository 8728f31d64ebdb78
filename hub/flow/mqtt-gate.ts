import { timingSafeEqual } from 'node:crypto'
import { alertTopic, mayRetain, maySubscribe, parseNodeTopic } from '../codec/topics.ts'
import { filterMatches } from '../domain/topic-filter.ts'
import type { BrokerPolicy, Login, PublishVerdict } from '../io/broker-policy.ts'
import { hashKey } from '../store/key-hash.ts'
import type { Ingest, Outcome } from './ingest.ts'
import type { LoadTopic } from './load-inbox.ts'
import type { Meters } from './meters.ts'
import type { RegistrySnapshot } from './registry.ts'
import type { Strangers } from './strangers.ts'

export interface GateOptions {
  readonly root: string
  readonly now: () => number
  readonly registry: () => RegistrySnapshot
  readonly ingest: Ingest
  /** What bought meters say of a house. */
  readonly meters: Pick<Meters, 'take'>
  /** What nodes say of their loads and of commands. */
  readonly inbox: (topic: LoadTopic, payload: Uint8Array) => Promise<Outcome>
  /** Whoever gives no user name may do everything: for conformance tests, on loopback only. */
  readonly conformance?: boolean
  readonly strangers: Strangers
  /** A node listens for its alerts: it is told the open ones. */
  readonly onListening: (house: string) => void
  /** A house sends more than it may, and is made to wait. */
  readonly onSlowed: (house: string, perSecond: number) => void
}

/** Who may do what on the broker, and where its messages go. */
export function mqttGate(options: GateOptions): BrokerPolicy {
  const { root, now, registry, ingest, meters, inbox, strangers, conformance = false } = options

  async function publish(house: string, topic: string, payload: Buffer): Promise<PublishVerdict> {
    if (house === TESTER) return topic.startsWith('$SYS/') ? false : { retain: true }
    const target = parseNodeTopic(topic, root)
    const entry = registry().houses.get(house)
    if (!target || target.house !== house || !entry) {
      strangers.note(house, '', `publish to ${topic.slice(0, 80)}`, now())
      return false
    }
    const retain = mayRetain(target)
    switch (target.kind) {
      case 'reading': {
        const outcome = await ingest.reading(entry, target.series, payload)
        return outcome.kind === 'failed' ? false : { retain }
      }
      case 'status': {
        const outcome = await ingest.status(house, payload)
        return outcome.kind === 'failed' ? false : { retain }
      }
      case 'meter': {
        const outcome = await meters.take(entry, target, payload)
        return outcome.kind === 'failed' ? false : { retain }
      }
      case 'loadState':
      case 'loadConfig':
      case 'commandResult':
      case 'cleaningState': {
        const outcome = await inbox(target, payload)
        // What a node declares wrongly is not kept for others to find.
        return outcome.kind === 'failed' ? false : { retain: retain && outcome.kind === 'stored' }
      }
    }
  }

  function login({ username, password, willTopic, address }: Login) {
    if (conformance && username === undefined) return { principal: TESTER }
    const house = registry().houses.get(username ?? '')
    if (!house || !password || !sameKey(password, house.keyHash)) {
      strangers.note(username ?? '', address, house ? 'wrong key' : 'unknown user', now())
      return { refused: 'credentials' as const }
    }
    if (willTopic !== null && parseNodeTopic(willTopic, root)?.house !== house.id) {
      strangers.note(house.id, address, `will on ${willTopic.slice(0, 80)}`, now())
      return { refused: 'credentials' as const }
    }
    return { principal: house.id }
  }

  return {
    login,
    publish: (house, { topic, payload }) => publish(house, topic, payload),
    subscribe: (house, filter) => {
      if (house === TESTER) return !NEVER_GRANTED.test(filter) && !filter.startsWith('$SYS')
      const allowed = maySubscribe(filter, house, root)
      if (!allowed) strangers.note(house, '', `subscribe to ${filter.slice(0, 80)}`, now())
      return allowed
    },
    subscribed: (house, filters) => {
      if (filters.some((filter) => filterMatches(filter, alertTopic(root, house)))) options.onListening(house)
    },
    keepsSession: (username) => conformance && username === undefined,
    broken: (address, house, why) => strangers.note(house ?? '', address, why, now()),
    slowed: (house, perSecond) => {
      strangers.note(house, '', `slowed to ${perSecond} messages/s`, now())
      options.onSlowed(house, perSecond)
    },
  }
}

/** Who gave no user name, where that is allowed. No house can be called so. */
const TESTER = '$conformance'

/** Interoperability tests expect these to be refused. */
const NEVER_GRANTED = /^(.*\/)?nosubscribe$/

function sameKey(key: Buffer, hash: string): boolean {
  const given = Buffer.from(hashKey(key), 'hex')
  const wanted = Buffer.from(hash, 'hex')
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
