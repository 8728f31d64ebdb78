import { type CommunityDay, type HourSeries, hourOf, type Roof } from './community-day.ts'
import { quantile } from './robust.ts'

/** What can be wrong between a plant and its numbers, the surest and most particular first: one that explains another hides it. */
export const SENSOR_FAULTS = [
  'pvStuck',
  'loadStuck',
  'swapped',
  'pvReversed',
  'loadReversed',
  'loadDead',
  'pvDead',
  'loadNet',
  'loadZeroSun',
  'loadZeroNight',
  'pvAtNight',
  'clock',
] as const
export type SensorFaultKind = (typeof SENSOR_FAULTS)[number]

/** A day with its clear sky and the middle share of their clear sky that the other houses made; null where nobody else tells. */
export interface SensorDay extends CommunityDay {
  readonly clear: ReadonlyMap<string, HourSeries>
}

/** Days a check looks at, and how many of them must have data. */
export const SENSOR_DAYS = 10
const LEAST_DAYS = 4

/**
 * What a house's two channels say that no plant and no household can mean. `days` in order, the last SENSOR_DAYS are looked at;
 * `sunny` tells the days on which the neighbourhood produced. A house whose battery stands behind the inverter may produce at night.
 */
export function checkSensors(
  roof: Roof,
  days: readonly SensorDay[],
  options: { readonly sunny: ReadonlySet<number>; readonly battery: boolean },
): SensorFaultKind[] {
  const recent = days.slice(-SENSOR_DAYS).flatMap((day) => {
    const own = day.houses.get(roof.id)
    const clear = day.clear.get(roof.id) ?? new Float64Array(24)
    return own ? [partsOf(day.day, own.produced, own.consumed, clear)] : []
  })
  const found = new Set<SensorFaultKind>()
  if (recent.length < LEAST_DAYS) return []
  const pv = roof.peakPower > 0
  const last = recent.slice(-LEAST_DAYS)
  if (
    pv &&
    longestRun(
      recent.slice(-3).map((p) => p.bright.map(([made]) => made)),
      0.01 * roof.peakPower,
    ) >= STUCK_PV_HOURS
  )
    found.add('pvStuck')
  if (
    longestRun(
      recent.slice(-3).map((p) => p.consumed),
      1,
    ) >= STUCK_LOAD_HOURS
  )
    found.add('loadStuck')
  if (pv && last.every((p) => p.sunLow < -0.02 * roof.peakPower)) found.add('pvReversed')
  if (last.every((p) => p.nightLoad < -5)) found.add('loadReversed')
  if (last.every((p) => p.loadTop < 5)) found.add('loadDead')
  if (pv && isDead(recent, roof, options.sunny)) found.add('pvDead')
  const nightPv =
    pv && !options.battery && last.filter((p) => p.nightPv > Math.max(20, 0.01 * roof.peakPower)).length >= 3
  const nightless = last.every((p) => Math.abs(p.nightLoad) < 8 && p.loadTop > 100)
  if (nightPv && nightless) found.add('swapped')
  if (nightPv) found.add('pvAtNight')
  if (nightless) found.add('loadZeroNight')
  if (pv && isNet(recent, roof.peakPower)) found.add('loadNet')
  if (pv && isZeroInSun(recent)) found.add('loadZeroSun')
  return SENSOR_FAULTS.filter(
    (kind) => found.has(kind) && !HIDES.some(([by, hidden]) => hidden === kind && found.has(by)),
  )
}

/** What one fault explains of another. */
const HIDES: readonly (readonly [by: SensorFaultKind, hidden: SensorFaultKind])[] = [
  ['swapped', 'loadNet'],
  ['swapped', 'pvAtNight'],
  ['swapped', 'loadZeroNight'],
  ['pvStuck', 'pvAtNight'],
  ['pvStuck', 'loadNet'],
  ['loadDead', 'loadZeroSun'],
  ['loadZeroSun', 'loadNet'],
  ['loadReversed', 'loadNet'],
  ['loadReversed', 'loadZeroSun'],
]

const STUCK_PV_HOURS = 8
const STUCK_LOAD_HOURS = 18

interface DayParts {
  readonly day: number
  readonly produced: HourSeries
  readonly consumed: HourSeries
  /** Mean Wh per hour in the hours far from any light; NaN where none is known. */
  readonly nightPv: number
  readonly nightLoad: number
  /** Mean production of the brightest hours. */
  readonly sunLow: number
  readonly loadTop: number
  readonly pvTop: number
  readonly nightLoads: readonly number[]
  /** Production and consumption of the hours with light, and of the bright ones among them. */
  readonly light: readonly (readonly [pv: number, load: number])[]
  readonly bright: readonly (readonly [pv: number, load: number])[]
}

function partsOf(day: number, produced: HourSeries, consumed: HourSeries, clear: HourSeries): DayParts {
  const light = (h: number) => (h < 0 || h > 23 ? 0 : hourOf(clear, h))
  const best = Math.max(...clear)
  const night: number[] = []
  const lit: number[] = []
  const bright: number[] = []
  for (let h = 0; h < 24; h += 1) {
    if (best > 0 && light(h - 1) + light(h) + light(h + 1) === 0) night.push(h)
    if (light(h) > 0.08 * best && best > 0) lit.push(h)
    if (light(h) > 0.45 * best && best > 0) bright.push(h)
  }
  return {
    day,
    produced,
    consumed,
    nightPv: meanAt(produced, night),
    nightLoad: meanAt(consumed, night),
    sunLow: meanAt(produced, bright),
    loadTop: topOf(consumed),
    pvTop: topOf(produced),
    nightLoads: night.map((h) => hourOf(consumed, h)).filter((v) => !Number.isNaN(v)),
    light: lit
      .map((h) => [hourOf(produced, h), hourOf(consumed, h)] as const)
      .filter(([, load]) => !Number.isNaN(load)),
    bright: bright.map((h) => [hourOf(produced, h), hourOf(consumed, h)] as const),
  }
}

function meanAt(series: HourSeries, hours: readonly number[]): number {
  const known = hours.map((h) => hourOf(series, h)).filter((v) => !Number.isNaN(v))
  return known.length === 0 ? Number.NaN : known.reduce((s, v) => s + v, 0) / known.length
}

/** Largest value, by its size, of a day; NaN without any. */
function topOf(series: HourSeries): number {
  const known = [...series].filter((v) => !Number.isNaN(v))
  return known.length < 12 ? Number.NaN : Math.max(...known.map(Math.abs))
}

/** Hours in a row with one and the same value above `least`. */
function longestRun(days: readonly ArrayLike<number>[], least: number): number {
  let longest = 0
  let run = 0
  let before = Number.NaN
  for (const day of days) {
    for (const value of Array.from(day)) {
      run = value > least && Math.abs(value - before) <= 1e-6 * value ? run + 1 : 1
      longest = Math.max(longest, value > least ? run : 0)
      before = value
    }
  }
  return longest
}

/** Three sunny days on which nothing at all was made, while the neighbours produced. */
function isDead(days: readonly DayParts[], roof: Roof, sunny: ReadonlySet<number>): boolean {
  const bright = days.filter((p) => sunny.has(p.day)).slice(-3)
  return bright.length === 3 && bright.every((p) => p.pvTop < Math.max(5, 0.003 * roof.peakPower))
}

/**
 * |c - p| shows thrice in daylight: it falls far below what the house uses at its quietest wherever production meets consumption, it
 * rises and falls from hour to hour with the production, and it stays under it. A household does the first two by chance, never all.
 */
function isNet(days: readonly DayParts[], peak: number): boolean {
  const base =
    quantile(
      days.flatMap((p) => p.nightLoads),
      0.1,
    ) ?? 0
  const light = days.flatMap((p) => p.light)
  const met = light.filter(([, load]) => load < 0.5 * base).length / Math.max(1, light.length)
  const strong = days.flatMap((p) => p.bright).filter(([pv, load]) => pv > STRONG * peak && !Number.isNaN(load))
  const under = strong.filter(([pv, load]) => load < pv).length / Math.max(1, strong.length)
  let pp = 0
  let pl = 0
  let steps = 0
  for (const { produced, consumed } of days) {
    for (let h = 1; h < 24; h += 1) {
      if (!(hourOf(produced, h) > STRONG * peak && hourOf(produced, h - 1) > STRONG * peak)) continue
      const rise = hourOf(produced, h) - hourOf(produced, h - 1)
      const loadRise = hourOf(consumed, h) - hourOf(consumed, h - 1)
      if (Number.isNaN(loadRise)) continue
      pp += rise * rise
      pl += rise * Math.max(-1_000, Math.min(1_000, loadRise))
      steps += 1
    }
  }
  if (steps < 12 || pp <= 0 || under < 0.9) return false
  const slope = pl / pp
  return (met > 0.075 && slope > 0.3) || (met > 0.06 && slope > 0.5)
}

/** Share of the peak above which production outruns most households. */
const STRONG = 0.35

/** In bright hours nothing is used, again and again, and at night never nothing. */
function isZeroInSun(days: readonly DayParts[]): boolean {
  const bright = days.flatMap((p) => p.bright).filter(([pv, load]) => pv > 0 && !Number.isNaN(load))
  const zero = bright.filter(([, load]) => Math.abs(load) < 3)
  const nights = days.flatMap((p) => p.nightLoads)
  const dark = nights.filter((load) => Math.abs(load) < 3)
  const zeroDays = days.filter((p) => p.bright.some(([, load]) => Math.abs(load) < 3))
  return (
    zero.length >= 6 && zero.length > 0.06 * bright.length && dark.length < 0.03 * nights.length && zeroDays.length >= 3
  )
}
