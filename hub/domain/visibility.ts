import type { CommunityBalance, HouseBalance } from './balance.ts'
import type { Flow } from './sharing.ts'
import { GRID } from './sharing.ts'

/** Neighbours that did not agree to be shown, taken together. */
export const OTHERS = 'altri'

/** A group of merged houses hides its members only from this size on. */
export const MIN_MERGED = 3

/** Who looks: somebody who may see every house, or the residents of one. */
export type Viewer = { readonly kind: 'all' } | { readonly kind: 'resident'; readonly house: string }

/**
 * The name under which a viewer sees each house: its own, or `altri`. A resident sees the own house and those that
 * agreed; as `altri` must hold at least three houses, agreeing houses join it, last ids first, until it does; where
 * there are not three neighbours at all, all of them are `altri`. A `silent` house adds nothing to a sum, so it hides
 * nobody there: of those that do, `altri` holds none or at least three.
 */
export function namesFor(
  viewer: Viewer,
  houses: readonly { id: string; shown: boolean }[],
  silent: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, string> {
  const ids = [...houses].sort((a, b) => (a.id < b.id ? -1 : 1))
  const names = new Map(ids.map((h) => [h.id, h.id]))
  if (viewer.kind === 'all') return names
  const neighbours = ids.filter((h) => h.id !== viewer.house)
  const merged = neighbours.filter((h) => !h.shown).map((h) => h.id)
  if (merged.length === 0) return names
  const willing = neighbours.filter((h) => h.shown).map((h) => h.id)
  while (merged.length < MIN_MERGED && willing.length > 0) merged.push(willing.pop() ?? '')
  const heard = (ids: readonly string[]) => ids.filter((id) => !silent.has(id))
  const more = heard(willing)
  while (heard(merged).length > 0 && heard(merged).length < MIN_MERGED && more.length > 0) merged.push(more.pop() ?? '')
  for (const id of merged) names.set(id, OTHERS)
  return names
}

/** The community as a viewer may see it: merged houses are summed, flows between them stay as `altri` to `altri`; totals never change. */
export function viewBalance(balance: CommunityBalance, names: ReadonlyMap<string, string>): CommunityBalance {
  const nameOf = (id: string) => (id === GRID ? GRID : (names.get(id) ?? OTHERS))
  const houses = new Map<string, HouseBalance>()
  for (const house of balance.houses) {
    const id = nameOf(house.id)
    const sum = houses.get(id)
    houses.set(id, {
      id,
      productionW: house.productionW + (sum?.productionW ?? 0),
      consumptionW: house.consumptionW + (sum?.consumptionW ?? 0),
      balanceW: house.balanceW + (sum?.balanceW ?? 0),
    })
  }
  return {
    ...balance,
    houses: [...houses.values()].sort(othersLast),
    flows: mergeFlows(balance.flows, nameOf),
    withoutData: [...new Set(balance.withoutData.map(nameOf))],
  }
}

/** Flows between the same two names added up, in the order in which each pair comes first. */
export function mergeFlows(flows: readonly Flow[], nameOf: (id: string) => string): Flow[] {
  const merged: { from: string; to: string; amount: number }[] = []
  const byPair = new Map<string, Map<string, { amount: number }>>()
  for (const flow of flows) {
    const from = nameOf(flow.from)
    const to = nameOf(flow.to)
    const known = byPair.get(from)?.get(to)
    if (known) {
      known.amount += flow.amount
      continue
    }
    const first = { from, to, amount: flow.amount }
    merged.push(first)
    const ofSource = byPair.get(from) ?? new Map<string, { amount: number }>()
    byPair.set(from, ofSource.set(to, first))
  }
  return merged
}

export function othersLast(a: { id: string }, b: { id: string }): number {
  if (a.id === OTHERS || b.id === OTHERS) return a.id === OTHERS ? 1 : -1
  return a.id < b.id ? -1 : 1
}
