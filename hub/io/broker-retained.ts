/** Who had what retained: nobody fills the memory with it. */
export class RetainedAllowance {
  readonly #most: number
  readonly #mostBytes: number
  readonly #topics = new Map<string, { principal: string; bytes: number }>()
  readonly #used = new Map<string, { count: number; bytes: number }>()

  constructor(most: number, mostBytes: number) {
    this.#most = most
    this.#mostBytes = mostBytes
  }

  /** Whether a principal may have `bytes` more kept under a topic; none = nothing is kept there any more. */
  keep(principal: string, topic: string, bytes: number): boolean {
    if (bytes === 0) {
      this.#release(topic)
      return true
    }
    const used = this.#used.get(principal) ?? { count: 0, bytes: 0 }
    const held = this.#topics.get(topic)
    const own = held?.principal === principal ? held : null
    const count = used.count + (own ? 0 : 1)
    const total = used.bytes - (own?.bytes ?? 0) + bytes + topic.length
    if (count > this.#most || total > this.#mostBytes) return false
    this.#release(topic)
    const after = this.#used.get(principal) ?? { count: 0, bytes: 0 }
    this.#topics.set(topic, { principal, bytes: bytes + topic.length })
    this.#used.set(principal, { count: after.count + 1, bytes: after.bytes + bytes + topic.length })
    return true
  }

  /** Gives up what is kept of those `keep` says no to; its topics. */
  clear(keep: (principal: string) => boolean): string[] {
    const topics = [...this.#topics].flatMap(([topic, { principal }]) => (keep(principal) ? [] : [topic]))
    for (const topic of topics) this.#release(topic)
    return topics
  }

  #release(topic: string): void {
    const held = this.#topics.get(topic)
    if (!held) return
    this.#topics.delete(topic)
    const used = this.#used.get(held.principal)
    if (!used || used.count <= 1) this.#used.delete(held.principal)
    else this.#used.set(held.principal, { count: used.count - 1, bytes: used.bytes - held.bytes })
  }
}
