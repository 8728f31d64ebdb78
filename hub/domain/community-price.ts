import type { Tariff } from './tariff.ts'

/** Production expected of an interval, W: its quantiles. */
export interface ExpectedPower {
  readonly p10: number
  readonly p50: number
  readonly p90: number
}

/**
 * How likely it is that the roofs make more than the community uses, 0..1: between the quantiles in proportion, beyond them
 * as far again. Worked values: 2, 4 and 6 kW expected, 4 kW used -> 0.5; 3 kW used -> 0.7; 9 kW used -> 0.
 */
export function surplusChance({ p10, p50, p90 }: ExpectedPower, consumptionW: number): number {
  if (p90 <= 0) return 0
  const points: readonly (readonly [number, number])[] = [
    [Math.max(0, p10 - (p50 - p10) / 4), 1],
    [p10, 0.9],
    [p50, 0.5],
    [p90, 0.1],
    [p90 + (p90 - p50) / 4, 0],
  ]
  for (const [i, [w, chance]] of points.entries()) {
    if (consumptionW > w) continue
    const before = points[i - 1]
    if (!before || w <= before[0]) return chance
    return before[1] + ((chance - before[1]) * (consumptionW - before[0])) / (w - before[0])
  }
  return 0
}

/**
 * What one more kWh costs the community in an hour, euro: bought from the grid; while there is surplus it is a neighbour's, and
 * earns what shared energy earns. Worked value: 0.28 bought, 0.11 for shared energy, surplus in two hours of five -> 0.236.
 */
export function communityPrice(
  { importEur, sharedEur }: Pick<Tariff, 'importEur' | 'sharedEur'>,
  chance: number,
): number {
  return Math.round((importEur - sharedEur * chance) * 1e4) / 1e4
}
