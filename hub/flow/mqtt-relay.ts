import { decodeJson } from '../codec/fields.ts'
import { parseNodeTopic } from '../codec/topics.ts'
import type { Refusal } from '../domain/reading.ts'
import { SECOND } from '../domain/time.ts'
import type { BrokerPolicy } from '../io/broker-policy.ts'
import type { RelayedMessage } from '../io/mqtt.ts'
import type { Ingest } from './ingest.ts'
import type { RegistrySnapshot } from './registry.ts'
import type { Strangers } from './strangers.ts'

export interface RelayOptions {
  readonly root: string
  readonly now: () => number
  readonly registry: () => RegistrySnapshot
  readonly gate: BrokerPolicy
  readonly ingest: Ingest
  readonly strangers: Strangers
  readonly maxPayloadBytes: number
  /** When the hub last heard a node, before it was started; epoch ms. */
  readonly lastHeard: () => number
  /** A node has come: it is told its open alerts. */
  readonly onListening: (house: string) => void
}

/** A reading without its time that waited no longer than this is dated now. */
const UNDATED_WAIT = 30 * SECOND

/**
 * What comes through somebody else's broker. Who published it is not told: a house is the one in the topic, which the
 * broker's access rules have to guarantee.
 */
export class MqttRelay {
  readonly #options: RelayOptions
  /** When the link was last seen up. */
  #seenAt: number | null = null
  /** The longest that a message can have waited which came while the hub was away. */
  #awayMs = Number.POSITIVE_INFINITY

  constructor(options: RelayOptions) {
    this.#options = options
  }

  /** The broker has let the hub in: what waited comes now. */
  opened(): void {
    this.#awayMs = this.#options.now() - (this.#seenAt ?? this.#options.lastHeard())
  }

  closed(): void {
    this.#seenAt = this.#options.now()
  }

  /** Answers whether the message may be acknowledged; `false` = it was not stored. */
  async receive({ topic, payload, retained, waited }: RelayedMessage): Promise<boolean> {
    const { root, now, registry, gate, ingest, strangers, maxPayloadBytes, onListening } = this.#options
    const target = parseNodeTopic(topic, root)
    const house = target && registry().houses.get(target.house)
    const broken = !target ? 'not a topic of a node' : !house ? 'unknown house' : null
    if (!house || broken !== null || payload.length > maxPayloadBytes) {
      const why = broken ?? `message over ${maxPayloadBytes} bytes`
      strangers.note(target?.house ?? '', '', `${why}: ${topic.slice(0, 80)}`, now())
      return true
    }
    // A retained word is as old as it likes; that of a load's wiring alone holds until there is another.
    if (retained && target.kind !== 'loadConfig') return true
    // A meter's word has no date: what waited is of some time ago.
    if (waited && target.kind === 'meter') return true
    if (target.kind === 'reading' && waited && this.#awayMs > UNDATED_WAIT && !isDated(payload)) {
      const outcome = await ingest.refuse(house.id, UNDATED)
      return outcome.kind !== 'failed'
    }
    const verdict = await gate.publish(house.id, { topic, payload })
    if (verdict !== false && target.kind === 'status' && !waited && saysOnline(payload)) onListening(house.id)
    return verdict !== false
  }
}

const UNDATED: Refusal = {
  reason: 'troppo_vecchia',
  campo: 'ts',
  valore: null,
  atteso: 'the time of measurement, of a reading that waited at the broker while the hub was away',
}

/** `eta_s` is no date here: it was the age when the message was sent. */
function isDated(payload: Buffer): boolean {
  const object = decodeJson(payload)
  return !object.ok || (object.value['ts'] ?? null) !== null
}

function saysOnline(payload: Buffer): boolean {
  const object = decodeJson(payload)
  return object.ok && object.value['online'] === true
}
