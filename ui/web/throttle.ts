/** Allows `most` attempts per key and minute, keys forgotten when their minute is over; bounded in keys. */
export class Throttle {
  readonly #most: number
  readonly #attempts = new Map<string, { since: number; count: number }>()

  constructor(most: number) {
    this.#most = most
  }

  /** Counts an attempt; seconds to wait, or 0 when it may go on. `nowMs` from a monotonic clock. */
  wait(key: string, nowMs: number): number {
    for (const [old, entry] of this.#attempts) {
      if (nowMs - entry.since >= WINDOW_MS || this.#attempts.size > MOST_KEYS) this.#attempts.delete(old)
      else break
    }
    const entry = this.#attempts.get(key)
    if (!entry || nowMs - entry.since >= WINDOW_MS) {
      this.#attempts.delete(key)
      this.#attempts.set(key, { since: nowMs, count: 1 })
      return 0
    }
    entry.count += 1
    return entry.count <= this.#most ? 0 : Math.ceil((entry.since + WINDOW_MS - nowMs) / 1000)
  }

  forget(key: string): void {
    this.#attempts.delete(key)
  }
}

const WINDOW_MS = 60_000
const MOST_KEYS = 10_000
