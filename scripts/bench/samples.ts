/** Every latency of a run, ms: percentiles are of all of them. */
export class Samples {
  #values = new Float64Array(1024)
  #size = 0

  get size(): number {
    return this.#size
  }

  add(value: number): void {
    if (this.#size === this.#values.length) {
      const larger = new Float64Array(2 * this.#size)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#size++] = value
  }

  get longest(): number {
    return this.#values.subarray(0, this.#size).reduce((most, v) => Math.max(most, v), 0)
  }

  clear(): void {
    this.#size = 0
  }

  summary(): { readonly count: number; readonly p50: number; readonly p95: number; readonly p99: number } {
    const sorted = this.#values.slice(0, this.#size).sort()
    const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
    return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length
}
