import type { AuthenticateError, ConnectPacket } from 'aedes'
import type { Guest } from './broker-guest.ts'
import type { BrokerLimits } from './broker-limits.ts'
import type { BrokerPolicy } from './broker-policy.ts'
import type { Throttles } from './broker-throttle.ts'

const CONNACK_IDENTIFIER = 2
const CONNACK_UNAVAILABLE = 3
const CONNACK_NOT_AUTHORIZED = 5

/** What the broker itself has answered already: not to be told of again. */
export const REFUSED = 'refused'
const EMPTY_AND_KEPT = '\0'

/** Lets clients in, and knows who is there under which client id. */
export class Reception {
  readonly #limits: BrokerLimits
  readonly #policy: BrokerPolicy
  readonly #throttles: Throttles
  readonly #present = new Map<string, Guest>()

  constructor(limits: BrokerLimits, policy: BrokerPolicy, throttles: Throttles) {
    this.#limits = limits
    this.#policy = policy
    this.#throttles = throttles
  }

  /** Everybody who was let in. */
  guests(): readonly Guest[] {
    return [...this.#present.values()]
  }

  leave(guest: Guest): void {
    if (this.#present.get(guest.client.id) === guest) this.#present.delete(guest.client.id)
  }

  /** Notes who asks to be let in, before its key is looked at. */
  greet(guest: Guest | undefined, packet: ConnectPacket, done: (error: Error | null, success: boolean) => void): void {
    const { clientId, username, will } = packet
    if (!guest || (will && /^$|[+#]/.test(will.topic))) {
      done(new Error('a will without a topic to go to'), false)
      return
    }
    const kept = !packet.clean
    guest.login = {
      clientId: clientId || !kept ? clientId : EMPTY_AND_KEPT,
      username,
      password: undefined,
      willTopic: will?.topic ?? null,
      address: guest.address,
    }
    // Nothing is kept for an absent node: commands must not wait for it, and no queue can be filled in its name.
    packet.clean = !(kept && this.#policy.keepsSession(username))
    done(null, true)
  }

  letIn(
    guest: Guest | undefined,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, ok: boolean | null) => void,
  ): void {
    if (!guest?.login || guest.login.clientId === EMPTY_AND_KEPT) {
      done(refusal(CONNACK_IDENTIFIER), false)
      return
    }
    const answer = this.#policy.login({ ...guest.login, username, password })
    if ('refused' in answer) {
      done(refusal(answer.refused === 'identifier' ? CONNACK_IDENTIFIER : CONNACK_NOT_AUTHORIZED), false)
      return
    }
    const { client } = guest
    const { principal } = answer
    const holder = this.#present.get(client.id)
    if (holder && holder.principal !== principal) {
      this.#policy.broken(guest.address, principal, `client id "${client.id.slice(0, 64)}" is in use by another user`)
      done(refusal(CONNACK_IDENTIFIER), false)
      return
    }
    if (!holder && this.#connectionsOf(principal) >= this.#limits.maxConnectionsPerPrincipal) {
      this.#policy.broken(guest.address, principal, 'too many connections of one user')
      done(refusal(CONNACK_UNAVAILABLE), false)
      return
    }
    guest.principal = principal
    guest.throttle = this.#throttles.of(principal)
    this.#present.set(client.id, guest)
    done(null, true)
  }

  #connectionsOf(principal: string): number {
    let count = 0
    for (const guest of this.#present.values()) if (guest.principal === principal) count += 1
    return count
  }
}

function refusal(returnCode: number): AuthenticateError {
  return Object.assign(new Error(REFUSED), { returnCode })
}
