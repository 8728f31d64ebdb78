import { median, round4 } from './robust.ts'
import type { SoilingDay } from './soiling.ts'

/** What a cleaning of a house has brought. */
export interface CleaningOutcome {
  /** Change of the yield over what the light would give, as a share of it. */
  readonly change: number
  /** The same of the house left uncleaned; null where there was none to compare with. */
  readonly control: number | null
  /** change less control. */
  readonly recovery: number
  /** Recovery over the loss it was to mend, -1..2. */
  readonly efficacy: number
}

/** Clear days on either side that are compared. */
export const COMPARED_DAYS = 3
const LOOK_BACK = 14
/** Later the panels are no longer freshly cleaned. */
const LOOK_AHEAD = 14

/** Of two cleanings of which nothing is known four fifths of the loss come back. */
const PRIOR = { efficacy: 0.8, weight: 2 }

/**
 * What a cleaning on `day` has brought, once there were three clear days after it: the middle of these days over the middle of the
 * three before, less what happened meanwhile at the house that stayed dirty. Null while it cannot be told; `tooLate` when it never
 * will. Worked value: 0.81 before, 0.90 after, the control 0.80 and 0.80 -> a recovery of 11 %.
 */
export function cleaningOutcome(
  days: readonly SoilingDay[],
  cleaning: { readonly house: string; readonly day: number; readonly loss: number; readonly control: string | null },
): CleaningOutcome | 'tooLate' | null {
  const { house, day, loss, control } = cleaning
  const clear = days.filter((d) => d.clear && !d.snow && d.houses.has(house))
  const before = clear.filter((d) => d.day < day && d.day >= day - LOOK_BACK).slice(-COMPARED_DAYS)
  const after = clear.filter((d) => d.day > day && d.day <= day + LOOK_AHEAD).slice(0, COMPARED_DAYS)
  if (before.length < COMPARED_DAYS || after.length < COMPARED_DAYS)
    return (days.at(-1)?.day ?? 0) > day + LOOK_AHEAD ? 'tooLate' : null
  const change = changeOf(before, after, house)
  if (change === null) return 'tooLate'
  const beside = control === null ? null : changeOf(before, after, control)
  const recovery = round4((1 + change) / (1 + (beside ?? 0)) - 1)
  return {
    change: round4(change),
    control: beside === null ? null : round4(beside),
    recovery,
    efficacy: round4(Math.min(2, Math.max(-1, loss > 0 ? recovery / (loss / (1 - loss)) : 0))),
  }
}

function changeOf(before: readonly SoilingDay[], after: readonly SoilingDay[], house: string): number | null {
  const level = (days: readonly SoilingDay[]) => median(days.flatMap((d) => ratioOf(d.houses.get(house)))) ?? Number.NaN
  const change = level(after) / level(before) - 1
  return Number.isFinite(change) ? change : null
}

function ratioOf(energy: { readonly madeWh: number; readonly expectedWh: number } | undefined): number[] {
  return energy && energy.expectedWh > 0 ? [energy.madeWh / energy.expectedWh] : []
}

/** The share of a loss that a cleaning gives back, learned from outcomes, 0..1. Worked value: one outcome of 0.5 -> 0.7. */
export function learnedEfficacy(outcomes: readonly Pick<CleaningOutcome, 'efficacy'>[]): number {
  const told = outcomes.map((o) => Math.min(1, Math.max(0, o.efficacy)))
  const sum = told.reduce((total, e) => total + e, PRIOR.efficacy * PRIOR.weight)
  return round4(sum / (told.length + PRIOR.weight))
}
