import type { AllocationKey } from '../../hub/domain/allocation.ts'
import type { PeriodChoice } from './history.ts'

/** What one member (or, to a resident, all others together) got and gave in a period, whole Wh. */
export interface MemberShare {
  readonly name: string
  readonly own: boolean
  readonly injectedWh: number
  readonly withdrawnWh: number
  /** By each key: what it got of the community's energy. */
  readonly taken: { readonly [K in AllocationKey]: number }
  readonly given: { readonly [K in AllocationKey]: number }
}

export interface SharingPage {
  readonly period: PeriodChoice
  readonly key: AllocationKey
  readonly intervalMin: 15 | 60
  readonly members: readonly MemberShare[]
  readonly shared: { readonly [K in AllocationKey]: number }
  /** How unevenly each key deals, 0..1; null of nothing. */
  readonly gini: { readonly [K in AllocationKey]: number | null }
  /** Intervals of the period in which something was exchanged. */
  readonly intervals: number
  /** Part of the exchanges that was estimated, 0..1; null of nothing. */
  readonly estimated: number | null
  /** What a shared kWh earns on top, euro. */
  readonly sharedEur: number
  /** Slots are no longer kept for the whole period, so that only hours can be settled. */
  readonly onlyHours: boolean
}
