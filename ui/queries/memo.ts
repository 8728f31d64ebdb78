/** Remembers what a slow question was answered, for a while and up to a number of questions; asked twice at once, it is asked once. */
export class Memo {
  readonly #ttlMs: number
  readonly #most: number
  readonly #entries = new Map<string, { at: number; value: Promise<unknown> }>()

  constructor(ttlMs: number, most = 500) {
    this.#ttlMs = ttlMs
    this.#most = most
  }

  get<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const now = performance.now()
    const known = this.#entries.get(key)
    if (known && now - known.at < this.#ttlMs) return known.value as Promise<T>
    const value = ask()
    value.catch(() => this.#entries.delete(key))
    this.#entries.delete(key)
    this.#entries.set(key, { at: now, value })
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most) break
      this.#entries.delete(oldest)
    }
    return value
  }
}
