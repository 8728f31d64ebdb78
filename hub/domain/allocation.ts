import { apportion } from './sharing.ts'

/**
 * Keys by which the shared energy of one settlement interval is dealt to the members. All in whole Wh, conserving exactly;
 * the order of the members does not matter but where a key says so. Sources: ARERA 727/2022 (dynamic, hourly), EAG section 16
 * and the decrees on autoconsommation collective (static shares with a cap at one's own use).
 */
export const ALLOCATION_KEYS = ['dinamica', 'statica', 'pari', 'priorita'] as const
export type AllocationKey = (typeof ALLOCATION_KEYS)[number]

/** How the community deals what it shares, and over what interval: a fact of its scheme, named beside every number. */
export interface SharingRule {
  readonly key: AllocationKey
  readonly intervalMin: 15 | 60
  /** House -> its share by the static key, relative to the others'; houses without one have 1. */
  readonly shares: Readonly<Record<string, number>>
  /** Houses in the order the priority key serves them; all others together come after. */
  readonly order: readonly string[]
}

/** Hourly and in proportion to what each withdraws, as the Italian rule has it. */
export const DEFAULT_SHARING: SharingRule = { key: 'dinamica', intervalMin: 60, shares: {}, order: [] }

/** What a member put into and took out of the grid in one interval, whole Wh, and what the keys need to know of it. */
export interface Member {
  readonly id: string
  readonly injected: number
  readonly withdrawn: number
  /** Agreed share of the static key, relative to the others'; >= 0. */
  readonly share: number
  /** Place in the order of the priority key: lower is served first; equal places in proportion to their need. */
  readonly rank: number
}

export interface Allocation {
  /** Member id -> Wh of the community's energy that it got. */
  readonly taken: ReadonlyMap<string, number>
  /** Member id -> Wh of what it injected that others got, in proportion to what it injected. */
  readonly given: ReadonlyMap<string, number>
  /** Sum of either. */
  readonly shared: number
}

/**
 * Deals one interval by a key. Nobody gets more than it withdrew; what is dealt is min(injected, withdrawn) of all, but by
 * the static key only as much as the shares let: what a member does not use of its share is not dealt again.
 * Worked value: injected 1000, withdrawn 800 and 600 -> dynamic 571 and 429, equal 500 and 500, static (3 : 1) 750 and 250,
 * first before second 800 and 200.
 */
export function allocate(key: AllocationKey, members: readonly Member[]): Allocation {
  const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const injected = sorted.map((m) => m.injected)
  const withdrawn = sorted.map((m) => m.withdrawn)
  const surplus = sum(injected)
  const shareable = Math.min(surplus, sum(withdrawn))
  const taken = dealt(key, sorted, withdrawn, surplus, shareable)
  const shared = sum(taken)
  const given = apportion(shared, injected)
  const byId = (amounts: readonly number[]) => new Map(sorted.map((m, i) => [m.id, amounts[i] ?? 0]))
  return { taken: byId(taken), given: byId(given), shared }
}

function dealt(
  key: AllocationKey,
  members: readonly Member[],
  withdrawn: readonly number[],
  surplus: number,
  shareable: number,
): number[] {
  switch (key) {
    case 'dinamica':
      return apportion(shareable, withdrawn)
    case 'statica':
      return byShare(
        surplus,
        members.map((m) => m.share),
      ).map((amount, i) => Math.min(amount, withdrawn[i] ?? 0))
    case 'pari':
      return equally(shareable, withdrawn)
    case 'priorita':
      return inOrder(
        shareable,
        withdrawn,
        members.map((m) => m.rank),
      )
  }
}

/** Splits a whole total by shares of any size, largest remainder first, ties to the first. */
function byShare(total: number, shares: readonly number[]): number[] {
  const all = sum(shares)
  if (all <= 0) return shares.map(() => 0)
  const exact = shares.map((share) => (total * share) / all)
  const parts = exact.map(Math.floor)
  const order = exact
    .map((e, i) => ({ i, fraction: e - Math.floor(e) }))
    .sort((a, b) => b.fraction - a.fraction || a.i - b.i)
  for (const { i } of order.slice(0, total - sum(parts))) parts[i] = (parts[i] ?? 0) + 1
  return parts
}

/** The same to each as far as its need goes: the level rises until all is dealt. */
function equally(total: number, needs: readonly number[]): number[] {
  const parts = needs.map(() => 0)
  let left = total
  let open = needs.map((_, i) => i).filter((i) => (needs[i] ?? 0) > 0)
  while (left > 0 && open.length > 0) {
    const each = Math.floor(left / open.length)
    if (each === 0) {
      for (const i of open.slice(0, left)) parts[i] = (parts[i] ?? 0) + 1
      break
    }
    for (const i of open) {
      const more = Math.min(each, (needs[i] ?? 0) - (parts[i] ?? 0))
      parts[i] = (parts[i] ?? 0) + more
      left -= more
    }
    open = open.filter((i) => (parts[i] ?? 0) < (needs[i] ?? 0))
  }
  return parts
}

/** Rank by rank, each as far as it goes. */
function inOrder(total: number, needs: readonly number[], ranks: readonly number[]): number[] {
  const parts = needs.map(() => 0)
  let left = total
  const byRank = Map.groupBy(ranks.keys(), (i) => ranks[i] ?? 0)
  for (const rank of [...byRank.keys()].sort((a, b) => a - b)) {
    const group = byRank.get(rank) ?? []
    const wanted = group.map((i) => needs[i] ?? 0)
    const amounts = apportion(Math.min(left, sum(wanted)), wanted)
    for (const [n, i] of group.entries()) parts[i] = amounts[n] ?? 0
    left -= sum(amounts)
  }
  return parts
}

/** How unevenly amounts are spread: 0 = all the same, near 1 = one has all. Null of nothing. */
export function gini(amounts: readonly number[]): number | null {
  const total = sum(amounts)
  if (total <= 0) return null
  const sorted = [...amounts].sort((a, b) => a - b)
  const weighted = sorted.reduce((acc, x, i) => acc + (i + 1) * x, 0)
  return (2 * weighted) / (sorted.length * total) - (sorted.length + 1) / sorted.length
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}
