/** Work of which one run goes on at a time. */
export class SingleRun {
  readonly #work: () => Promise<void>
  #running: Promise<void> | null = null
  #stopped = false

  constructor(work: () => Promise<void>) {
    this.#work = work
  }

  get isStopped(): boolean {
    return this.#stopped
  }

  get isRunning(): boolean {
    return this.#running !== null
  }

  /** Settles when the run that goes on has ended, as it ends. */
  async idle(): Promise<void> {
    await this.#running
  }

  /** A call while another runs waits for that one instead; once stopped, none begins. */
  run(): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    this.#running ??= this.#work().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  /** Settles when the run that goes on has ended; none follows. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.idle()
  }
}
