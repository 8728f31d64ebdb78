import type { HouseDay } from '../../hub/domain/community-day.ts'

/** A fault that is put into the measurements of one house, from its first day on. */
export interface InjectedFault {
  readonly name: string
  /** Days it is watched for. */
  readonly days: number
  /** The day of the house with the fault in it, `age` days after the first; `chance` (0..1) decides what is left open. */
  readonly apply: (day: HouseDay, age: number, chance: number) => HouseDay
}

function scaled(day: HouseDay, factor: (hour: number) => number): HouseDay {
  return { ...day, produced: day.produced.map((wh, hour) => wh * factor(hour)) }
}

export const FAULTS = {
  'string -33 %': { days: 21, apply: (day) => scaled(day, () => 2 / 3) },
  'string -50 %': { days: 21, apply: (day) => scaled(day, () => 1 / 2) },
  '-15 %': { days: 21, apply: (day) => scaled(day, () => 0.85) },
  'inverter off 5 d': { days: 8, apply: (day, age) => (age < 5 ? scaled(day, () => 0) : day) },
  'shade 2 h/day -70 %': {
    days: 21,
    // Two whole hours next to each other that begin between 8 and 15 of solar time.
    apply: (day, _age, chance) => {
      const first = 8 + Math.floor(chance * 7)
      return scaled(day, (hour) => (hour === first || hour === first + 1 ? 0.3 : 1))
    },
  },
  'soiling -0.3 %/day': { days: 60, apply: (day, age) => scaled(day, () => 1 - 0.003 * (age + 1)) },
} as const satisfies Record<string, Omit<InjectedFault, 'name'>>

export type FaultName = keyof typeof FAULTS

/** Numbers in 0..1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
