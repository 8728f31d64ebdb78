import { expect, test } from 'vitest'
import { compare, daysSoFar, gapsOf } from './month.ts'

const hub = {
  ...{ id: 'a', name: 'A', producedWh: 240_000, consumedWh: 100_000, importedWh: 60_000, exportedWh: 200_000 },
  ...{ sharedWh: 20_000, co2G: 1, peakWp: 10_000, covered: 5 * 96 },
}

test('a hub that was away for half of the time is compared by the days it has', () => {
  expect(compare(hub, 10)).toMatchObject({ coverage: 0.5, quality: 'parziale', yieldPerDay: 4.8, selfSufficiency: 0.6 })
  expect(compare({ ...hub, covered: 10 * 96, producedWh: 480_000 }, 10)).toMatchObject({
    quality: 'completa',
    yieldPerDay: 4.8,
  })
  expect(compare({ ...hub, peakWp: null, covered: 0 }, 10)).toMatchObject({ quality: 'mancante', yieldPerDay: null })
})

test('a month counts as far as it has come', () => {
  const now = Date.UTC(2026, 5, 21, 12)
  expect([daysSoFar('2026-06', now), daysSoFar('2026-05', now), daysSoFar('2026-07', now)]).toEqual([21, 31, 0])
})

test('gaps are named, neighbours together, today left alone', () => {
  const days = [1, 2, 5, 6, 7].map((d) => ({ day: `2026-06-0${d}`, quarters: 96, covered: d === 6 ? 40 : 96 }))
  expect(gapsOf(days, '2026-06', '2026-06-09')).toEqual([
    { from: '2026-06-03', to: '2026-06-04', kind: 'mancante' },
    { from: '2026-06-06', to: '2026-06-06', kind: 'parziale' },
    { from: '2026-06-08', to: '2026-06-08', kind: 'mancante' },
  ])
})
