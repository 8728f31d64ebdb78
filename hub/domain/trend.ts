import { median } from './robust.ts'

/** A straight line through points: value = intercept + slope * at. */
export interface Line {
  readonly slope: number
  readonly intercept: number
}

/** A point of a series: when, and how much. */
export interface Point {
  readonly at: number
  readonly value: number
}

/**
 * The middle of the slopes between all pairs of points (Theil 1950, Sen 1968): a quarter of wild values moves it little. Null of
 * fewer than two points. Worked value: 0, 1, 2, 30, 4 at 0..4 -> a slope of 1.
 */
export function theilSen(points: readonly Point[]): Line | null {
  const slopes = points.flatMap((a, i) =>
    points.slice(i + 1).flatMap((b) => (b.at === a.at ? [] : [(b.value - a.value) / (b.at - a.at)])),
  )
  const slope = median(slopes)
  if (slope === null) return null
  return { slope, intercept: median(points.map((p) => p.value - slope * p.at)) ?? 0 }
}

/**
 * How surely a series falls or rises: the z of Mann and Kendall, negative where it falls; 0 of fewer than three points. Ties are
 * not made up for: measured ratios have none. Worked value: 1, 2, .. 10 -> 3.94.
 */
export function trendScore(points: readonly Point[]): number {
  const n = points.length
  if (n < 3) return 0
  let sum = 0
  for (const [i, a] of points.entries()) for (const b of points.slice(i + 1)) sum += Math.sign(b.value - a.value)
  const spread = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  return sum === 0 ? 0 : (sum - Math.sign(sum)) / spread
}

/** Sum of the distances to a line. */
export function misfit(points: readonly Point[], { slope, intercept }: Line): number {
  return points.reduce((sum, p) => sum + Math.abs(p.value - intercept - slope * p.at), 0)
}

/** Sum of the distances to the best single step: two levels, each of at least `least` points. Infinite of too few. */
export function stepMisfit(points: readonly Point[], least: number): number {
  let best = Number.POSITIVE_INFINITY
  for (let cut = least; cut <= points.length - least; cut += 1) {
    const parts = [points.slice(0, cut), points.slice(cut)]
    const sum = parts.reduce((total, part) => {
      const level = median(part.map((p) => p.value)) ?? 0
      return total + part.reduce((own, p) => own + Math.abs(p.value - level), 0)
    }, 0)
    best = Math.min(best, sum)
  }
  return best
}
