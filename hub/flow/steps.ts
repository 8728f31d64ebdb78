/** Gives the event loop its turn whenever a piece of work has taken its time, and remembers the longest piece. */
export class Steps {
  readonly #budgetMs: number
  #since = performance.now()
  #sinceCpu = threadMs()
  #longest = 0
  #longestCpu = 0

  constructor(budgetMs = 8) {
    this.#budgetMs = budgetMs
  }

  /** The longest time between two turns of the loop, ms; what other programs took of the processor meanwhile counts. */
  get longestMs(): number {
    return this.#longest
  }

  /** The longest piece of work by the processor's time of this thread, ms. */
  get longestCpuMs(): number {
    return this.#longestCpu
  }

  /** To be called between two pieces of work. */
  async between(): Promise<void> {
    const took = performance.now() - this.#since
    this.#longest = Math.max(this.#longest, took)
    this.#longestCpu = Math.max(this.#longestCpu, threadMs() - this.#sinceCpu)
    if (took < this.#budgetMs) return
    await new Promise<void>((resolve) => setImmediate(resolve))
    this.restart()
  }

  /** After waiting for somebody else, whose time does not count. */
  restart(): void {
    this.#since = performance.now()
    this.#sinceCpu = threadMs()
  }
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
