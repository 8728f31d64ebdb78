import { HOUR } from '../../hub/domain/time.ts'
import type { ForecastPage } from '../models/forecast.ts'
import { sampleDay } from './sample-props.ts'

/** A plausible forecast for tests: half a sine of 3 kW a day, measured until now. */
export function sampleForecast(more: Partial<ForecastPage> = {}): ForecastPage {
  const today = sampleDay()
  const days = [0, 1, 2].map((i) => {
    const day = Temporal.PlainDate.from(today.day).add({ days: i })
    const from = today.from + i * 24 * HOUR
    const best = { start: from + 12 * HOUR, end: from + 14 * HOUR, wh: 4100 }
    return {
      day: day.toString(),
      from,
      to: from + 24 * HOUR,
      p10Wh: 8000,
      p50Wh: 14_000,
      p90Wh: 18_000,
      remainingWh: i === 0 ? 6200 : 14_000,
      best: i === 2 ? null : best,
    }
  })
  const points = Array.from({ length: 72 }, (_, i) => {
    const p50W = Math.max(0, 3000 * Math.sin((((i % 24) - 6) * Math.PI) / 12))
    return {
      start: today.from + i * HOUR,
      p10W: p50W * 0.5,
      p50W,
      p90W: p50W * 1.3,
      measuredW: i < 12 ? p50W * 0.9 : null,
    }
  })
  return {
    house: { id: 'casa_03', name: 'Casa Rossi' },
    choices: ['casa_03'],
    slotMs: HOUR,
    issued: { at: today.from + 11 * HOUR, source: 'cielo_sereno', weatherAt: null, days, points },
    why: null,
    yesterday: { day: today.previous, p10Wh: 9000, p50Wh: 13_000, p90Wh: 17_000, factWh: 18_000, issued: false },
    hits: { days: 12, recomputed: 2, daysInside: 9, hours: 120, hoursInside: 97, dayMiss: 0.21 },
    weather: { agreed: false, fetchedAt: null, failure: null },
    ...more,
  }
}
