/** Somebody the broker did not let in, or who broke one of its rules. */
export interface Stranger {
  readonly who: string
  readonly address: string
  readonly why: string
  readonly count: number
  readonly lastAt: number
}

/** The last ones, counted; bounded, so that nobody can fill it. */
export class Strangers {
  readonly #entries = new Map<string, Stranger>()
  readonly #most: number

  constructor(most = 100) {
    this.#most = most
  }

  note(who: string, address: string, why: string, now: number): void {
    const shown = who.slice(0, 64)
    const key = JSON.stringify([shown, address, why])
    const count = (this.#entries.get(key)?.count ?? 0) + 1
    this.#entries.delete(key)
    this.#entries.set(key, { who: shown, address, why, count, lastAt: now })
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most) break
      this.#entries.delete(oldest)
    }
  }

  /** Newest first. */
  list(): readonly Stranger[] {
    return [...this.#entries.values()].reverse()
  }
}
