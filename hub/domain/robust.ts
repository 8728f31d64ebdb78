/** Middle value of a list, the mean of the two middle ones where it is even; null of none. The list stays as it is. */
export function median(values: readonly number[]): number | null {
  const { length } = values
  if (length === 0) return null
  const sorted = Float64Array.from(values).sort()
  const upper = sorted[length >> 1] as number
  return length % 2 === 1 ? upper : (upper + (sorted[(length >> 1) - 1] as number)) / 2
}

/** Value below which the share `q` (0..1) of a list lies, between two neighbours by their distance; null of none. */
export function quantile(values: readonly number[], q: number): number | null {
  if (values.length === 0) return null
  const sorted = Float64Array.from(values).sort()
  const place = q * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below] as number
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number
  return low + (high - low) * (place - below)
}

/** Spread of a list that a few wild values do not move: 1.4826 times the median distance from `centre`; null of none. */
export function robustSpread(values: readonly number[], centre: number): number | null {
  const distance = median(values.map((v) => Math.abs(v - centre)))
  return distance === null ? null : 1.4826 * distance
}

/** Where between its neighbours a lowest or highest value lies, -0.5..0.5 of a step: the vertex of the parabola through the three. */
export function vertex(values: ArrayLike<number>, at: number): number {
  const [before, middle, after] = [values[at - 1], values[at], values[at + 1]]
  if (before === undefined || middle === undefined || after === undefined) return 0
  const bend = before - 2 * middle + after
  return bend === 0 ? 0 : Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend)))
}

export function round4(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
