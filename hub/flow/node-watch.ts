import { setTimeout } from 'node:timers/promises'
import {
  decodeAdc,
  decodeCheck,
  decodeEvent,
  decodeIdentity,
  decodeMeasures,
  decodeNetwork,
} from '../codec/serial-node.ts'
import type {
  AdcStatistics,
  NodeCheck,
  NodeEvent,
  NodeIdentity,
  NodeMeasures,
  NodeNetwork,
} from '../domain/node-serial.ts'
import type { Result } from '../domain/result.ts'
import type { Answer, SerialLine } from './node-session.ts'
import { NodeSession } from './node-session.ts'

/** Why the hub has no node on its port. */
export type WatchProblem = 'missing' | 'denied' | 'busy' | 'failed' | 'silent' | 'noise' | 'stranger' | 'gone'

/** The node on the hub's own port, as it stands. */
export interface WatchedNode {
  readonly path: string
  readonly problem: WatchProblem | null
  readonly identity: NodeIdentity | null
  readonly measures: { readonly at: number; readonly value: NodeMeasures } | null
  readonly network: NodeNetwork | null
  readonly adc: readonly AdcStatistics[]
  readonly events: readonly NodeEvent[]
  readonly checks: { readonly at: number; readonly value: readonly NodeCheck[] } | null
  /** A self-test is wanted or running. */
  readonly testing: boolean
}

export interface WatchParts {
  readonly path: string
  readonly open: () => Promise<
    | { readonly ok: true; readonly port: SerialLine }
    | { readonly ok: false; readonly problem: { readonly kind: 'missing' | 'denied' | 'busy' | 'failed' } }
  >
  readonly now: () => number
  readonly onProblem: (problem: WatchProblem | null) => void
  /** Between two looks, ms. */
  readonly everyMs?: number
}

const AGAIN_MS = 5_000
const SELFTEST_MS = 90_000
/** Looks between two that also ask for what changes seldom. */
const SELDOM = 10

/** Keeps a conversation with the node on the hub's own USB port, from plugging in to unplugging and again. */
export class NodeWatch {
  readonly #parts: WatchParts
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #view: WatchedNode

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#view = { ...NOTHING, path: parts.path }
  }

  get view(): WatchedNode {
    return this.#view
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  /** Has the node test itself with the next look. */
  test(): void {
    this.#set({ testing: true })
  }

  #set(change: Partial<WatchedNode>): void {
    this.#view = { ...this.#view, ...change }
  }

  #fault(problem: WatchProblem): void {
    if (this.#view.problem !== problem) this.#parts.onProblem(problem)
    this.#view = { ...NOTHING, path: this.#parts.path, problem }
  }

  #wait(ms: number): Promise<void> {
    return setTimeout(ms, undefined, { signal: this.#stop.signal }).catch(() => {})
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const opened = await this.#parts.open()
      if (!opened.ok) this.#fault(opened.problem.kind)
      else {
        const session = new NodeSession(opened.port)
        session.start()
        const stop = () => void session.close()
        this.#stop.signal.addEventListener('abort', stop, { once: true })
        this.#fault(await this.#converse(session))
        this.#stop.signal.removeEventListener('abort', stop)
        await session.close()
      }
      await this.#wait(AGAIN_MS)
    }
  }

  /** Until it ends; why it did. */
  async #converse(session: NodeSession): Promise<WatchProblem> {
    const identity = await identify(session)
    if (typeof identity === 'string') return identity
    this.#set({ problem: null, identity })
    this.#parts.onProblem(null)
    for (let look = 0; !this.#stop.signal.aborted; look += 1) {
      const measures = await session.request('misure')
      if (!measures.ok && measures.error.kind !== 'refused') return measures.error.kind
      const value = measures.ok ? decodeMeasures(measures.value.fields) : null
      if (value?.ok) this.#set({ measures: { at: this.#parts.now(), value: value.value } })
      await this.#lookAtAdc(session)
      if (look % SELDOM === 0) await this.#lookSeldom(session)
      if (this.#view.testing) await this.#test(session)
      await this.#wait(this.#parts.everyMs ?? 2_000)
    }
    return 'gone'
  }

  async #lookAtAdc(session: NodeSession): Promise<void> {
    const adc: AdcStatistics[] = []
    for (const canale of [0, 1]) {
      const answer = await session.request('adc', { canale })
      const value = answer.ok ? decodeAdc(answer.value.fields) : null
      if (value?.ok) adc.push(value.value)
    }
    this.#set({ adc })
  }

  async #lookSeldom(session: NodeSession): Promise<void> {
    const info = await session.request('info')
    const identity = info.ok ? decodeIdentity(info.value.fields) : null
    if (identity?.ok) this.#set({ identity: identity.value })
    const network = await session.request('rete')
    const decoded = network.ok ? decodeNetwork(network.value.fields) : null
    if (decoded?.ok) this.#set({ network: decoded.value })
    this.#set({ events: partsOf(await session.request('eventi'), decodeEvent) })
  }

  async #test(session: NodeSession): Promise<void> {
    const answer = await session.request('autotest', {}, SELFTEST_MS)
    const checks = answer.ok ? { at: this.#parts.now(), value: partsOf(answer, decodeCheck) } : null
    this.#set({ checks, testing: false })
  }
}

const NOTHING: Omit<WatchedNode, 'path'> = {
  problem: null,
  identity: null,
  measures: null,
  network: null,
  adc: [],
  events: [],
  checks: null,
  testing: false,
}

async function identify(session: NodeSession): Promise<NodeIdentity | WatchProblem> {
  const answer = await session.greet()
  if (!answer.ok) return answer.error.kind === 'refused' ? 'stranger' : answer.error.kind
  const identity = decodeIdentity(answer.value.fields)
  return identity.ok ? identity.value : 'stranger'
}

function partsOf<T>(
  answer: Result<Answer, unknown>,
  decode: (fields: Readonly<Record<string, unknown>>) => Result<T, string>,
): readonly T[] {
  return answer.ok
    ? answer.value.parts.flatMap((part) => {
        const decoded = decode(part)
        return decoded.ok ? [decoded.value] : []
      })
    : []
}
