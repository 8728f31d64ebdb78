import { gunzipSync } from 'node:zlib'
import type { Place } from '../hub/store/outbox.ts'
import {
  answerBatch,
  countOn,
  dropBatch,
  holdBack,
  markSent,
  openBatch,
  outboxState,
  pendingAggregates,
  readSyncState,
  saveBatch,
  writeSyncState,
} from '../hub/store/outbox.ts'
import type { ReadingsDb } from '../hub/store/store.ts'
import { backoff } from './backoff.ts'
import { batchText, packed, type Sender } from './batch.ts'
import { BATCH_ROWS, batchSchema } from './protocol.ts'
import type { Refusal, SendBatch } from './transport.ts'

export interface AgentOptions {
  readonly now: () => number
  /** 0..1. */
  readonly random: () => number
  readonly makeLot: () => string
  readonly read: ReadingsDb
  readonly write: ReadingsDb
  /** What the community has agreed to; null = to nothing. */
  readonly agreement: () => { readonly paused: boolean; readonly houses: boolean } | null
  /** Null = not enrolled. */
  readonly identity: () => { readonly sender: Sender; readonly token: string } | null
  readonly collect: () => Promise<void>
  readonly send: SendBatch
}

/** How the last attempt went, kept for the page and the command line. */
export interface SyncState {
  readonly failures: number
  /** Why nothing goes out, in a sentence; null = all is well. */
  readonly problem: string | null
  readonly triedAt: number
  readonly nextAt: number
}

const EVERY_MS = 15 * 60_000
const HELD_MS = 60 * 60_000
/** In one go, so that a month is caught up with without keeping the agent from stopping. */
const BATCHES_AT_ONCE = 100

/** Sends what the outbox holds, when the community has agreed. Nothing in the hub waits for it. */
export class SyncAgent {
  readonly #options: AgentOptions
  #running: Promise<void> | null = null
  #stopped = false
  #collectAt = 0
  readonly #phase: number
  #rows = BATCH_ROWS

  constructor(options: AgentOptions) {
    this.#options = options
    this.#phase = options.random()
  }

  /** Does what is due; at most one run at a time. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  async #run(): Promise<void> {
    const { agreement, now, read, write, collect, identity } = this.#options
    if (!agreement() || this.#stopped) return
    const state = (await readSyncState<SyncState>(write, 'agent')) ?? FIRST
    if (now() >= this.#collectAt || state.nextAt === 0) {
      await collect()
      this.#collectAt = now() + EVERY_MS
    }
    // A clock that was set back must not put off the next attempt for longer than there is reason to.
    if (now() < state.nextAt && state.nextAt - now() < 2 * HELD_MS) return
    let held: Refusal | null = null
    for (let i = 0; i < BATCHES_AT_ONCE && !this.#stopped; i++) {
      const agreed = agreement()
      if (!agreed || agreed.paused || identity() === null) return
      const outcome = await this.#sendOne(agreed.houses)
      if (outcome === 'nothing') break
      if (outcome === 'sent') continue
      if (outcome.kind === 'failed') return this.#failed(outcome.refusal, state.failures + 1)
      held = outcome.refusal
    }
    const at = now()
    // A second of its own in every quarter of an hour, so that hubs do not all come on the full one.
    const nextAt = (Math.floor(at / EVERY_MS) + 1 + this.#phase) * EVERY_MS
    const waiting = (await outboxState(read, at)).held > 0 ? ((held && sentenceOf(held)) ?? state.problem) : null
    await writeSyncState(write, 'agent', { failures: 0, problem: waiting, triedAt: at, nextAt } satisfies SyncState)
  }

  async #failed(refusal: Refusal, failures: number): Promise<void> {
    const { now, random, write } = this.#options
    const triedAt = now()
    const nextAt = triedAt + backoff(failures, random(), refusal.retryAfterS)
    const problem = sentenceOf(refusal)
    await writeSyncState(write, 'agent', { failures, problem, triedAt, nextAt } satisfies SyncState)
  }

  async #sendOne(houses: boolean): Promise<Outcome> {
    const { send, write, now, identity } = this.#options
    const own = identity()
    if (!own) return 'nothing'
    const body = await this.#nextBody(own.sender, houses)
    if (body === null) return 'nothing'
    const { lotto, righe } = body.batch
    const places = righe.map(
      ({ tipo, inizio, soggetto, versione }): Place => ({
        kind: tipo,
        start: inizio,
        subject: soggetto,
        version: versione,
      }),
    )
    const answer = await send(own.token, body.bytes)
    if (answer.ok) {
      await markSent(write, places)
      await countOn(
        write,
        answer.value.superate.map((p) => ({
          kind: p.tipo,
          start: p.inizio,
          subject: p.soggetto,
          version: p.versione,
        })),
      )
      await answerBatch(write, lotto, now(), JSON.stringify(answer.value))
      this.#rows = BATCH_ROWS
      return 'sent'
    }
    const { status, errors } = answer.error
    // What is refused as it is would be refused again: it is taken apart. The rows stay in the outbox.
    if ([400, 403, 409, 413, 422].includes(status)) await dropBatch(write, lotto)
    if (status === 413) this.#rows = Math.max(1, Math.floor(this.#rows / 2))
    if (status === 422) {
      const wrong = new Set(errors.map(({ campo }) => Number(/^righe\.(\d+)/.exec(campo)?.[1] ?? Number.NaN)))
      const held = places.filter((_, i) => wrong.has(i))
      await holdBack(write, held, now() + HELD_MS)
      if (held.length > 0) return { kind: 'held', refusal: answer.error }
    }
    return { kind: 'failed', refusal: answer.error }
  }

  /** The batch that waits for its answer, or else a new one, saved before it goes out. */
  async #nextBody(sender: Sender, houses: boolean) {
    const { read, write, now, makeLot } = this.#options
    const open = await openBatch(write)
    if (open && (houses || !open.houses)) {
      const batch = parsed(open.body)
      if (batch?.batch.hub === sender.hub) return batch
    }
    if (open) await dropBatch(write, open.lot)
    const rows = await pendingAggregates(read, this.#rows, now())
    if (rows.length === 0) return null
    const lot = makeLot()
    const body = packed(batchText(sender, rows, lot, now()))
    await saveBatch(write, { lot, at: now(), rows: rows.length, houses, body })
    return parsed(body)
  }
}

type Outcome = 'sent' | 'nothing' | { readonly kind: 'failed' | 'held'; readonly refusal: Refusal }

function sentenceOf({ status, detail, errors }: Refusal): string {
  const [first] = errors
  const why = first ? ` (${first.campo}: ${first.atteso})` : ''
  return status === 0 ? detail : `${status}: ${detail}${why}`
}

const FIRST: SyncState = { failures: 0, problem: null, triedAt: 0, nextAt: -1 }

function parsed(body: string) {
  const bytes = Buffer.from(body, 'base64')
  const batch = batchSchema.safeParse(JSON.parse(gunzipSync(bytes).toString('utf8')))
  return batch.success ? { bytes, batch: batch.data } : null
}
