import type { HistoryBar, HistoryPage } from '../models/history.ts'
import { choosePeriod, intervalsOf } from '../queries/period.ts'
import { NOON, ZONE } from './sample-props.ts'

/** A plausible history for tests: every interval makes a little more than the one before, of what has begun. */
export function sampleHistory(key: string, known = true): HistoryPage & { readonly key: string } {
  const period = choosePeriod(key, NOON, Date.parse('2024-02-01T00:00:00Z'), ZONE)
  if (!period) throw new Error(`${key} names no period`)
  const bars = intervalsOf(period, ZONE).map((interval, i) =>
    bar(interval, known && interval.start < NOON ? i + 1 : null),
  )
  const sum = bars.filter((b) => b.producedWh !== null).length
  const total = bar({ start: bars[0]?.start ?? 0, end: bars.at(-1)?.end ?? 0 }, known ? (sum * (sum + 1)) / 2 : null)
  const house = { id: 'casa_03', name: 'Casa Rossi' }
  return { key, house, choices: ['casa_03'], period, bars, total, comparison: 'nessuno', co2: CO2, before: null }
}

const CO2 = {
  ownG: 9_000,
  sharedG: 2_000,
  exportedG: 1_200_000,
  grossG: 1_211_000,
  lifeCycleG: 90_000,
  withoutFactor: 2,
  factors: [{ gPerKwh: 234.7, source: 'ISPRA', year: 2023 }],
  hourly: 1,
}

function bar({ start, end }: { start: number; end: number }, n: number | null): HistoryBar {
  const wh = (each: number) => (n === null ? null : each * n)
  return {
    start,
    end,
    producedWh: wh(900),
    consumedWh: wh(700),
    ownWh: wh(400),
    fromCommunityWh: wh(100),
    toCommunityWh: wh(150),
    fromGridWh: wh(200),
    toGridWh: wh(350),
    quality: n === null ? 'mancante' : 'misurata',
    coverage: n === null ? 0 : 1,
  }
}
