import fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { addCo2, DEFAULT_FACTOR, factorOn, NO_CO2 } from './co2.ts'
import { sharedEnergy, sharePart } from './sharing.ts'
import { ASSUMED_TARIFF, tariffOn } from './tariff.ts'

it('tells what was avoided by whom, and what the plants have cost', () => {
  const co2 = addCo2(NO_CO2, { producedWh: 3000, ownWh: 1000, sharedWh: 1500, exportedWh: 500 }, 200)
  expect(co2).toMatchObject({ grossG: 600, ownG: 200, sharedG: 300, exportedG: 100, withoutFactor: 0 })
  expect(co2.lifeCycleG).toBeCloseTo(123)
})

it('counts an hour without a factor as unknown, not as clean', () => {
  const co2 = addCo2(NO_CO2, { producedWh: 3000, ownWh: 1000, sharedWh: 0, exportedWh: 2000 }, null)
  expect(co2).toMatchObject({ grossG: 0, ownG: 0, producedWh: 3000, withoutFactor: 1 })
  expect(addCo2(NO_CO2, { producedWh: 0, ownWh: 0, sharedWh: 0, exportedWh: 0 }, null).withoutFactor).toBe(0)
})

it('counts every kWh once: the houses’ sums are the community’s', () => {
  const house = fc.record({ produced: fc.nat(4000), consumed: fc.nat(4000) })
  fc.assert(
    fc.property(
      fc.array(house, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 800 }),
      (houses, factor) => {
        const exchanges = houses.map(({ produced, consumed }, i) => ({
          id: String(i),
          exportedWh: Math.max(0, produced - consumed),
          importedWh: Math.max(0, consumed - produced),
        }))
        const { sharedWh, gridExportWh } = sharedEnergy(exchanges)
        const produced = houses.reduce((sum, h) => sum + h.produced, 0)
        const whole = addCo2(
          NO_CO2,
          { producedWh: produced, ownWh: produced - sharedWh - gridExportWh, sharedWh, exportedWh: gridExportWh },
          factor,
        )
        const sum = houses.reduce((acc, h, i) => {
          const own = exchanges[i] ?? { id: '', exportedWh: 0, importedWh: 0 }
          const { givenWh, takenWh } = sharePart(own, exchanges)
          const energy = {
            producedWh: h.produced,
            ownWh: h.produced - own.exportedWh,
            sharedWh: takenWh,
            exportedWh: own.exportedWh - givenWh,
          }
          return addCo2(acc, energy, factor)
        }, NO_CO2)
        for (const part of ['grossG', 'ownG', 'sharedG', 'exportedG', 'lifeCycleG'] as const) {
          expect(sum[part]).toBeCloseTo(whole[part], 6)
        }
        // Own use, sharing and export are all that is made: no gram is counted in two of them.
        expect(whole.ownG + whole.sharedG + whole.exportedG).toBeCloseTo(whole.grossG, 6)
      },
    ),
  )
})

const OLD = { from: '2024-01-01', gPerKwh: 250, source: 'x', year: 2022 }
const NEW = { from: '2025-06-01', gPerKwh: 230, source: 'y', year: 2024 }
test.each([
  ['2023-12-31', [NEW, OLD], null],
  ['2024-01-01', [NEW, OLD], OLD],
  ['2025-05-31', [OLD, NEW], OLD],
  ['2026-01-01', [OLD, NEW], NEW],
  ['1999-01-01', [], DEFAULT_FACTOR],
])('the factor of %s', (day, factors, expected) => expect(factorOn(day, factors)).toEqual(expected))

test('a tariff holds until the next one begins', () => {
  const first = { from: '2026-01-01', importEur: 0.3, exportEur: 0.1, sharedEur: 0.1 }
  const second = { ...first, from: '2026-07-01', importEur: 0.25 }
  expect(tariffOn('2026-06-30', [second, first])).toBe(first)
  expect(tariffOn('2026-07-01', [second, first])).toBe(second)
  expect(tariffOn('2025-12-31', [second, first])).toBe(ASSUMED_TARIFF)
})
