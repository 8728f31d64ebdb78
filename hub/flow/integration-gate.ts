import { mayIntegrationSubscribe, parseIntegrationTopic } from '../codec/home-assistant.ts'
import type { BrokerPolicy } from '../io/broker-policy.ts'
import { hashKey } from '../store/key-hash.ts'
import type { RegistrySnapshot } from './registry.ts'
import type { Strangers } from './strangers.ts'

/** User name of programs that sign in with a token of the role `integration`. */
export const INTEGRATION = 'integration'
/** Principals of integrations; no house can be called so. */
const PREFIX = '$integration '

export interface IntegrationOptions {
  readonly root: string
  readonly now: () => number
  readonly registry: () => RegistrySnapshot
  readonly strangers: Strangers
  /** Home Assistant has started and wants to be told everything. */
  readonly onBirth: () => void
  /** Takes a load over for two hours. */
  readonly override: (of: { house: string; load: string }, on: boolean) => Promise<void>
}

/** Lets integrations in beside the houses: they read, and switch loads as a person would, never around a lease. */
export function integrationGate(policy: BrokerPolicy, options: IntegrationOptions): BrokerPolicy {
  const { root, now, registry, strangers } = options
  const isIntegration = (principal: string) => principal.startsWith(PREFIX)
  const note = (what: string) => strangers.note(INTEGRATION, '', what, now())

  async function publish(topic: string, payload: Buffer) {
    const target = parseIntegrationTopic(topic, root)
    if (!target) {
      note(`publish to ${topic.slice(0, 80)}`)
      return false
    }
    const text = payload.toString('latin1', 0, 16)
    if (target.kind === 'birth') {
      if (text === 'online') options.onBirth()
      return { retain: false }
    }
    const { house, load } = target
    const isKnown =
      registry()
        .loads.get(house)
        ?.some((l) => l.load.id === load) ?? false
    if (!isKnown || (text !== 'ON' && text !== 'OFF')) {
      note(isKnown ? `switch ${house}/${load} to "${text}": ON or OFF` : `switch of an unknown load ${house}/${load}`)
      return { retain: false }
    }
    await options.override({ house, load }, text === 'ON')
    return { retain: false }
  }

  return {
    ...policy,
    login: (login) => {
      const hash = login.username === INTEGRATION && login.password ? hashKey(login.password) : null
      if (hash === null || registry().tokens.get(hash)?.role !== 'integration') return policy.login(login)
      const { willTopic } = login
      if (willTopic === null || parseIntegrationTopic(willTopic, root)?.kind === 'birth')
        return { principal: PREFIX + hash }
      strangers.note(INTEGRATION, login.address, `will on ${willTopic.slice(0, 80)}`, now())
      return { refused: 'credentials' }
    },
    publish: (principal, packet) =>
      isIntegration(principal) ? publish(packet.topic, packet.payload) : policy.publish(principal, packet),
    subscribe: (principal, filter) => {
      if (!isIntegration(principal)) return policy.subscribe(principal, filter)
      const allowed = mayIntegrationSubscribe(filter, root)
      if (!allowed) note(`subscribe to ${filter.slice(0, 80)}`)
      return allowed
    },
    subscribed: (principal, filters) => {
      if (!isIntegration(principal)) policy.subscribed(principal, filters)
    },
    broken: (address, principal, why) => policy.broken(address, shown(principal), why),
    slowed: (principal, perSecond) => policy.slowed(shown(principal) ?? '', perSecond),
  }
}

/** Without the hash of its token. */
function shown(principal: string | null): string | null {
  return principal?.startsWith(PREFIX) ? INTEGRATION : principal
}

/** Whether who signed in like this still may: a house by its key, an integration by its token. */
export function stillAdmitted(principal: string, next: RegistrySnapshot, before: RegistrySnapshot): boolean {
  return principal.startsWith(PREFIX)
    ? next.tokens.get(principal.slice(PREFIX.length))?.role === 'integration'
    : next.houses.get(principal)?.keyHash === before.houses.get(principal)?.keyHash
}
