/** One house in the comparison: W per Wp of its last valid reading. */
export interface YieldSample {
  readonly id: string
  readonly normalizedYield: number
}

/** What raises alerts of a plant: the comparison that its neighbours allow, or the original 85 % of the mean of now. */
export const ALERT_RULES = ['robusta', 'media85'] as const
export type AlertRule = (typeof ALERT_RULES)[number]

export interface BenchmarkRule {
  /** A house below this share of the community mean is anomalous; 0..1. */
  readonly threshold: number
  /** Fewer houses than this say nothing about one of them. */
  readonly minHouses: number
  /** Default `robusta`, which needs the position of the community; without one the original rule speaks. */
  readonly alert?: AlertRule
}

export const DEFAULT_RULE: BenchmarkRule = { threshold: 0.85, minHouses: 3 }

export interface Benchmark {
  /** Mean normalised yield of the community, four decimals; null when no house counts. */
  readonly mean: number | null
  readonly plants: number
  /** Houses below the threshold, by id; empty when there are too few houses to tell. */
  readonly anomalous: readonly string[]
  /** Whether there are houses enough for a verdict. */
  readonly conclusive: boolean
}

/**
 * The original rule: a house below `threshold` of the mean of all houses, itself included.
 * Worked value: yields 0.50, 0.52, 0.30 -> mean 0.44, 85 % of it 0.374: the third is anomalous.
 */
export function benchmark(samples: readonly YieldSample[], rule: BenchmarkRule): Benchmark {
  if (samples.length === 0) return { mean: null, plants: 0, anomalous: [], conclusive: false }
  const mean = samples.reduce((sum, s) => sum + s.normalizedYield, 0) / samples.length
  const conclusive = samples.length >= rule.minHouses
  const anomalous = conclusive
    ? samples
        .filter((s) => s.normalizedYield < rule.threshold * mean)
        .map((s) => s.id)
        .sort()
    : []
  return { mean: Math.round(mean * 1e4) / 1e4, plants: samples.length, anomalous, conclusive }
}

/** A community below this mean is taken to be in the dark where its position is not known. */
export const DARK_MEAN = 0.03
/** Below this height of the sun yields are not compared, degrees. */
export const MIN_SUN_ELEVATION = 5
