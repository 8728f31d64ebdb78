import { describe, expect, it } from 'vitest'
import { emptySlot } from '../../hub/domain/slot.ts'
import { HOUR } from '../../hub/domain/time.ts'
import { historyBar } from './history.ts'

const NOW = Date.UTC(2026, 5, 18)
const INTERVAL = { start: NOW - HOUR, end: NOW }
const energy = (produced: number, consumed: number, imported: number, exported: number, seconds = 3600) => ({
  ...emptySlot(),
  producedWh: produced,
  consumedWh: consumed,
  importedWh: imported,
  exportedWh: exported,
  productionMeasuredS: seconds,
  consumptionMeasuredS: seconds,
  exchangeMeasuredS: seconds,
})

describe('an interval by sources and uses', () => {
  it('of a house: what neighbours gave and got is part of what crossed its meter', () => {
    const bar = historyBar(
      INTERVAL,
      { energy: energy(3000, 1500, 500, 2000), givenWh: 600, takenWh: 200 },
      false,
      1,
      NOW,
    )
    expect(bar).toMatchObject({
      ownWh: 1000,
      fromCommunityWh: 200,
      fromGridWh: 300,
      toCommunityWh: 600,
      toGridWh: 1400,
    })
    expect((bar.ownWh ?? 0) + (bar.fromCommunityWh ?? 0) + (bar.fromGridWh ?? 0)).toBe(bar.consumedWh)
    expect((bar.ownWh ?? 0) + (bar.toCommunityWh ?? 0) + (bar.toGridWh ?? 0)).toBe(bar.producedWh)
  })

  it('of the community: its meter stands behind the sharing', () => {
    const sum = { energy: energy(5000, 4000, 700, 1700, 7200), givenWh: 1300, takenWh: 1300 }
    const bar = historyBar(INTERVAL, sum, true, 2, NOW)
    expect(bar).toMatchObject({
      ownWh: 2000,
      fromCommunityWh: 1300,
      fromGridWh: 700,
      toCommunityWh: 1300,
      toGridWh: 1700,
    })
    expect(bar.coverage).toBe(1)
  })

  it('of which nothing is known is nothing, not zero', () => {
    expect(historyBar(INTERVAL, null, false, 1, NOW)).toMatchObject({
      producedWh: null,
      ownWh: null,
      quality: 'mancante',
    })
  })

  it('of which only the production is known is not divided', () => {
    const sum = { energy: { ...emptySlot(), producedWh: 900, productionMeasuredS: 3600 }, givenWh: null, takenWh: null }
    expect(historyBar(INTERVAL, sum, false, 1, NOW)).toMatchObject({ producedWh: 900, ownWh: null, toGridWh: null })
  })

  it('is covered as far as it is over', () => {
    const running = { start: NOW - HOUR / 2, end: NOW + HOUR / 2 }
    const sum = { energy: energy(1, 1, 1, 1, 1800), givenWh: 0, takenWh: 0 }
    expect(historyBar(running, sum, false, 1, NOW)).toMatchObject({ coverage: 1, quality: 'misurata' })
  })
})
