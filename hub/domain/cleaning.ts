import type { CleaningSettings } from './cleaning-settings.ts'
import type { SoilingDay, SoilingVerdict } from './soiling.ts'
import { WASHING_RAIN_MM } from './soiling.ts'
import type { Tariff } from './tariff.ts'
import { lostKwhEur } from './tariff.ts'
import { DAY, MINUTE } from './time.ts'
import type { WeatherHour } from './weather.ts'

/** What a cleaning would bring until the next rain, and what it costs. Euro are whole cents. */
export interface CleaningMoney {
  /** Days until the next rain that washes: as forecast, or assumed. */
  readonly days: number
  readonly rainForecast: boolean
  readonly lostWh: number
  /** Share of the loss that cleanings have given back so far. */
  readonly efficacy: number
  readonly euroPerKwh: number
  readonly gainEur: number
  readonly costEur: number
  readonly pays: boolean
}

/** Days without rain that are reckoned with where no forecast sees any. */
export const DRY_DAYS = 30
/** With so much rain within these days the sky does the work. */
export const RAIN_SOON_DAYS = 3
/** Days from `now` to the first day with rain that washes, from hours of a forecast; null where none is seen. */
export function daysToRain(hours: readonly WeatherHour[], now: number): number | null {
  const byDay = Map.groupBy(
    hours.filter((h) => h.start >= now),
    (h) => Math.floor((h.start - now) / DAY),
  )
  for (const [day, own] of [...byDay].sort(([a], [b]) => a - b)) {
    if (own.reduce((sum, h) => sum + (h.precipitation ?? 0), 0) >= WASHING_RAIN_MM) return day
  }
  return null
}

/**
 * Whether cleaning pays: the loss goes on until the next rain, and a part of it comes back. `dailyWh` = what the houses would
 * make in a day with clean panels. Worked value: 100 kWh a day, 10 %, 30 days, efficacy 0.8, 0.19 euro -> 45.60 euro.
 */
export function cleaningMoney(input: {
  readonly loss: number
  readonly dailyWh: number
  readonly houses: number
  readonly daysToRain: number | null
  readonly efficacy: number
  readonly tariff: Pick<Tariff, 'importEur' | 'exportEur'>
  readonly settings: Pick<CleaningSettings, 'waterEur' | 'labourEur'>
}): CleaningMoney {
  const { loss, dailyWh, houses, efficacy, tariff, settings } = input
  const days = Math.min(DRY_DAYS, input.daysToRain ?? DRY_DAYS)
  const euroPerKwh = lostKwhEur(tariff)
  const lostWh = Math.round(loss * dailyWh * days)
  const gainEur = cents((lostWh / 1000) * efficacy * euroPerKwh)
  const costEur = cents(houses * (settings.waterEur + settings.labourEur))
  const rainForecast = input.daysToRain !== null
  return { days, rainForecast, lostWh, efficacy, euroPerKwh, gainEur, costEur, pays: gainEur > costEur }
}

/** Houses of a proposal, in the order in which they are cleaned; `control` stays as it is, to compare with. */
export interface CleaningPlan {
  readonly houses: readonly string[]
  readonly control: string | null
}

/**
 * Who is cleaned: the houses that have lost and were not cleaned lately. The smallest of all plants stays uncleaned, as long as
 * three are left: it loses least by it.
 */
export function planCleaning(
  verdict: Pick<SoilingVerdict, 'soiled' | 'day'>,
  peakOf: (house: string) => number,
  cleaned: ReadonlyMap<string, number>,
  settings: Pick<CleaningSettings, 'intervalDays'>,
): CleaningPlan {
  const due = verdict.soiled.filter(
    (h) => verdict.day - (cleaned.get(h) ?? Number.NEGATIVE_INFINITY) >= settings.intervalDays,
  )
  const [control = null] = due.length > 3 ? due.toSorted((a, b) => peakOf(a) - peakOf(b) || (a < b ? -1 : 1)) : []
  return { houses: due.filter((h) => h !== control), control }
}

/** Why panels are not to be wetted now; null = they may be. */
export const HOLDS = ['gelo', 'sole', 'vento', 'pioggia'] as const
export type Hold = (typeof HOLDS)[number]

const FROST_C = 5
const WIND_MS = 8
/** Cold water on hot glass breaks it: only with a low sun, at dawn, at dusk or by night. */
const SUN_ELEVATION = 15

/** `air` null where no weather is known: then the node's own thermometer decides about frost and heat. */
export function holdNow(input: {
  readonly sunElevation: number | null
  readonly air: Pick<WeatherHour, 'airTemperature' | 'windSpeed'> | null
  readonly daysToRain: number | null
}): Hold | null {
  const { sunElevation, air, daysToRain: rain } = input
  if ((air?.airTemperature ?? FROST_C) < FROST_C) return 'gelo'
  if (sunElevation !== null && sunElevation > SUN_ELEVATION) return 'sole'
  if ((air?.windSpeed ?? 0) > WIND_MS) return 'vento'
  return rain !== null && rain < RAIN_SOON_DAYS ? 'pioggia' : null
}

/** One house after the other: the water of a street is not drawn all at once. Epoch ms. */
export function staggered(houses: readonly string[], from: number): ReadonlyMap<string, number> {
  return new Map(houses.map((house, i) => [house, from + i * 15 * MINUTE]))
}

/** What a plant with clean panels makes in a day of the last fortnight, Wh; 0 where nothing is known. */
export function usualDayWh(days: readonly SoilingDay[], house: string): number {
  const own = days.slice(-14).flatMap((d) => d.houses.get(house)?.expectedWh ?? [])
  return own.length === 0 ? 0 : own.reduce((sum, wh) => sum + wh, 0) / own.length
}

function cents(euro: number): number {
  return Math.round(euro * 100) / 100
}
