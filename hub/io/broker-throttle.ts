/** One throttle for each principal, however often it connects. A rate of 0 = none. */
export class Throttles {
  readonly #perSecond: number
  readonly #burst: number
  readonly #slowed: (principal: string) => void
  readonly #byPrincipal = new Map<string, Throttle>()

  constructor(perSecond: number, burst: number, slowed: (principal: string) => void) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#slowed = slowed
  }

  of(principal: string): Throttle | null {
    if (this.#perSecond === 0) return null
    const known = this.#byPrincipal.get(principal)
    if (known) return known
    const throttle = new Throttle(this.#perSecond, this.#burst, () => this.#slowed(principal))
    this.#byPrincipal.set(principal, throttle)
    return throttle
  }

  stop(): void {
    for (const throttle of this.#byPrincipal.values()) throttle.stop()
  }
}

const TELL_EVERY_MS = 10_000

interface Turn {
  readonly go: () => void
  readonly gone: () => boolean
}

/**
 * A principal's messages at no more than its rate, in order. One that comes too early waits here, and with it the
 * socket it came from: nothing more is read from it until all it has sent is through.
 */
export class Throttle {
  readonly #perSecond: number
  readonly #burst: number
  readonly #slowed: () => void
  readonly #now: () => number
  #toldAt = Number.NEGATIVE_INFINITY
  readonly #waiting: Turn[] = []
  #tokens: number
  #at: number
  #timer: NodeJS.Timeout | null = null

  /** `slowed` is called when a message has to wait, though not for each. */
  constructor(perSecond: number, burst: number, slowed: () => void, now: () => number = () => performance.now()) {
    this.#slowed = slowed
    this.#perSecond = perSecond
    this.#burst = Math.max(1, burst)
    this.#now = now
    this.#tokens = this.#burst
    this.#at = now()
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Whether a message may pass at once. Who is told no must `wait`. */
  take(): boolean {
    if (this.#waiting.length > 0) return false
    this.#refill()
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  /** Calls `go` when it is its turn; whoever is `gone` by then is left out. */
  wait(go: () => void, gone: () => boolean): void {
    this.#waiting.push({ go, gone })
    this.#arm()
    const now = this.#now()
    if (now - this.#toldAt < TELL_EVERY_MS) return
    this.#toldAt = now
    this.#slowed()
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#waiting.length = 0
  }

  #refill(): void {
    const now = this.#now()
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond)
    this.#at = now
  }

  #arm(): void {
    if (this.#timer || this.#waiting.length === 0) return
    const ms = Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1000)
    this.#timer = setTimeout(() => this.#release(), Math.max(1, ms))
  }

  #release(): void {
    this.#timer = null
    this.#refill()
    let passed = 0
    for (const turn of this.#waiting) {
      if (!turn.gone()) {
        if (this.#tokens < 1) break
        this.#tokens -= 1
        turn.go()
      }
      passed += 1
    }
    this.#waiting.splice(0, passed)
    this.#arm()
  }
}
