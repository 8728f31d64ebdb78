import { expect, test } from 'vitest'
import type { PastDay } from './outlook.ts'
import { outlookOf } from './outlook.ts'

const HOUR = 3_600_000
const NOON = 12 * HOUR
const row = (by: (hour: number) => number | null) => Array.from({ length: 24 }, (_, h) => by(h))
const day = (name: string, peak: number, base: number | null = 300): PastDay => ({
  day: name,
  producedW: row((h) => (h < 6 || h > 18 ? 0 : peak * Math.sin(((h - 6) / 12) * Math.PI))),
  baseW: row(() => base),
})
const soFar = (d: PastDay, hour: number): PastDay => ({
  ...d,
  producedW: d.producedW.map((w, h) => (h <= hour ? w : null)),
  baseW: d.baseW.map((w, h) => (h <= hour ? w : null)),
})
const mean = (outlook: ReturnType<typeof outlookOf>, i: number) => {
  const all = outlook.scenarios.reduce((sum, s) => sum + s.weight, 0)
  return outlook.scenarios.reduce((sum, s) => sum + s.weight * (s.surplusW[i] ?? 0), 0) / all
}
const ask = { hour: NOON, hoursToCome: [13, 14, 15], forecast: [] }

test('days that began as today did count the more', () => {
  const past = [day('1', 3000), day('2', 3000), day('3', 800), day('4', 800)]
  const bright = outlookOf({ ...ask, past, today: soFar(day('5', 3000), 12) })
  const dull = outlookOf({ ...ask, past, today: soFar(day('5', 800), 12) })
  expect(bright.starts).toEqual([13 * HOUR, 14 * HOUR, 15 * HOUR])
  expect(mean(bright, 0)).toBeGreaterThan(2400)
  expect(mean(dull, 0)).toBeLessThan(600)
})

test('a forecast says what is expected, the past how far off it may be', () => {
  const forecast = [13, 14, 15].map((h) => ({ start: h * HOUR, p10W: 500, p50W: 1000, p90W: 1200 }))
  const past = [day('1', 3000), day('2', 2000), day('3', 800)]
  const outlook = outlookOf({ ...ask, forecast, past, today: soFar(day('4', 3000), 12) })
  const values = outlook.scenarios.map((s) => Math.round(s.surplusW[0] ?? 0))
  expect(values).toEqual([867, 700, 283])
  expect(outlook.scenarios.every((s) => s.weight === 1)).toBe(true)
})

test('a forecast alone will do on the first day, none is said when there is nothing', () => {
  const forecast = [13, 14, 15].map((h) => ({ start: h * HOUR, p10W: 500, p50W: 1000, p90W: 1200 }))
  const today = soFar(day('1', 3000, 400), 12)
  expect(outlookOf({ ...ask, forecast, past: [], today }).scenarios.map((s) => s.surplusW[1])).toEqual([100, 600, 800])
  expect(outlookOf({ ...ask, past: [], today }).scenarios).toEqual([])
  expect(outlookOf({ ...ask, past: [], today, forecast: forecast.slice(1) }).scenarios).toEqual([])
})

test('consumption that was not measured is taken to be as usual at that hour', () => {
  const past = [day('1', 3000, 500), day('2', 3000, null)]
  const outlook = outlookOf({ ...ask, past, today: soFar(day('3', 3000), 12) })
  expect(outlook.scenarios[1]?.surplusW).toEqual(outlook.scenarios[0]?.surplusW)
})
