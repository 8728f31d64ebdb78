import { hourLevel, type Residual, type Signs, type Track, usualOf } from './anomaly.ts'
import { median } from './robust.ts'

/** Why a roof gives less than its neighbours foretell; `unknown` says that the shape fits none of the others. */
export const CAUSES = ['outage', 'string', 'shade', 'soiling', 'clipping', 'clock', 'wiring', 'unknown'] as const
export type Cause = (typeof CAUSES)[number]

/** The cause that the hours and days of a loss look most like. */
export function causeOf(track: Track, signs: Signs): Cause {
  if (signs.seen.includes('off')) return 'outage'
  const hours = profileOf(track)
  if (isShifted(hours)) return 'clock'
  const recent = track.residuals.slice(-RECENT)
  const { centre } = usualOf(track.residuals)
  if (isClipped(recent, hours)) return 'clipping'
  const ramp = rampOverStep(track.residuals.slice(-RAMP_DAYS), centre ?? 0)
  if (ramp < 0.8) return 'soiling'
  if (isShaded(hours, signs)) return 'shade'
  if (ramp < (signs.seen.includes('slow') ? 1.1 : 0.95)) return 'soiling'
  const levels = hours.map((h) => h.level).sort((a, b) => a - b)
  const low = levels[Math.floor(levels.length * 0.25)] ?? 0
  const high = levels[Math.floor(levels.length * 0.75)] ?? 0
  const middle = median(levels) ?? 0
  return middle < -0.06 && high - low < Math.max(0.08, 0.5 * -middle) ? 'string' : 'unknown'
}

const RECENT = 6
const RAMP_DAYS = 40
const HALF_MOST_SHADED = 4

interface HourPart {
  readonly hour: number
  readonly level: number
  /** How much of the light falls into the hour. */
  readonly weight: number
}

function profileOf(track: Track): HourPart[] {
  return track.hours.flatMap((hour, h) =>
    hour.weight > 0.3 ? [{ hour: h, level: hourLevel(hour), weight: hour.weight }] : [],
  )
}

/** One side of the day is high and the other low by about as much: the clock is off, not the plant. */
function isShifted(hours: readonly HourPart[]): boolean {
  const noon =
    hours.reduce((s, h) => s + h.hour * h.weight, 0) /
    Math.max(
      1e-9,
      hours.reduce((s, h) => s + h.weight, 0),
    )
  const side = (part: readonly HourPart[]) =>
    part.reduce((s, h) => s + h.level * h.weight, 0) /
    Math.max(
      1e-9,
      part.reduce((s, h) => s + h.weight, 0),
    )
  const before = side(hours.filter((h) => h.hour < noon))
  const after = side(hours.filter((h) => h.hour > noon))
  return before * after < 0 && Math.min(Math.abs(before), Math.abs(after)) > 0.07
}

/** The best hours all end at one power, and the others are as they should be. */
function isClipped(recent: readonly Residual[], hours: readonly HourPart[]): boolean {
  const cut = recent.filter((r) => r.expectedTop > 1.1 * r.top)
  if (cut.length < 2) return false
  const tops = cut.map((r) => r.top)
  const level = Math.max(...tops)
  if (Math.min(...tops) < 0.97 * level) return false
  const most = Math.max(...hours.map((h) => h.weight))
  const edges = hours.filter((h) => h.weight < 0.6 * most).map((h) => h.level)
  return (median(edges) ?? 0) > -0.05
}

/** A few neighbouring hours are low, the middle of all others is well. */
function isShaded(hours: readonly HourPart[], signs: Signs): boolean {
  const low = hours.filter((h) => signs.lowHours.includes(h.hour) || h.level < -0.15)
  if (low.length === 0 || low.length > HALF_MOST_SHADED) return false
  const first = Math.min(...low.map((h) => h.hour))
  const last = Math.max(...low.map((h) => h.hour))
  const rest = hours.filter((h) => !low.includes(h)).map((h) => h.level)
  return last - first < low.length + 1 && rest.length >= 3 && (median(rest) ?? -1) > -0.06
}

/** How much better the way down is told by a slope than by a step: least squares of the one over the other, from every day; below 1 = a slope. */
export function rampOverStep(residuals: readonly Residual[], centre: number): number {
  const values = residuals.map((r) => Math.max(-0.5, Math.min(0.2, r.x - centre)))
  const days = residuals.map((r) => r.day)
  if (values.length < 14) return Number.POSITIVE_INFINITY
  let step = Number.POSITIVE_INFINITY
  let ramp = Number.POSITIVE_INFINITY
  for (let k = 2; k < values.length - 3; k += 1) {
    const after = values.slice(k)
    const head = values.slice(0, k).reduce((s, v) => s + v * v, 0)
    const mean = after.reduce((s, v) => s + v, 0) / after.length
    step = Math.min(step, head + after.reduce((s, v) => s + (v - mean) ** 2, 0))
    const start = days[k - 1] ?? 0
    const ages = after.map((_, i) => (days[k + i] ?? 0) - start)
    const slope = after.reduce((s, v, i) => s + v * (ages[i] ?? 0), 0) / ages.reduce((s, a) => s + a * a, 0)
    if (slope >= 0 || (ages.at(-1) ?? 0) < 8) continue
    ramp = Math.min(ramp, head + after.reduce((s, v, i) => s + (v - slope * (ages[i] ?? 0)) ** 2, 0))
  }
  return ramp / step
}
