import { median, robustSpread } from './robust.ts'
import type { Point } from './trend.ts'
import { misfit, stepMisfit, theilSen, trendScore } from './trend.ts'

/** What a day's light would have given, and what it gave. Days and houses that tell nothing (faults, snow, thick cloud) are left out. */
export interface SoilingDay {
  /** Number of the day on the grid of the sun. */
  readonly day: number
  /** Energy measured, and expected of clean panels from the light that was measured from space, Wh. */
  readonly houses: ReadonlyMap<string, { readonly madeWh: number; readonly expectedWh: number }>
  /** mm of the whole day; null where nobody knows. */
  readonly rainMm: number | null
  readonly snow: boolean
  /** A day of hardly any cloud, on which single roofs can be compared from day to day. */
  readonly clear: boolean
}

/** Why there is no verdict, or what it is. */
export const SOILING_KINDS = ['noWeather', 'snow', 'fewHouses', 'tooSoon', 'clean', 'soiled'] as const
export type SoilingKind = (typeof SOILING_KINDS)[number]

export interface SoilingVerdict {
  readonly kind: SoilingKind
  /** The last day that was looked at. */
  readonly day: number
  /** Day of the last rain that washed, or the first there is. */
  readonly since: number
  readonly plants: number
  /** Share of the plants that have lost more than a twentieth. */
  readonly agreeing: number
  /** Of the yield of clean panels, by now, 0..0.3; and more of it each day. */
  readonly loss: number
  readonly lossPerDay: number
  /** Houses that have lost, most first. */
  readonly soiled: readonly string[]
  /** The middle plant day by day over its value after the rain: the evidence. */
  readonly past: readonly { readonly day: number; readonly ratio: number }[]
}

/** So much rain in a day washes panels (Kimber 2006, as in pvlib). */
export const WASHING_RAIN_MM = 6
export const LEAST_HOUSES = 5
const AFTER_RAIN_DAYS = 10
const RECENT_DAYS = 14
const LEAST_DROP = 0.05
const LEAST_AGREEING = 0.6
/** The drop must stand out from what the weather's own errors make of two such medians. */
const LEAST_SIGMAS = 1.5
const LEAST_TREND = -2
/** A step explains the days better than a steady fall when it leaves less than this share of the misfit. */
const STEP_SHARE = 0.9
const STEP_LEAST = 4
/** Days in a row that have to say the same. */
const IN_A_ROW = 3
/** Further back nothing is compared: seasons change yields too. */
export const SOILING_DAYS = 90
const MOST_LOSS = 0.3
const UNKNOWN_RAIN_DAYS = 3
/** A median of normal values spreads 1.25 times as much as their mean. */
const MEDIAN_SPREAD = 1.2533

/**
 * Whether dirt lies on the roofs of a whole community, which no comparison of neighbours can show: the yield over what the
 * measured light would give, now against after the last rain. `days` oldest first; `cleaned` = the day of a house's last cleaning.
 * Thresholds: NREL's and pvlib's for soiling from yield alone, and twice the spread of a year of one roof (14 days: 2.2 %).
 */
export function judgeSoiling(days: readonly SoilingDay[], cleaned: ReadonlyMap<string, number> = new Map()) {
  const last = judgeOnce(days, cleaned)
  for (let back = 1; back < IN_A_ROW && last.kind === 'soiled'; back += 1) {
    if (judgeOnce(days.slice(0, -back), cleaned).kind !== 'soiled') return { ...last, kind: 'clean' as const }
  }
  return last
}

function judgeOnce(all: readonly SoilingDay[], cleaned: ReadonlyMap<string, number>): SoilingVerdict {
  const today = all.at(-1)?.day ?? 0
  const days = all.filter((d) => d.day > today - SOILING_DAYS)
  const rain = days.findLast((d) => (d.rainMm ?? 0) >= WASHING_RAIN_MM)?.day
  const since = rain ?? (days[0]?.day ?? today) - 1
  const dry = days.filter((d) => d.day > since)
  const verdict = (kind: SoilingKind, more: Partial<SoilingVerdict> = {}): SoilingVerdict => ({
    ...{ kind, day: today, since, plants: 0, agreeing: 0, loss: 0, lossPerDay: 0, soiled: [], past: [] },
    ...more,
  })
  if (days.length === 0 || dry.filter((d) => d.rainMm === null).length > UNKNOWN_RAIN_DAYS) return verdict('noWeather')
  if (dry.slice(-RECENT_DAYS).some((d) => d.snow)) return verdict('snow')
  const roofs = [...new Set(dry.flatMap((d) => [...d.houses.keys()]))].map((house) =>
    followRoof(house, pointsOf(dry, house, cleaned.get(house) ?? since)),
  )
  if (roofs.length < LEAST_HOUSES) return verdict('fewHouses', { plants: roofs.length })
  const told = roofs.filter((roof) => roof.drop !== null)
  if (told.length < LEAST_HOUSES) return verdict('tooSoon', { plants: told.length })
  const past = dry.flatMap(({ day }): Point[] => {
    const value = median(told.flatMap((roof) => roof.relative.get(day) ?? []))
    return value === null ? [] : [{ at: day, value }]
  })
  const soiled = told.filter((roof) => (roof.drop ?? 0) < Math.log(1 - LEAST_DROP))
  const agreeing = soiled.length / told.length
  const line = theilSen(past)
  const lossPerDay = Math.max(0, -(line?.slope ?? 0))
  const figures = {
    ...{ plants: told.length, agreeing, lossPerDay },
    loss: Math.min(MOST_LOSS, 1 - Math.exp(Math.min(0, (line?.slope ?? 0) * (today - since)))),
    soiled: soiled.sort((a, b) => (a.drop ?? 0) - (b.drop ?? 0)).map((roof) => roof.house),
    past: past.map(({ at, value }) => ({ day: at, ratio: Math.round(Math.exp(value) * 1e4) / 1e4 })),
  }
  const drop = median(told.map((roof) => roof.drop ?? 0)) ?? 0
  const isSoiled =
    line !== null &&
    drop < Math.log(1 - LEAST_DROP) &&
    agreeing >= LEAST_AGREEING &&
    trendScore(past) < LEAST_TREND &&
    -drop > LEAST_SIGMAS * spreadOfDrop(past, line) &&
    stepMisfit(past, STEP_LEAST) > STEP_SHARE * misfit(past, line)
  return verdict(isSoiled ? 'soiled' : 'clean', figures)
}

/** ln(made / expected) of a house on the days after its last rain or cleaning. */
function pointsOf(days: readonly SoilingDay[], house: string, after: number): Point[] {
  return days.flatMap(({ day, houses, snow }) => {
    const own = houses.get(house)
    const tells = own !== undefined && own.madeWh > 0 && own.expectedWh > 0 && day > after && !snow
    return tells ? [{ at: day, value: Math.log(own.madeWh / own.expectedWh) }] : []
  })
}

/** A roof over its own value after the rain; `drop` null while there are too few days. */
function followRoof(house: string, points: readonly Point[]) {
  const values = points.map((p) => p.value)
  const base = median(values.slice(0, AFTER_RAIN_DAYS)) ?? 0
  const enough = values.length >= AFTER_RAIN_DAYS + RECENT_DAYS
  return {
    house,
    drop: enough ? (median(values.slice(-RECENT_DAYS)) ?? 0) - base : null,
    relative: new Map(points.map((p) => [p.at, p.value - base])),
  }
}

/** What errors that differ from day to day make of the difference of the two medians. */
function spreadOfDrop(past: readonly Point[], { slope, intercept }: { slope: number; intercept: number }): number {
  const spread = robustSpread(
    past.map((p) => p.value - intercept - slope * p.at),
    0,
  )
  return MEDIAN_SPREAD * (spread ?? 0) * Math.sqrt(1 / AFTER_RAIN_DAYS + 1 / RECENT_DAYS)
}
