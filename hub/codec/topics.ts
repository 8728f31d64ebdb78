import { idProblem } from '../domain/house.ts'
import { METER_ROLES, type MeterRole } from '../domain/meter-join.ts'
import type { Series } from '../domain/reading.ts'
import { SERIES } from '../domain/reading.ts'

/** What a node may publish under its own id. */
export type NodeTopic =
  | { readonly kind: 'reading'; readonly house: string; readonly series: Series }
  | { readonly kind: 'status'; readonly house: string }
  | { readonly kind: 'loadState' | 'loadConfig'; readonly house: string; readonly load: string }
  | { readonly kind: 'commandResult' | 'cleaningState'; readonly house: string }
  | { readonly kind: 'meter'; readonly house: string; readonly roles: readonly MeterRole[]; readonly rest: string }

/** `comunita/casa_A/bilancio` -> what it is; null for anything a node must not publish. */
export function parseNodeTopic(topic: string, root: string): NodeTopic | null {
  if (!topic.startsWith(`${root}/`)) return null
  const [house = '', ...rest] = topic.slice(root.length + 1).split('/')
  if (idProblem(house) !== null) return null
  const [first, second, third] = rest
  if (first === METER && second !== undefined) return meterTopic(house, second, rest.slice(2).join('/'))
  switch (rest.length) {
    case 1:
      if (first === 'stato') return { kind: 'status', house }
      return isSeries(first) ? { kind: 'reading', house, series: first } : null
    case 2:
      if (first === 'comando' && second === 'esito') return { kind: 'commandResult', house }
      return first === 'pulizia' && second === 'stato' ? { kind: 'cleaningState', house } : null
    case 3:
      if (first !== 'carico' || second === undefined || idProblem(second) !== null) return null
      if (third === 'stato') return { kind: 'loadState', house, load: second }
      return third === 'config' ? { kind: 'loadConfig', house, load: second } : null
    default:
      return null
  }
}

/** `comunita/casa_A/misura/produzione-rete/status/em1:0`: the roles of a bought meter's channels, in their order, stand in its prefix. */
const METER = 'misura'

function meterTopic(house: string, names: string, rest: string): NodeTopic | null {
  const roles = names.split('-')
  if (rest === '' || roles.length > METER_ROLES.length || !roles.every(isMeterRole)) return null
  return { kind: 'meter', house, roles, rest }
}

function isMeterRole(name: string): name is MeterRole {
  return (METER_ROLES as readonly string[]).includes(name)
}

/** Retained messages are kept of these only. */
export function mayRetain(topic: NodeTopic): boolean {
  return topic.kind === 'status' || topic.kind === 'loadConfig'
}

/** A house reads what lies under its own id, and the community's benchmark. */
export function maySubscribe(filter: string, house: string, root: string): boolean {
  return filter === benchmarkTopic(root) || filter.startsWith(`${root}/${house}/`)
}

/** What a hub that is a client of another broker listens to: all that nodes publish. */
export function nodeFilters(root: string): string[] {
  return NODE_TOPICS.map((topic) => `${root}/+/${topic.replace('CARICO', '+')}`)
}

/** All that a node publishes under its own id; `CARICO` stands for a load. */
export const NODE_TOPICS = [
  ...SERIES,
  'stato',
  'carico/CARICO/stato',
  'carico/CARICO/config',
  'comando/esito',
  'pulizia/stato',
  'misura/#',
] as const

/** A topic of the hub's own on another broker. No house can be called so. */
export function relayEchoTopic(root: string, clientId: string): string {
  return `${root}/.hub/${clientId}`
}

export function alertTopic(root: string, house: string): string {
  return `${root}/${house}/alert`
}

export function commandTopic(root: string, house: string): string {
  return `${root}/${house}/comando`
}

/** Messages about alerts, for programs that may read everything. No house can be called so. */
export function notificationsTopic(root: string): string {
  return `${root}/.hub/notifiche`
}

export function benchmarkTopic(root: string): string {
  return `${root}/benchmark`
}

function isSeries(name: string | undefined): name is Series {
  return (SERIES as readonly string[]).includes(name ?? '')
}
