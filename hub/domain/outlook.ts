import type { ForecastHour } from './control-image.ts'
import { HOUR } from './time.ts'

/** A civil day as the planner learns from it: mean W by hour of the day, null where too little was measured. */
export interface PastDay {
  readonly day: string
  readonly producedW: readonly (number | null)[]
  /** Consumption without the loads the hub controls. */
  readonly baseW: readonly (number | null)[]
}

/** What the hours after the running one may bring. */
export interface Outlook {
  /** Starts of those hours, epoch ms. */
  readonly starts: readonly number[]
  /** Ways the day may go: surplus by hour, W (negative = deficit), and how likely each is (any scale). */
  readonly scenarios: readonly { readonly surplusW: readonly number[]; readonly weight: number }[]
}

export interface OutlookQuestion {
  /** Start of the running hour, epoch ms. */
  readonly hour: number
  /** Civil hours of the day to come, 0..23, in order: repeated or missing where the clock changes. */
  readonly hoursToCome: readonly number[]
  /** Finished days, newest last. */
  readonly past: readonly PastDay[]
  /** The day so far, the running hour included. */
  readonly today: PastDay
  readonly forecast: readonly ForecastHour[]
}

/** Days that are looked back upon. */
export const PAST_DAYS = 25
/** How different a day may have begun and still be like today, as a share of the most the roof has made in an hour. */
const LIKENESS = 0.15
/** What an hour ago still says of the hours to come. */
const FADING = 0.7
const LEAST_WEIGHT = 0.02

/**
 * The surplus of the rest of the day: each of the last days as it went, days that began as today did counting the more.
 * With a forecast, those days say only how far from expected a day may be: each takes the forecast's quantile of its rank.
 */
export function outlookOf(question: OutlookQuestion): Outlook {
  const { hour, hoursToCome, today, forecast } = question
  const past = question.past.slice(-PAST_DAYS)
  const starts = hoursToCome.map((_, i) => hour + (i + 1) * HOUR)
  const base = meanBase(past, today)
  const expected = new Map(forecast.map((f) => [f.start, f]))
  const covered = starts.length > 0 && starts.every((start) => expected.has(start))
  if (past.length === 0) {
    if (!covered) return { starts, scenarios: [] }
    const one = (rank: number) => starts.map((s, i) => quantile(expected.get(s), rank) - base(hoursToCome[i] ?? 0))
    return { starts, scenarios: [0.1, 0.5, 0.9].map((rank) => ({ surplusW: one(rank), weight: 1 })) }
  }
  const peak = Math.max(1, ...past.flatMap((d) => d.producedW.map((w) => w ?? 0)))
  const made = past.map((d) => hoursToCome.reduce((sum, h) => sum + (d.producedW[h] ?? 0), 0))
  const scenarios = past.map((day, index) => {
    const rank = (made.filter((other) => other < (made[index] ?? 0)).length + 0.5) / past.length
    return {
      weight: covered ? 1 : likeness(day, today, peak),
      surplusW: hoursToCome.map((h, i) => {
        const produced = covered ? quantile(expected.get(starts[i] ?? 0), rank) : (day.producedW[h] ?? 0)
        return produced - (day.baseW[h] ?? base(h))
      }),
    }
  })
  return { starts, scenarios }
}

/** How alike two days began, 0..1: later hours say more. */
function likeness(day: PastDay, today: PastDay, peak: number): number {
  let difference = 0
  for (let h = 0; h < 24; h += 1) {
    const now = today.producedW[h]
    const then = day.producedW[h]
    if (now === null || now === undefined || then === null || then === undefined) continue
    difference = difference * FADING + (now - then)
  }
  const z = difference / (LIKENESS * peak)
  return Math.exp(-0.5 * z * z) + LEAST_WEIGHT
}

function meanBase(past: readonly PastDay[], today: PastDay): (hour: number) => number {
  const mean = (values: readonly (number | null | undefined)[]) => {
    const known = values.filter((v) => v !== null && v !== undefined)
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length
  }
  const overall = mean([...past.flatMap((d) => d.baseW), ...today.baseW]) ?? 0
  return (hour) => mean(past.map((d) => d.baseW[hour])) ?? overall
}

/** A forecast's quantile, straight between P10, P50 and P90 and no further out than these. */
function quantile(f: ForecastHour | undefined, rank: number): number {
  if (!f) return 0
  const at = Math.min(0.9, Math.max(0.1, rank))
  const w = at < 0.5 ? f.p10W + ((at - 0.1) / 0.4) * (f.p50W - f.p10W) : f.p50W + ((at - 0.5) / 0.4) * (f.p90W - f.p50W)
  return Math.max(0, w)
}
