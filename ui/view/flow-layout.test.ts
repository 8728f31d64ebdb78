import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GRID, shareProportionally } from '../../hub/domain/sharing.ts'
import { sampleHouses } from '../pages/sample-props.ts'
import { GROUP, groupSmallest, layFlows, nodeOrder } from './flow-layout.ts'

const BOX = { x0: 100, x1: 500, y0: 20, gap: 20, nodeWidth: 10, band: 200 }
const flowsOf = (count: number) =>
  shareProportionally(sampleHouses(count).map((h) => ({ id: h.id, net: h.balanceW }))).flows
const total = (flows: readonly { amount: number }[]) => flows.reduce((sum, flow) => sum + flow.amount, 0)

describe('grouping', () => {
  test('leaves twelve a side as they are', () => {
    const flows = flowsOf(12)
    expect(groupSmallest(flows, null)).toMatchObject({ flows, givers: 0, takers: 0 })
  })
  test('of a hundred keeps the largest and the own house, and loses nothing', () => {
    const flows = flowsOf(100)
    const grouped = groupSmallest(flows, 'casa_03')
    for (const side of ['from', 'to'] as const) {
      expect(new Set(grouped.flows.map((flow) => flow[side]).filter((id) => id !== GRID)).size).toBeLessThanOrEqual(12)
    }
    expect(total(grouped.flows)).toBe(total(flows))
    expect(grouped.flows.some((flow) => flow.from === 'casa_03' || flow.to === 'casa_03')).toBe(true)
    expect(grouped.flows.some((flow) => flow.from === GROUP)).toBe(true)
    expect(grouped.givers).toBeGreaterThan(1)
  })
  test('drops flows of nothing', () =>
    expect(groupSmallest([{ from: 'a', to: 'b', amount: 0 }], null).flows).toEqual([]))
})

describe('order', () => {
  test('the own house, houses by number, those without a name, the grid', () => {
    expect(['rete', 'casa_10', 'altri', 'casa_9', GROUP, 'casa_2'].sort(nodeOrder('casa_10'))).toEqual([
      'casa_10',
      'casa_2',
      'casa_9',
      GROUP,
      'altri',
      'rete',
    ])
  })
})

describe('layout', () => {
  test('conserves: links are as wide as their nodes are high, on one scale', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'altri', GRID)
    const flow = fc.record({ from: id, to: id, amount: fc.integer({ min: 1, max: 9000 }) })
    const unique = fc.uniqueArray(flow, { selector: (f) => `${f.from} ${f.to}`, minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(unique, (flows) => {
        const { nodes, links, height } = layFlows(flows, 'a', BOX)
        expect(total(links)).toBe(total(flows))
        const scale = (links[0]?.width ?? 0) / (links[0]?.amount ?? 1)
        expect(scale).toBeGreaterThan(0)
        for (const node of nodes) {
          const own = links.filter((link) => link[node.side] === node.id)
          expect(own.reduce((sum, link) => sum + link.width, 0)).toBeCloseTo(node.y1 - node.y0, 6)
          expect(total(own)).toBe(node.amount)
          expect(node.y1 - node.y0).toBeCloseTo(node.amount * scale, 6)
          expect(node.y0).toBeGreaterThanOrEqual(BOX.y0 - 1e-6)
          expect(node.y1).toBeLessThanOrEqual(height + 1e-6)
        }
      }),
    )
  })
  test('keeps labels apart', () => {
    const { nodes } = layFlows(flowsOf(12), null, BOX)
    for (const side of ['from', 'to']) {
      const column = nodes.filter((node) => node.side === side).sort((a, b) => a.y0 - b.y0)
      for (const [i, node] of column.slice(1).entries())
        expect(node.y0 - (column[i]?.y1 ?? 0)).toBeGreaterThanOrEqual(BOX.gap - 1e-6)
    }
  })
  test('does not depend on the order of the flows', () => {
    const flows = flowsOf(9)
    expect(layFlows([...flows].reverse(), null, BOX)).toEqual(layFlows(flows, null, BOX))
  })
})
