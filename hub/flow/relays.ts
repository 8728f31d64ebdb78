import type { RunFacts } from '../domain/cleaning-run.ts'
import type { Drive } from '../domain/command.ts'
import { DEFAULT_CONNECTION_LIMIT } from '../domain/house.ts'
import type { Latest } from '../domain/latest.ts'
import type { HeardReport, HouseRelays, LoadsImage } from '../domain/load-image.ts'
import type { NodeClock } from '../domain/node-clock.ts'
import { deadlineUptimeS, learnClock } from '../domain/node-clock.ts'
import type { Sample } from '../domain/power-step.ts'
import type { NodeStatus } from '../domain/presence.ts'
import type { CleaningReport, CommandResult, RelayReport } from '../domain/relay.ts'
import { DAY, MINUTE, SECOND } from '../domain/time.ts'
import type { KeyedHouse } from '../store/houses.ts'
import type { StoredLoad } from '../store/loads.ts'

interface Answer {
  sentAt: number | null
  result: CommandResult | null
}

const ANSWERS_KEPT = 64
const LOADS_HEARD = 32
const TRACE_KEPT = 60
/** A reading that is older says nothing of what was just switched, ms. */
const TRACE_AGE = 30 * SECOND
/** A node that has asked over HTTP within this time is told that way, ms. */
const POLLED_LATELY = 2 * MINUTE
/** Nothing is handed to a node that asks when no tick has been completed for this long, ms. */
const TICK_ALIVE = 30 * SECOND
/** For so long the hub watches the loads of a house before it switches any, ms. */
export const SHADOW_TIME = 7 * DAY

export interface RelaysOptions {
  /** Ms of the clock that goes on over restarts. */
  readonly elapsed: () => number
  readonly now: () => number
  /** Status of a house's node, as its `stato` has it. */
  readonly node: (house: string) => NodeStatus | null
  /** Hours of production to come, W; empty where nothing is forecast. */
  readonly forecast: (house: string, now: number) => HouseRelays['forecast']
}

/** What nodes last said of their relays and commands: in memory, bounded, begun anew with every start. */
export class Relays {
  readonly #options: RelaysOptions
  readonly #reports = new Map<string, Map<string, HeardReport>>()
  readonly #answers = new Map<string, Map<string, Answer>>()
  readonly #clocks = new Map<string, NodeClock>()
  readonly #heard = new Set<string>()
  readonly #traces = new Map<string, Sample[]>()
  readonly #polls = new Map<string, number>()
  readonly #cleaning = new Map<string, CleaningReport & { readonly at: number }>()
  #tickAt: number | null = null

  constructor(options: RelaysOptions) {
    this.#options = options
  }

  /** A live message of a house: its boot and uptime, where it tells them. */
  heard(house: string, boot: number | null, uptimeS: number | null): void {
    this.#heard.add(house)
    if (boot === null || uptimeS === null) return
    this.#clocks.set(house, learnClock(this.#clocks.get(house) ?? null, { boot, uptimeS }, this.#options.elapsed()))
  }

  /** Readings that were just committed. */
  measured(entries: Iterable<readonly [string, Latest]>): void {
    const { elapsed, now } = this.#options
    for (const [house, { consumption }] of entries) {
      if (!consumption || Math.abs(now() - consumption.at) > TRACE_AGE) continue
      const trace = this.#traces.get(house) ?? []
      trace.push({ w: consumption.w, at: elapsed() })
      this.#traces.set(house, trace.slice(-TRACE_KEPT))
    }
  }

  report(house: string, load: string, report: RelayReport): void {
    const own = this.#reports.get(house) ?? new Map<string, HeardReport>()
    if (!own.has(load) && own.size >= LOADS_HEARD) return
    own.set(load, { ...report, at: this.#options.elapsed() })
    this.#reports.set(house, own)
  }

  result(house: string, result: CommandResult): void {
    const answer = this.#answer(house, result.id)
    // The first answer counts: a repeated one says the same.
    answer.result ??= result
  }

  sent(house: string, id: string): void {
    const answer = this.#answer(house, id)
    answer.sentAt ??= this.#options.elapsed()
  }

  cleaning(house: string, report: CleaningReport): void {
    this.#cleaning.set(house, { ...report, at: this.#options.elapsed() })
  }

  cleaningOf(house: string): (CleaningReport & { readonly at: number }) | null {
    return this.#cleaning.get(house) ?? null
  }

  /** What a cleaning needs to know of a house's node; `command` = the last one it was sent. */
  runFacts(house: string, command: string | null): Pick<RunFacts, 'clock' | 'reachable' | 'answer' | 'report'> {
    return {
      clock: this.#clocks.get(house) ?? null,
      reachable: this.channel(house) === 'mqtt',
      answer: command === null ? null : (this.#answers.get(house)?.get(command)?.result ?? null),
      report: this.cleaningOf(house),
    }
  }

  /** A tick came to its end: what it decided may be handed out to nodes that ask. */
  tickDone(): void {
    this.#tickAt = this.#options.elapsed()
  }

  reportOf(house: string, load: string): HeardReport | null {
    return this.#reports.get(house)?.get(load) ?? null
  }

  /** Loads a node has told of, whether they are set up or not. */
  heardLoads(house: string): readonly string[] {
    return [...(this.#reports.get(house)?.keys() ?? [])]
  }

  /** How a house's node can be told something now. */
  channel(house: string): 'mqtt' | 'http' | null {
    const node = this.#options.node(house)
    const polled = this.#polls.get(house)
    const polls = polled !== undefined && this.#options.elapsed() - polled <= POLLED_LATELY
    if (polls && node?.online !== true) return 'http'
    if (node && !node.online) return null
    // A node that tells its boot is not told anything before its uptime is known: the command would be bound to nothing.
    if (!this.#clocks.has(house) && (node?.boot != null || !this.#heard.has(house))) return null
    return 'mqtt'
  }

  /** Whether commands to a house can be bound to its node's boot and uptime; null = nothing heard of it yet. */
  isBound(house: string): boolean | null {
    if (this.#clocks.has(house)) return true
    return this.#heard.has(house) ? false : null
  }

  /**
   * The commands a node that asks over HTTP has to carry out: bound to its uptime as it is now. Nothing when the hub's tick
   * stands still: its leases are to lapse.
   */
  poll(house: string, drives: readonly Drive[]) {
    const elapsed = this.#options.elapsed()
    this.#polls.set(house, elapsed)
    if (this.#tickAt === null || elapsed - this.#tickAt > TICK_ALIVE || this.channel(house) !== 'http') return []
    const clock = this.#clocks.get(house) ?? null
    return drives.flatMap(({ house: of, load, command }) => {
      if (of !== house || !command || (command.phase !== 'queued' && command.phase !== 'sent')) return []
      this.sent(house, command.id)
      const { id, on, ttlS } = command
      return [{ id, load, on, ttlS, boot: clock?.boot ?? null, byUptimeS: clock && deadlineUptimeS(clock, elapsed) }]
    })
  }

  /** The relays of a house as a tick may look at them. */
  houseRelays(house: KeyedHouse, loads: readonly StoredLoad[], armedAt: number | null): HouseRelays {
    const since = Math.min(...loads.map((l) => l.createdAt))
    return {
      loads: loads.map(({ load, declaration, override }) => ({
        load,
        declaration,
        override,
        report: this.reportOf(house.id, load.id),
      })),
      clock: this.#clocks.get(house.id) ?? null,
      channel: this.channel(house.id),
      trace: this.#traces.get(house.id) ?? [],
      answers: this.#answers.get(house.id) ?? NO_ANSWERS,
      shadow: armedAt === null && this.#options.now() - since < SHADOW_TIME,
      limitW: house.connectionLimit ?? DEFAULT_CONNECTION_LIMIT,
      forecast: this.#options.forecast(house.id, this.#options.now()),
    }
  }

  #answer(house: string, id: string): Answer {
    const own = this.#answers.get(house) ?? new Map<string, Answer>()
    this.#answers.set(house, own)
    const known = own.get(id) ?? { sentAt: null, result: null }
    own.set(id, known)
    for (const oldest of own.keys()) if (own.size > ANSWERS_KEPT) own.delete(oldest)
    return known
  }
}

const NO_ANSWERS: HouseRelays['answers'] = new Map()

/** What a tick is told beside houses and settings. */
export type LoadsFrame = Pick<LoadsImage, 'clockCertain' | 'run' | 'canSave'>
