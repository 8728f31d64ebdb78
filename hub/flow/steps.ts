/** Gives the event loop its turn whenever a piece of work has taken its time, and remembers the longest piece. */
export class Steps {
  readonly #budgetMs: number
  #since = performance.now()
  #longest = 0

  constructor(budgetMs = 8) {
    this.#budgetMs = budgetMs
  }

  /** The longest time between two turns of the loop, ms. */
  get longestMs(): number {
    return this.#longest
  }

  /** To be called between two pieces of work. */
  async between(): Promise<void> {
    const took = performance.now() - this.#since
    if (took > this.#longest) this.#longest = took
    if (took < this.#budgetMs) return
    await new Promise<void>((resolve) => setImmediate(resolve))
    this.#since = performance.now()
  }

  /** After waiting for somebody else, whose time does not count. */
  restart(): void {
    this.#since = performance.now()
  }
}
