import type { AllocationKey, SharingRule } from './allocation.ts'
import { ALLOCATION_KEYS, allocate } from './allocation.ts'
import type { Exchange } from './sharing.ts'

/** What a member got and gave over several intervals by each key, whole Wh. */
export interface MemberSum {
  injectedWh: number
  withdrawnWh: number
  readonly taken: Record<AllocationKey, number>
  readonly given: Record<AllocationKey, number>
  /** What rounding to whole Wh has left over, carried to the next interval. */
  carryIn: number
  carryOut: number
}

/** Adds up interval after interval what every key deals: keys are compared on the same energy. Mutable, as a month has thousands of intervals. */
export class Settlement {
  readonly #rule: Pick<SharingRule, 'shares' | 'order'>
  readonly members = new Map<string, MemberSum>()
  /** Intervals in which something was exchanged. */
  intervals = 0

  constructor(rule: Pick<SharingRule, 'shares' | 'order'>) {
    this.#rule = rule
  }

  /** One settlement interval; energies in Wh, which are rounded to whole ones without losing any over time. */
  add(exchanges: readonly Exchange[]): void {
    const { shares, order } = this.#rule
    const members = exchanges.map(({ id, exportedWh, importedWh }) => {
      const sum = this.#member(id)
      const injected = Math.max(0, Math.round(exportedWh + sum.carryOut))
      const withdrawn = Math.max(0, Math.round(importedWh + sum.carryIn))
      sum.carryOut += exportedWh - injected
      sum.carryIn += importedWh - withdrawn
      sum.injectedWh += injected
      sum.withdrawnWh += withdrawn
      const place = order.indexOf(id)
      return { id, injected, withdrawn, share: shares[id] ?? 1, rank: place < 0 ? order.length : place }
    })
    if (members.length > 0) this.intervals += 1
    for (const key of ALLOCATION_KEYS) {
      const { taken, given } = allocate(key, members)
      for (const { id } of members) {
        const sum = this.#member(id)
        sum.taken[key] += taken.get(id) ?? 0
        sum.given[key] += given.get(id) ?? 0
      }
    }
  }

  #member(id: string): MemberSum {
    let sum = this.members.get(id)
    if (!sum) {
      sum = { injectedWh: 0, withdrawnWh: 0, taken: none(), given: none(), carryIn: 0, carryOut: 0 }
      this.members.set(id, sum)
    }
    return sum
  }
}

export function none(): Record<AllocationKey, number> {
  return { dinamica: 0, statica: 0, pari: 0, priorita: 0 }
}
