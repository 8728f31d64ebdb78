import { setTimeout } from 'node:timers/promises'
import { decodeLine, encodeLine, LineCutter } from '../codec/serial-frame.ts'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'

/** The bytes of a port. */
export interface SerialLine {
  readonly write: (bytes: Uint8Array | string) => Promise<void>
  readonly onBytes: (listener: (bytes: Uint8Array) => void) => void
  /** Called once, when the port has gone away by itself. */
  readonly onGone: (listener: () => void) => void
  readonly close: () => Promise<void>
}

export type Fields = Readonly<Record<string, unknown>>

/** Why a request was not answered as asked. */
export type NodeFailure =
  | { readonly kind: 'gone' }
  /** Nothing came at all. */
  | { readonly kind: 'silent' }
  /** Something came that is not this protocol: another device, or another baud rate. */
  | { readonly kind: 'noise'; readonly sample: string }
  | { readonly kind: 'refused'; readonly code: string; readonly answer: Fields }

export interface Answer {
  readonly fields: Fields
  readonly parts: readonly Fields[]
}

export interface Tally {
  readonly lines: number
  readonly crcErrors: number
  readonly noise: number
}

interface Waiting {
  readonly line: string
  repeats: number
  readonly parts: Fields[]
  readonly settle: (outcome: Result<Answer, NodeFailure>) => void
}

const ANSWER_MS = 15_000
/** A board that was just reset hears nothing yet: the first question is put again until it does. */
const GREETING_MS = 12_000
const AGAIN_MS = 1_000
/** Answers to the repeated question that are still on their way are waited for, so that no request meets a busy board. */
const ECHO_MS = 3_000
/** A request that came mangled is sent again so often. */
const MOST_REPEATS = 3
const MOST_PARTS = 200
const SAMPLE = 40

/** The conversation with a node over its port: requests one after another, and what it says unasked. */
export class NodeSession {
  readonly #line: SerialLine
  readonly #cutter = new LineCutter()
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Set<(fields: Fields) => void>()
  readonly #rawListeners = new Set<(line: string, sound: boolean) => void>()
  #turn: Promise<unknown> = Promise.resolve()
  #lastId = 0
  #lines = 0
  #crcErrors = 0
  #noise = 0
  #sample = ''
  #gone = false
  #greetings = 0
  #welcomes = 0

  constructor(line: SerialLine) {
    this.#line = line
  }

  start(): void {
    this.#line.onBytes((bytes) => {
      for (const line of this.#cutter.take(bytes)) this.#hear(line)
    })
    this.#line.onGone(() => {
      this.#gone = true
      for (const { settle } of this.#waiting.values()) settle(fail({ kind: 'gone' }))
    })
  }

  get tally(): Tally {
    return { lines: this.#lines, crcErrors: this.#crcErrors, noise: this.#noise }
  }

  get gone(): boolean {
    return this.#gone
  }

  /** What the node says unasked; the return value stops it. */
  onSaid(listener: (fields: Fields) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Every line as it came, and whether its checksum was right. */
  onLine(listener: (line: string, sound: boolean) => void): () => void {
    this.#rawListeners.add(listener)
    return () => this.#rawListeners.delete(listener)
  }

  /** Asks who is there, again and again until somebody answers. */
  greet(): Promise<Result<Answer, NodeFailure>> {
    const mine = this.#turn.then(() => this.#ask('info', {}, GREETING_MS, AGAIN_MS))
    this.#turn = mine.then(() => this.#echoes())
    return mine
  }

  /** Sends a request once the ones before it are settled, and waits for its answer. */
  request(cmd: string, fields: Fields = {}, withinMs = ANSWER_MS): Promise<Result<Answer, NodeFailure>> {
    const mine = this.#turn.then(() => this.#ask(cmd, fields, withinMs))
    this.#turn = mine
    return mine
  }

  async close(): Promise<void> {
    for (const { settle } of this.#waiting.values()) settle(fail({ kind: 'gone' }))
    await this.#line.close()
  }

  /** Until every question has had its answer, or a while. */
  async #echoes(): Promise<void> {
    for (let waited = 0; waited < ECHO_MS && this.#greetings > this.#welcomes && !this.#gone; waited += 50)
      await setTimeout(50)
  }

  async #ask(cmd: string, fields: Fields, withinMs: number, againMs?: number): Promise<Result<Answer, NodeFailure>> {
    if (this.#gone) return fail({ kind: 'gone' })
    this.#lastId = (this.#lastId % 65_535) + 1
    const id = this.#lastId
    const { promise, resolve } = Promise.withResolvers<Result<Answer, NodeFailure>>()
    const soundBefore = this.#lines - this.#crcErrors - this.#noise
    const timer = globalThis.setTimeout(() => {
      const heardSense = this.#lines - this.#crcErrors - this.#noise > soundBefore
      const sample = this.#sample || this.#cutter.rest.slice(0, SAMPLE)
      resolve(fail(heardSense || sample === '' ? { kind: 'silent' } : { kind: 'noise', sample }))
    }, withinMs)
    this.#sample = ''
    const line = encodeLine({ id, cmd, ...fields })
    this.#waiting.set(id, { line, repeats: 0, parts: [], settle: resolve })
    const again = againMs === undefined ? undefined : setInterval(() => this.#again(line), againMs)
    try {
      if (againMs !== undefined) this.#greetings += 1
      await this.#line.write(line)
      return await promise
    } catch {
      return fail({ kind: 'gone' })
    } finally {
      clearTimeout(timer)
      clearInterval(again)
      this.#waiting.delete(id)
    }
  }

  #again(line: string): void {
    this.#greetings += 1
    this.#line.write(line).catch(() => {})
  }

  #hear(line: string): void {
    this.#lines += 1
    const decoded = decodeLine(line)
    for (const listener of this.#rawListeners) listener(line, decoded.ok)
    if (!decoded.ok) {
      if (decoded.error === 'text') this.#noise += 1
      else this.#crcErrors += 1
      this.#sample ||= line.slice(0, SAMPLE)
      return
    }
    const fields = decoded.value
    if (typeof fields['msg'] === 'string') for (const listener of this.#listeners) listener(fields)
    else this.#answered(fields)
  }

  #answered(fields: Fields): void {
    if (fields['prodotto'] !== undefined) this.#welcomes += 1
    if (fields['id'] === null && fields['ok'] === false) this.#repeat()
    const waiting = this.#waiting.get(typeof fields['id'] === 'number' ? fields['id'] : -1)
    if (!waiting) return
    if (fields['ok'] === true) waiting.settle(ok({ fields, parts: waiting.parts }))
    else if (fields['ok'] === false)
      waiting.settle(fail({ kind: 'refused', code: String(fields['errore'] ?? '').slice(0, 32), answer: fields }))
    else if (waiting.parts.length < MOST_PARTS) waiting.parts.push(fields)
  }

  /** The node could not read what it was sent: bytes were lost on the way. */
  #repeat(): void {
    for (const waiting of this.#waiting.values()) {
      if (waiting.repeats >= MOST_REPEATS || waiting.parts.length > 0) continue
      waiting.repeats += 1
      this.#line.write(waiting.line).catch(() => {})
    }
  }
}
