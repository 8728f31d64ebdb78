import type { Outlook } from './outlook.ts'

/** What a load still has to run, and where it may. */
export interface PlanNeed {
  readonly id: string
  readonly ratedW: number
  /** Running still needed before the deadline, s. */
  readonly needS: number
  /** For each hour of the outlook, whether the load may run in it before its deadline. */
  readonly open: readonly boolean[]
}

export interface PlannedLoad {
  /**
   * Surplus worth taking now, W: what the last of the hours it still needs is expected to bring, over all that may come.
   * With less it waits.
   */
  readonly thresholdW: number
  /** Not enough hours are left to wait for. */
  readonly must: boolean
  /** The hours it would choose by what is expected, starts in epoch ms, in order of time. */
  readonly hours: readonly number[]
}

const HOUR_S = 3600
/** Surplus worth taking while nothing is known of the house, W. */
const FIRST_DAY_W = 500

/**
 * Optimal stopping over the rest of the day: running now spends an hour of the need, so it is worth it when now brings
 * at least as much sun as the n-th best of the hours to come, n being the hours still needed. That is averaged over the
 * scenarios, each solved with hindsight. Greater loads choose first: they have the most to lose from a poor hour.
 * What needs less than half a minute more has no plan: it is not worth a start.
 * Worked value: 2 kW for 2 h, hours to come bring 0.5, 2.5 and 1.5 kW for sure -> 1.5 kW is worth taking now.
 */
export function planLoads(outlook: Outlook, needs: readonly PlanNeed[]): ReadonlyMap<string, PlannedLoad> {
  const left = outlook.scenarios.map((s) => ({ weight: s.weight, surplusW: s.surplusW.map((w) => Math.max(0, w)) }))
  const total = left.reduce((sum, s) => sum + s.weight, 0)
  const expected = outlook.starts.map((_, i) =>
    total > 0 ? left.reduce((sum, s) => sum + s.weight * (s.surplusW[i] ?? 0), 0) / total : 0,
  )
  const plans = new Map<string, PlannedLoad>()
  const greatestFirst = needs.toSorted((a, b) => b.ratedW - a.ratedW || (a.id < b.id ? -1 : 1))
  for (const { id, ratedW, needS, open } of greatestFirst) {
    const count = Math.ceil(needS / HOUR_S - 0.01)
    const hours = outlook.starts.flatMap((_, i) => (open[i] ? [i] : []))
    if (count <= 0) continue
    const chosen = bestHours(expected, hours, ratedW, count)
    take(expected, chosen, ratedW)
    let threshold = 0
    for (const scenario of left) {
      const best = bestHours(scenario.surplusW, hours, ratedW, count)
      const last = best[count - 1]
      threshold += scenario.weight * (last === undefined ? 0 : Math.min(scenario.surplusW[last] ?? 0, ratedW))
      take(scenario.surplusW, best, ratedW)
    }
    plans.set(id, {
      thresholdW: total > 0 ? threshold / total : Math.min(FIRST_DAY_W, ratedW / 2),
      must: hours.length < count,
      hours: chosen.map((i) => outlook.starts[i] ?? 0).toSorted((a, b) => a - b),
    })
  }
  return plans
}

/** The `count` hours that bring a load the most sun, best first; of equals the one with more to spare, then the earlier. */
function bestHours(surplusW: readonly number[], hours: readonly number[], ratedW: number, count: number): number[] {
  const sun = (i: number) => surplusW[i] ?? 0
  return hours
    .toSorted((a, b) => Math.min(sun(b), ratedW) - Math.min(sun(a), ratedW) || sun(b) - sun(a) || a - b)
    .slice(0, count)
}

function take(surplusW: number[], hours: readonly number[], ratedW: number): void {
  for (const i of hours) surplusW[i] = Math.max(0, (surplusW[i] ?? 0) - ratedW)
}
