import { DAY, HOUR } from './time.ts'

/** Of every period of this length (ms) the newest is kept, back to the `count`-th period that has one. */
export interface RotationRule {
  readonly every: number
  readonly count: number
}

/** Copies of the control file: the ten newest, the last of each of 24 hours, and of each of 14 days. */
export const CONTROL_ROTATION: readonly RotationRule[] = [
  { every: 1, count: 10 },
  { every: HOUR, count: 24 },
  { every: DAY, count: 14 },
]

/** Nightly backups: one of each of 7 days, and of each of 4 weeks. */
export const NIGHTLY_ROTATION: readonly RotationRule[] = [
  { every: DAY, count: 7 },
  { every: 7 * DAY, count: 4 },
]

/** Which of these instants (epoch ms) no rule keeps. Worked value: every 10, the 2 newest, of 1, 11, 12, 25 -> 1, 11. */
export function rotatedOut(instants: readonly number[], rules: readonly RotationRule[]): number[] {
  const newestFirst = instants.toSorted((a, b) => b - a)
  const kept = new Set<number>()
  for (const { every, count } of rules) {
    const periods = new Set<number>()
    for (const at of newestFirst) {
      const period = Math.floor(at / every)
      if (periods.has(period)) continue
      if (periods.size === count) break
      periods.add(period)
      kept.add(at)
    }
  }
  return instants.filter((at) => !kept.has(at))
}
