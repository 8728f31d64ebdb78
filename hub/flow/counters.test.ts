import { expect, test } from 'vitest'
import type { SlotEnergy } from '../domain/slot.ts'
import { emptySlot } from '../domain/slot.ts'
import { DAY, HOUR } from '../domain/time.ts'
import { Counters } from './counters.ts'

const NOW = Date.parse('2026-06-21T10:20:00Z')
const energy = (producedWh: number): SlotEnergy => ({ ...emptySlot(), producedWh, productionMeasuredS: 60 })

test('what is old is read once an hour, the last day each time, and nothing twice', async () => {
  const reads: [from: number, to: number][] = []
  const counters = new Counters(async (from, to) => {
    reads.push([from, to])
    return [{ house: 'casa_A', energy: energy(from === 0 ? 1000 : 7) }]
  })
  expect((await counters.totals(NOW)).get('casa_A')).toEqual({
    ...{ producedWh: 1007, consumedWh: null, importedWh: null, exportedWh: null },
  })
  await counters.totals(NOW + 1000)
  const edge = Math.floor((NOW - DAY) / HOUR) * HOUR
  expect(reads).toEqual([
    [0, edge],
    [edge, NOW + HOUR],
    [edge, NOW + 1000 + HOUR],
  ])
  await counters.totals(NOW + HOUR)
  expect(reads.slice(3)).toEqual([
    [0, edge + HOUR],
    [edge + HOUR, NOW + 2 * HOUR],
  ])
  // The clock was set back.
  await counters.totals(NOW - DAY)
  expect(reads.slice(5).map(([from]) => from)).toEqual([0, edge - DAY])
})
