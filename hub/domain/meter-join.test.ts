import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { METER_ROLES, MeterJoin, type MeterRole } from './meter-join.ts'

const SECOND = 1000
const says = (powerW: number, drawnWh: number | null = null, returnedWh: number | null = null) => ({
  powerW,
  drawnWh,
  returnedWh,
})

/** A join that has been heard long enough. */
function settled(plant = true, ...roles: MeterRole[]): MeterJoin {
  const join = new MeterJoin(plant)
  for (const role of roles) join.take(role, says(0), 0)
  return join
}

describe('meters of one house', () => {
  it('make its consumption of what it produces and draws from the grid', () => {
    const join = settled(true, 'produzione', 'rete')
    expect(join.take('produzione', says(2000, 100), 6 * SECOND)).toMatchObject({
      productionW: 2000,
      consumptionW: 2000,
    })
    expect(join.take('rete', says(-500, 7, 9), 7 * SECOND)).toBeNull()
    expect(join.take('produzione', says(2010, 101), 16 * SECOND)).toEqual({
      ...{ productionW: 2010, consumptionW: 1510, consumedWh: null },
      ...{ producedWh: 101, importedWh: 7, exportedWh: 9 },
    })
  })

  it('take what is measured before what is worked out', () => {
    const join = settled(true, 'produzione', 'rete', 'consumo')
    join.take('rete', says(-500), 6 * SECOND)
    join.take('consumo', says(1600), 6 * SECOND)
    expect(join.take('produzione', says(2000), 17 * SECOND)).toMatchObject({ productionW: 2000, consumptionW: 1600 })
  })

  it('leave counters out while one of them has not spoken anew, and a meter that fell silent too', () => {
    const join = settled(true, 'produzione', 'rete')
    join.take('rete', says(300, 7, 9), 6 * SECOND)
    join.take('produzione', says(1000, 100), 8 * SECOND)
    expect(join.take('produzione', says(1000, 101), 19 * SECOND)).toMatchObject({
      consumptionW: 1300,
      producedWh: null,
    })
    expect(join.take('produzione', says(1000, 110), 90 * SECOND)).toMatchObject({
      ...{ productionW: 1000, consumptionW: null, producedWh: 110, importedWh: null },
    })
  })

  it('of a house without panels are its consumption', () => {
    expect(settled(false, 'rete').take('rete', says(700), 6 * SECOND)).toMatchObject({
      productionW: 0,
      consumptionW: 700,
    })
    expect(settled(false, 'consumo').take('consumo', says(700), 6 * SECOND)).toMatchObject({ consumptionW: 700 })
  })

  it('do not suffice without that of the panels', () => {
    expect(settled(true, 'rete').take('rete', says(700), 6 * SECOND)).toBe('lacking')
    expect(settled(true, 'consumo').take('consumo', says(700), 6 * SECOND)).toBe('lacking')
  })

  it('may draw a little at night; a clamp turned round is told as it is', () => {
    expect(settled(true, 'produzione').take('produzione', says(-8), 6 * SECOND)).toMatchObject({ productionW: 0 })
    expect(settled(true, 'produzione').take('produzione', says(-1800), 6 * SECOND)).toMatchObject({
      productionW: -1800,
    })
  })

  it('are joined at most every two seconds, and always keep c = p + g', () => {
    const step = fc.record({
      role: fc.constantFrom(...METER_ROLES.filter((role) => role !== 'consumo')),
      powerW: fc.integer({ min: 0, max: 6000 }),
      after: fc.integer({ min: 0, max: 20 * SECOND }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const join = new MeterJoin(true)
        const last = new Map<MeterRole, number>()
        let [at, joinedAt] = [0, Number.NEGATIVE_INFINITY]
        for (const { role, powerW, after } of steps) {
          at += after
          last.set(role, powerW)
          const joined = join.take(role, says(powerW), at)
          if (joined === null) continue
          expect(at - joinedAt).toBeGreaterThanOrEqual(2 * SECOND)
          joinedAt = at
          if (joined === 'lacking' || joined.consumptionW === null) continue
          expect(joined.consumptionW).toBe((last.get('produzione') ?? 0) + (last.get('rete') ?? 0))
        }
      }),
    )
  })
})
