/** Repeatable randomness: SplitMix32 (Steele, Lea and Flood, OOPSLA 2014), the same numbers for the same seed. */
export class SplitMix {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** Evenly over [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    let z = this.#state
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32
  }

  /** Normally distributed, mean 0, deviation 1 (Box and Muller). */
  gaussian(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
  }
}
