import type { Site } from '../../hub/domain/irradiance.ts'
import { clearSky } from '../../hub/domain/irradiance.ts'
import { plantPower } from '../../hub/domain/pv-model.ts'
import { median } from '../../hub/domain/robust.ts'
import type { SoilingDay } from '../../hub/domain/soiling.ts'
import { judgeSoiling } from '../../hub/domain/soiling.ts'
import { clearHour, skyAt } from '../../hub/domain/weather.ts'
import type { Evaluation } from './context.ts'
import { isScored } from './context.ts'
import { seeded } from './faults.ts'
import type { SerfSeries } from './houses.ts'
import { readSerf } from './houses.ts'
import type { Row } from './row.ts'
import { atLeast, atMost, rowOf } from './row.ts'

const GROUP = 'cleaning'
const DAY = 86_400_000
const QUARTER = 900_000
/** Solar midnight of Golden, Colorado. */
const SHIFT = -7 * 3_600_000
const PLANE = { tilt: 45, azimuth: 158 }
/** Dry spells that are drawn from the season, each begun by a rain. */
const SPELLS = 200
const HOUSES = 6
const LEAST_SPELL = 40
const RATES = [0.0015, 0.003, 0.005] as const

interface Measured {
  readonly day: number
  readonly madeWh: number
  readonly expectedWh: number
  readonly clear: boolean
}

/**
 * The rule for a whole community on the one open roof that has its satellite weather. Every house of the community is that
 * roof with a spread of its own of 2 %, so that all share every error of the weather: the hardest case for the rule.
 */
export function evaluateCleaning(evaluation: Evaluation): Row[] {
  const season = readSerf(evaluation.data)
  const days = measuredDays(season).filter((d) => isScored(evaluation, d.day * DAY))
  if (days.length <= LEAST_SPELL) return []
  const random = seeded(evaluation.seed)
  const spells = Array.from({ length: SPELLS }, () => {
    const length = LEAST_SPELL + Math.floor(random() * (Math.min(90, days.length) - LEAST_SPELL))
    return { first: Math.floor(random() * (days.length - length)), length, seed: Math.floor(random() * 2 ** 31) }
  })
  const own = (rate: number) => spells.map((spell) => firstAlarm(dirty(days, spell, rate), ruled))
  const naive = (rate: number) => spells.map((spell) => firstAlarm(dirty(days, spell, rate), simple))
  const found = (delays: readonly (number | null)[]) => (100 * delays.filter((d) => d !== null).length) / delays.length
  const healthy = own(0)
  const split = `SERF East, ${days.length} days with satellite weather, ${SPELLS} dry spells of ${LEAST_SPELL}-90 days, ${HOUSES} houses, seed ${evaluation.seed}`
  return [
    rowOf(GROUP, 'healthy dry spells with a false proposal', found(healthy), '%', {
      baselines: { '14-day median down 5 %': found(naive(0)), 'no rule': 0 },
      goal: atMost(0, '%'),
      note: `${split}; an episode of a proposal counts once`,
    }),
    ...RATES.flatMap((rate) => {
      const delays = own(rate)
      const name = `soiling ${(rate * 100).toFixed(2)} %/day on all roofs`
      const long = rate >= 0.003
      return [
        rowOf(GROUP, `${name}: found`, found(delays), '%', {
          baselines: { '14-day median down 5 %': found(naive(rate)), 'no rule': 0 },
          ...(long ? { goal: atLeast(90, '%') } : {}),
        }),
        rowOf(GROUP, `${name}: found after, median`, median(delays.filter((d) => d !== null)) ?? Number.NaN, 'days', {
          baselines: { '14-day median down 5 %': median(naive(rate).filter((d) => d !== null)) ?? Number.NaN },
        }),
      ]
    }),
  ]
}

const ruled = (days: readonly SoilingDay[]) => judgeSoiling(days).kind === 'soiled'

/** The plain form: the middle of fourteen days is down by a twentieth against the first fourteen. */
function simple(days: readonly SoilingDay[]): boolean {
  const ratios = days.slice(1).flatMap((d) => {
    const ratio = median([...d.houses.values()].map((h) => h.madeWh / h.expectedWh))
    return ratio === null ? [] : [ratio]
  })
  if (ratios.length < 28) return false
  return (median(ratios.slice(-14)) ?? 1) < 0.95 * (median(ratios.slice(0, 14)) ?? 1)
}

/** Days after the rain until a rule speaks; null = it never does. */
function firstAlarm(days: readonly SoilingDay[], rule: (days: readonly SoilingDay[]) => boolean): number | null {
  for (let length = 15; length <= days.length; length += 1) if (rule(days.slice(0, length))) return length - 1
  return null
}

function dirty(
  days: readonly Measured[],
  { first, length, seed }: { first: number; length: number; seed: number },
  rate: number,
): SoilingDay[] {
  const random = seeded(seed)
  return days.slice(first, first + length).map(({ day, madeWh, expectedWh, clear }, age) => ({
    day,
    rainMm: age === 0 ? 10 : 0,
    snow: false,
    clear,
    houses: new Map(
      Array.from({ length: HOUSES }, (_, house) => [
        `h${house}`,
        { madeWh: madeWh * (1 - rate * age) * (1 + 0.02 * (2 * random() - 1)), expectedWh },
      ]),
    ),
  }))
}

/** Days on which most of the season's light was measured and there was enough of it. */
function measuredDays({ start, yield: made, ghi, airTemperature, place }: SerfSeries): Measured[] {
  const site: Site = place
  const sums = new Map<number, { made: number; expected: number; clear: number; light: number; count: number }>()
  for (const [i, at] of start.entries()) {
    const sky = clearSky(at + QUARTER / 2, site)
    if (sky.ghi <= 50) continue
    const light = ghi[i] ?? Number.NaN
    const w = made[i] ?? Number.NaN
    if (Number.isNaN(light) || Number.isNaN(w)) continue
    const hour = clearHour(Math.floor(at / 3_600_000) * 3_600_000, site)
    const weather = { start: at, ghi: (light * hour.ghi) / Math.max(sky.ghi, 1), dni: null, dhi: null, ...AIR }
    const seen = skyAt(sky, hour, weather)
    const day = Math.floor((at + SHIFT) / DAY)
    const sum = sums.get(day) ?? { made: 0, expected: 0, clear: 0, light: 0, count: 0 }
    sums.set(day, sum)
    const air = { airTemperature: airTemperature[i] ?? 20, windSpeed: 1 }
    sum.made += (w * 6000) / 4
    sum.expected += plantPower(seen, air, { ...PLANE, peakPower: 6000, dcAcRatio: 1 }) / 4
    sum.clear += sky.ghi
    sum.light += light
    sum.count += 1
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .flatMap(([day, sum]) => {
      const share = sum.light / sum.clear
      if (sum.count < 30 || share < LEAST_LIGHT || sum.made < 0.1 * sum.expected) return []
      return [{ day, madeWh: sum.made, expectedWh: sum.expected, clear: share > 0.8 }]
    })
}

/** Under thick clouds the satellite's share of error is large. */
const LEAST_LIGHT = 0.4
const AIR = { airTemperature: null, windSpeed: null, precipitation: null, snowDepth: null }
