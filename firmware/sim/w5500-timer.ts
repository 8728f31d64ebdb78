interface Task {
  readonly at: number
  readonly run: () => void
}

/** Things that happen later in the life of the simulated chip. */
export class Later {
  /** In order of time, those of the same moment as they came. */
  readonly #tasks: Task[] = []

  /** `run` once `at` has come, in seconds of the chip's life; the return value calls it off. */
  at(at: number, run: () => void): () => void {
    const task = { at, run }
    const after = this.#tasks.findIndex((other) => other.at > at)
    this.#tasks.splice(after < 0 ? this.#tasks.length : after, 0, task)
    return () => {
      const index = this.#tasks.indexOf(task)
      if (index >= 0) this.#tasks.splice(index, 1)
    }
  }

  /** Does what is due. */
  advance(now: number): void {
    while ((this.#tasks[0]?.at ?? Number.POSITIVE_INFINITY) <= now) this.#tasks.shift()?.run()
  }
}
