import { sankey } from 'd3-sankey'
import type { Flow } from '../../hub/domain/sharing.ts'
import { GRID } from '../../hub/domain/sharing.ts'
import { OTHERS } from '../../hub/domain/visibility.ts'

/** Stands for the houses with the smallest flows, drawn as one. No house can have this id. */
export const GROUP = '*'

/** Houses drawn one by one on a side. */
export const MOST_PER_SIDE = 12

export interface GroupedFlows {
  readonly flows: readonly Flow[]
  /** How many houses stand behind GROUP on each side; 0 when nobody was grouped. */
  readonly givers: number
  readonly takers: number
}

/** Merges, side by side, the houses with the smallest flows, so that at most `most` nodes besides the grid remain; the own house stays. */
export function groupSmallest(flows: readonly Flow[], own: string | null, most: number = MOST_PER_SIDE): GroupedFlows {
  const real = flows.filter((flow) => flow.amount > 0)
  const givers = smallest(real, 'from', own, most)
  const takers = smallest(real, 'to', own, most)
  const merged = new Map<string, Flow>()
  for (const flow of real) {
    const from = givers.has(flow.from) ? GROUP : flow.from
    const to = takers.has(flow.to) ? GROUP : flow.to
    const key = `${from}\n${to}`
    merged.set(key, { from, to, amount: flow.amount + (merged.get(key)?.amount ?? 0) })
  }
  return { flows: [...merged.values()], givers: givers.size, takers: takers.size }
}

function smallest(flows: readonly Flow[], side: 'from' | 'to', own: string | null, most: number): ReadonlySet<string> {
  const totals = new Map<string, number>()
  for (const flow of flows) totals.set(flow[side], (totals.get(flow[side]) ?? 0) + flow.amount)
  const houses = [...totals].filter(([id]) => id !== GRID)
  if (houses.length <= most) return new Set()
  const always = houses.filter(([id]) => id === own || id === OTHERS)
  const rest = houses.filter(([id]) => id !== own && id !== OTHERS).sort(([a, x], [b, y]) => y - x || compareIds(a, b))
  return new Set(rest.slice(Math.max(0, most - 1 - always.length)).map(([id]) => id))
}

/** The own house first, then houses by name, then those without a name of their own, the grid last. */
export function nodeOrder(own: string | null): (a: string, b: string) => number {
  const last = [GROUP, OTHERS, GRID]
  const rank = (id: string) => (id === own ? -1 : last.indexOf(id) + 1)
  return (a, b) => rank(a) - rank(b) || compareIds(a, b)
}

const collator = new Intl.Collator('en', { numeric: true })
export function compareIds(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0)
}

export interface FlowNode {
  readonly id: string
  readonly side: 'from' | 'to'
  readonly amount: number
  readonly x0: number
  readonly x1: number
  readonly y0: number
  readonly y1: number
}

export interface FlowLink {
  readonly from: string
  readonly to: string
  readonly amount: number
  readonly width: number
  readonly path: string
}

export interface FlowBox {
  readonly x0: number
  readonly x1: number
  readonly y0: number
  /** Least distance between nodes: leaves room for their labels. */
  readonly gap: number
  readonly nodeWidth: number
  /** Height shared by the links of the fuller side. */
  readonly band: number
}

/** Where everything goes. Givers and takers are separate columns: a name may stand in both. Same flows, same drawing. */
export function layFlows(
  flows: readonly Flow[],
  own: string | null,
  box: FlowBox,
): { nodes: FlowNode[]; links: FlowLink[]; height: number } {
  const order = nodeOrder(own)
  const ids = (side: 'from' | 'to') => [...new Set(flows.map((flow) => flow[side]))].sort(order)
  const nodes = (['from', 'to'] as const).flatMap((side) => ids(side).map((id) => ({ key: `${side} ${id}`, id, side })))
  const most = Math.max(ids('from').length, ids('to').length)
  const height = box.band + (most - 1) * box.gap
  const sorted = [...flows].sort((a, b) => order(a.from, b.from) || order(a.to, b.to))
  const graph = sankey<{ key: string; id: string; side: 'from' | 'to' }, { amount: number }>()
    .nodeId((node) => node.key)
    .nodeWidth(box.nodeWidth)
    .nodePadding(box.gap)
    .nodeSort((a, b) => order(a.id, b.id))
    .linkSort((a, b) => order(idOf(a.source), idOf(b.source)) || order(idOf(a.target), idOf(b.target)))
    .extent([
      [box.x0, box.y0],
      [box.x1, box.y0 + height],
    ])({
    nodes,
    links: sorted.map((flow) => ({
      source: `from ${flow.from}`,
      target: `to ${flow.to}`,
      value: flow.amount,
      amount: flow.amount,
    })),
  })
  return {
    height: box.y0 + height,
    nodes: graph.nodes.map(({ id, side, value = 0, x0 = 0, x1 = 0, y0 = 0, y1 = 0 }) => ({
      id,
      side,
      amount: value,
      x0,
      x1,
      y0,
      y1,
    })),
    links: graph.links.map(({ source, target, amount, width = 0, y0 = 0, y1 = 0 }) => {
      return {
        from: idOf(source),
        to: idOf(target),
        amount,
        width,
        path: ribbon(box.x0 + box.nodeWidth, y0, box.x1 - box.nodeWidth, y1),
      }
    }),
  }
}

/** The library puts nodes where it was given their keys. */
function idOf(end: unknown): string {
  return (end as { readonly id: string }).id
}

function ribbon(x0: number, y0: number, x1: number, y1: number): string {
  const middle = tenth((x0 + x1) / 2)
  return `M${tenth(x0)} ${tenth(y0)}C${middle} ${tenth(y0)} ${middle} ${tenth(y1)} ${tenth(x1)} ${tenth(y1)}`
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
