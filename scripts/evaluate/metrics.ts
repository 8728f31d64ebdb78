/** Sums of a forecast against fact, for the usual scores. Powers per kWp; hours where either is unknown are left out. */
export class Errors {
  #n = 0
  #squares = 0
  #absolutes = 0

  add(forecast: number, fact: number): void {
    if (Number.isNaN(forecast) || Number.isNaN(fact)) return
    const error = forecast - fact
    this.#n += 1
    this.#squares += error * error
    this.#absolutes += Math.abs(error)
  }

  get count(): number {
    return this.#n
  }

  get rmse(): number {
    return Math.sqrt(this.#squares / this.#n)
  }

  get mae(): number {
    return this.#absolutes / this.#n
  }
}

/** Percent by which `rmse` is below that of a baseline. Worked value: 0.8 against 1 -> 20. */
export function skill(rmse: number, baseline: number): number {
  return 100 * (1 - rmse / baseline)
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
