import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apportion, GRID, shareProportionally } from './sharing.ts'

const positions = fc.uniqueArray(
  fc.record({ id: fc.stringMatching(/^[A-Za-z0-9][a-z0-9]{0,5}$/), net: fc.integer({ min: -20_000, max: 20_000 }) }),
  { selector: (p) => p.id, maxLength: 40 },
)

describe('shareProportionally', () => {
  it('gives the worked value of the contract', () => {
    const result = shareProportionally([
      { id: 'casa_A', net: 1100 },
      { id: 'casa_C', net: -1800 },
    ])
    expect(result).toEqual({
      shared: 1100,
      gridImport: 700,
      gridExport: 0,
      flows: [
        { from: 'casa_A', to: 'casa_C', amount: 1100 },
        { from: GRID, to: 'casa_C', amount: 700 },
      ],
    })
  })

  it('conserves: outflow = surplus, inflow = deficit, all whole and positive', () => {
    fc.assert(
      fc.property(positions, (houses) => {
        const { flows, shared, gridImport, gridExport } = shareProportionally(houses)
        for (const { id, net } of houses) {
          const out = flows.filter((f) => f.from === id).reduce((sum, f) => sum + f.amount, 0)
          const into = flows.filter((f) => f.to === id).reduce((sum, f) => sum + f.amount, 0)
          expect([id, out, into]).toEqual([id, Math.max(0, net), Math.max(0, -net)])
        }
        expect(flows.every((f) => Number.isInteger(f.amount) && f.amount > 0)).toBe(true)
        const between = flows.filter((f) => f.from !== GRID && f.to !== GRID)
        expect(between.reduce((sum, f) => sum + f.amount, 0)).toBe(shared)
        const surplus = houses.reduce((sum, h) => sum + Math.max(0, h.net), 0)
        const deficit = houses.reduce((sum, h) => sum + Math.max(0, -h.net), 0)
        expect([shared + gridExport, shared + gridImport]).toEqual([surplus, deficit])
        expect(Math.min(gridImport, gridExport)).toBe(0)
      }),
    )
  })

  it('stays within 2 W of s_i d_j / max(S, D), whatever the order of the houses', () => {
    fc.assert(
      fc.property(positions, (houses) => {
        const surplus = houses.reduce((sum, h) => sum + Math.max(0, h.net), 0)
        const deficit = houses.reduce((sum, h) => sum + Math.max(0, -h.net), 0)
        const net = new Map(houses.map((h) => [h.id, h.net]))
        const { flows } = shareProportionally(houses)
        for (const flow of flows) {
          if (flow.from === GRID || flow.to === GRID) continue
          const exact = ((net.get(flow.from) ?? 0) * -(net.get(flow.to) ?? 0)) / Math.max(surplus, deficit)
          expect(Math.abs(flow.amount - exact)).toBeLessThan(2)
        }
        expect(shareProportionally([...houses].reverse())).toEqual(shareProportionally(houses))
      }),
    )
  })
})

describe('apportion', () => {
  it('is whole, exact in sum, within one of each share and never above a weight', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(10_000), { minLength: 1, maxLength: 30 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (weights, share) => {
          const sum = weights.reduce((a, b) => a + b, 0)
          const total = Math.floor(sum * share)
          const parts = apportion(total, weights)
          expect(parts.reduce((a, b) => a + b, 0)).toBe(sum === 0 ? 0 : total)
          for (const [i, part] of parts.entries()) {
            const weight = weights[i] ?? 0
            expect(part).toBeLessThanOrEqual(weight)
            if (sum > 0) expect(Math.abs(part - (total * weight) / sum)).toBeLessThanOrEqual(1)
          }
        },
      ),
    )
  })
})
