import type { CommandError } from '../domain/relay.ts'
import { HOUR, SECOND } from '../domain/time.ts'

type Answer = { readonly id: string; readonly ok: boolean; readonly errore?: CommandError; readonly riprova_s?: number }

/** As an installer sets the valve. */
const MOST_S = 120
const INTERVAL = 20 * HOUR
const IDS_KEPT = 16

/** The cleaning valve of a simulated node: one bounded run a command, and a while between two. Uptimes in ms. */
export class PanelWasher {
  readonly #boot: number
  readonly #mounted: boolean
  readonly #answers = new Map<string, Answer>()
  #until = 0
  #lastAt: number | null = null

  constructor(boot: number, mounted: boolean) {
    this.#boot = boot
    this.#mounted = mounted
  }

  /** Whether a message from `comando` is about cleaning. */
  static isFor(message: unknown): message is { readonly [key: string]: unknown } {
    return typeof message === 'object' && message !== null && 'azione' in message
  }

  /** The answer for `comando/esito`; null for what has no usable id. */
  command(message: { readonly [key: string]: unknown }, uptime: number): Answer | null {
    const { id } = message
    if (typeof id !== 'string' || id === '' || id.length > 32) return null
    const answer = this.#answers.get(id) ?? this.#carryOut(id, message, uptime)
    this.#answers.set(id, answer)
    for (const oldest of this.#answers.keys()) if (this.#answers.size > IDS_KEPT) this.#answers.delete(oldest)
    return answer
  }

  /** For `pulizia/stato`. */
  state(uptime: number): { readonly attiva: boolean; readonly residuo_s: number; readonly causa: string } {
    const left = Math.max(0, this.#until - uptime)
    return { attiva: left > 0, residuo_s: Math.ceil(left / SECOND), causa: left > 0 ? 'comando' : 'riposo' }
  }

  #carryOut(id: string, message: { readonly [key: string]: unknown }, uptime: number): Answer {
    const { azione, ttl_s, boot, entro_s } = message
    const refuse = (errore: CommandError, ms?: number): Answer => ({
      ...{ id, ok: false, errore },
      ...(ms === undefined ? {} : { riprova_s: Math.ceil(ms / SECOND) }),
    })
    if (azione === 'ferma_pulizia') {
      this.#until = Math.min(this.#until, uptime)
      return { id, ok: true }
    }
    if (azione !== 'pulizia' || typeof ttl_s !== 'number' || ttl_s <= 0) return refuse('formato')
    if (!this.#mounted) return refuse('attuatore_assente')
    if (boot !== this.#boot) return refuse('boot')
    if (typeof entro_s !== 'number' || uptime / SECOND > entro_s) return refuse('scaduto')
    const wait = this.#lastAt === null ? 0 : this.#lastAt + INTERVAL - uptime
    if (wait > 0) return refuse('intervallo', wait)
    this.#lastAt = uptime
    this.#until = uptime + Math.min(ttl_s, MOST_S) * SECOND
    return { id, ok: true }
  }
}
