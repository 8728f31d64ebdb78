import type { CommandError, Origin } from '../domain/relay.ts'
import { MAX_PROGRAM_S, MAX_TTL_S, MIN_TTL_S } from '../domain/relay.ts'
import { HOUR, SECOND } from '../domain/time.ts'

/** A relay as an installer set it. */
export interface RelaySpec {
  readonly id: string
  readonly restOn: boolean
  readonly minOnS: number
  readonly minOffS: number
  readonly maxOnS: number
  readonly startsPerHour: number
  /** Takes leases of up to 4 h. */
  readonly program?: boolean
}

export interface RelayState {
  readonly on: boolean
  readonly origin: Origin
  readonly lease: string | null
  /** Ms until the lease lapses, and until it may be switched on again. */
  readonly remaining: number | null
  readonly lock: number
}

export interface BoardOptions {
  readonly boot: number
  /** Commands need not name boot and uptime: a node of a simpler make. */
  readonly takesUnbound?: boolean
  /** The power was away: everything stays open for its minimum off. */
  readonly afterPowerCut?: boolean
  /** In [0, 1): spreads a street's returns to rest over five minutes. */
  readonly random: () => number
}

type Answer = { readonly id: string; readonly ok: boolean; readonly errore?: CommandError; readonly riprova_s?: number }

interface Relay {
  readonly spec: RelaySpec
  on: boolean
  origin: Origin
  lease: { id: string; until: number } | null
  wall: boolean | null
  changedAt: number
  /** Running away from rest since, for the maximum on-time. */
  forcedSince: number | null
  /** A return to rest-on that waits its turn. */
  returnsAt: number | null
  starts: number[]
}

const IDS_KEPT = 16
const STAGGER = 300 * SECOND

/**
 * The relays of a house node and its rules, as in a real one: leases that lapse, commands bound to boot and uptime, the last 16
 * ids, minimum off and maximum on above the wall switch above leases. `now` is the node's own uptime, ms.
 */
export class RelayBoard {
  readonly #options: BoardOptions
  readonly #relays: Map<string, Relay>
  readonly #answers = new Map<string, Answer>()

  constructor(specs: readonly RelaySpec[], options: BoardOptions) {
    this.#options = options
    const held = options.afterPowerCut === true
    this.#relays = new Map(
      specs.map((spec) => [
        spec.id,
        {
          spec,
          on: spec.restOn && !held,
          origin: held ? 'sicurezza' : 'riposo',
          lease: null,
          wall: null,
          changedAt: 0,
          forcedSince: null,
          returnsAt: held && spec.restOn ? spec.minOffS * SECOND + options.random() * STAGGER : null,
          starts: [],
        } satisfies Relay,
      ]),
    )
  }

  /** Takes a message from the `comando` topic; the answer for `comando/esito`, or null for what is no command at all. */
  command(message: unknown, now: number): Answer | null {
    this.step(now)
    const { id } = (message ?? {}) as { id?: unknown }
    if (typeof id !== 'string' || id === '' || id.length > 32) return null
    const known = this.#answers.get(id)
    if (known) return known
    const answer = this.#carryOut(id, message as { [key: string]: unknown }, now)
    this.#answers.set(id, answer)
    for (const oldest of this.#answers.keys()) if (this.#answers.size > IDS_KEPT) this.#answers.delete(oldest)
    return answer
  }

  /** Lets time pass. */
  step(now: number): void {
    for (const relay of this.#relays.values()) this.#stepOne(relay, now)
  }

  /** Somebody turns the switch at the wall; null = back to automatic. */
  turnSwitch(load: string, on: boolean | null, now: number): void {
    const relay = this.#relay(load)
    relay.wall = on
    relay.lease = null
    relay.returnsAt = null
    if (on === null) this.#set(relay, relay.spec.restOn, 'riposo', now)
    else if (!on || this.#lock(relay, now) <= 0) this.#set(relay, on, 'interruttore', now)
  }

  state(load: string, now: number): RelayState {
    const relay = this.#relay(load)
    return {
      on: relay.on,
      origin: relay.origin,
      lease: relay.lease?.id ?? null,
      remaining: relay.lease ? Math.max(0, relay.lease.until - now) : null,
      lock: relay.on ? 0 : Math.max(0, this.#lock(relay, now)),
    }
  }

  #carryOut(id: string, message: { [key: string]: unknown }, now: number): Answer {
    const refuse = (errore: CommandError, retryMs?: number): Answer => ({
      id,
      ok: false,
      errore,
      ...(retryMs === undefined ? {} : { riprova_s: Math.ceil(retryMs / SECOND) }),
    })
    const { carico, acceso, ttl_s, boot, entro_s } = message
    const relay = typeof carico === 'string' ? this.#relays.get(carico) : undefined
    if (typeof carico !== 'string' || typeof acceso !== 'boolean' || typeof ttl_s !== 'number') return refuse('formato')
    if (boot === undefined && entro_s === undefined ? !this.#options.takesUnbound : typeof entro_s !== 'number')
      return refuse('formato')
    if (!relay) return refuse('carico_sconosciuto')
    if (ttl_s < MIN_TTL_S || ttl_s > (relay.spec.program ? MAX_PROGRAM_S : MAX_TTL_S)) return refuse('formato')
    if (boot !== undefined && boot !== this.#options.boot) return refuse('boot')
    if (typeof entro_s === 'number' && now / SECOND > entro_s) return refuse('scaduto')
    if (relay.wall !== null) return refuse('interruttore')
    if (acceso && !relay.on) {
      const lock = this.#lock(relay, now)
      if (lock > 0) return refuse('min_off', lock)
      const recent = relay.starts.filter((at) => at > now - HOUR)
      if (recent.length >= relay.spec.startsPerHour) return refuse('avvii', (recent[0] ?? now) + HOUR - now)
    }
    relay.returnsAt = null
    if (acceso === relay.spec.restOn) {
      relay.lease = null
      this.#set(relay, acceso, 'riposo', now)
    } else {
      const worn = relay.forcedSince !== null && now - relay.forcedSince >= relay.spec.maxOnS * SECOND
      if (acceso && worn) return refuse('max_on', relay.spec.minOffS * SECOND)
      relay.lease = { id, until: now + ttl_s * SECOND }
      this.#set(relay, acceso, 'comando', now)
    }
    return { id, ok: true }
  }

  #stepOne(relay: Relay, now: number): void {
    const { spec } = relay
    if (relay.forcedSince !== null && now - relay.forcedSince >= spec.maxOnS * SECOND) {
      relay.lease = null
      relay.wall = null
      this.#set(relay, false, 'sicurezza', now)
      if (spec.restOn) relay.returnsAt = now + spec.minOffS * SECOND
    }
    if (relay.lease && now >= relay.lease.until) {
      relay.lease = null
      if (spec.restOn && !relay.on) {
        const spread = now + this.#options.random() * STAGGER
        relay.returnsAt = Math.max(spread, relay.changedAt + spec.minOffS * SECOND)
        relay.origin = 'riposo'
      } else this.#set(relay, spec.restOn, 'riposo', now)
    }
    if (relay.returnsAt !== null && now >= relay.returnsAt) {
      relay.returnsAt = null
      this.#set(relay, true, 'riposo', now)
    }
  }

  #set(relay: Relay, on: boolean, origin: Origin, now: number): void {
    relay.origin = origin
    if (on !== relay.on) {
      relay.on = on
      relay.changedAt = now
      if (on) relay.starts = [...relay.starts.filter((at) => at > now - HOUR), now]
    }
    const forced = on && origin !== 'riposo'
    relay.forcedSince = forced ? (relay.forcedSince ?? now) : null
  }

  /** Ms for which it may not be switched on: the minimum off, counted from the boot where it was off then. */
  #lock(relay: Relay, now: number): number {
    return relay.on ? 0 : relay.changedAt + relay.spec.minOffS * SECOND - now
  }

  #relay(load: string): Relay {
    const relay = this.#relays.get(load)
    if (!relay) throw new Error(`this node has no load "${load}"`)
    return relay
  }
}
