import type { Bands, DayForecasts, ForecastSource, ModelledDay, PlantForecast } from './forecast.ts'
import { chooseSource, followToday, forecastDay, partsOfDay } from './forecast.ts'
import type { Band, Quantiles } from './forecast-band.ts'
import { dayQuantiles, slotQuantiles } from './forecast-band.ts'
import type { SolarGrid } from './solar-grid.ts'
import { solarDay, solarDayStart } from './solar-grid.ts'
import { HOUR } from './time.ts'

/** A civil day of the community that is forecast. */
export interface ForecastDay {
  /** Such as 2026-06-21. */
  readonly day: string
  readonly from: number
  readonly to: number
}

/** Powers of the slots from `from` on, W, each the mean of its slot. */
export interface IssuedSlots {
  readonly from: number
  readonly slotMs: number
  readonly p10: Float64Array
  readonly p50: Float64Array
  readonly p90: Float64Array
}

/** Energy of a day, Wh; today's is what was measured and what is still to come. */
export interface IssuedDay extends Quantiles {
  readonly day: string
  /** P50 of what is still to come. */
  readonly remaining: number
}

export interface Issued {
  readonly source: ForecastSource
  readonly slots: IssuedSlots
  readonly days: readonly IssuedDay[]
}

/** What is summed up to a community before its own bands are laid around it: W of each slot of each solar day. */
export interface DayWatts {
  readonly day: number
  readonly clear: Float64Array
  readonly forecast: Float64Array
  /** What was measured of it, NaN where nothing is known yet. */
  readonly measured: Float64Array
}

export interface PlantInput {
  readonly model: PlantForecast
  readonly grid: SolarGrid
  /** Wp. */
  readonly peakPower: number
  /** Solar days from today's on, in order. */
  readonly modelled: readonly ModelledDay[]
  /** Today's yields so far, W/Wp. */
  readonly measured: Float64Array
  readonly now: number
  /** Age of the weather, ms; null without. */
  readonly weatherAge: number | null
}

/** A plant's days in W, with today corrected by what it has shown, and the source they come from. */
export function plantWatts(input: PlantInput): { readonly source: ForecastSource; readonly days: readonly DayWatts[] } {
  const { model, grid, peakPower, modelled, measured, now } = input
  const hasWeather = modelled.every((day) => day.weather !== null)
  const source = chooseSource(input.weatherAge, hasWeather, model.days)
  const withWeather = source === 'meteo' || source === 'cache'
  const days = modelled.map((day, i) => {
    const forecasts: DayForecasts = forecastDay(model, grid, day)
    const chosen = (withWeather ? forecasts.weather : null) ?? forecasts.clear
    const over = Math.floor((now - solarDayStart(grid, day.day)) / grid.slotMs)
    const isToday = i === 0 && day.day === solarDay(grid, now)
    const forecast = isToday ? followToday(chosen, measured, grid, over) : chosen
    const known = isToday ? measured : new Float64Array(grid.slots).fill(Number.NaN)
    const inWatts = (values: Float64Array) => values.map((value) => value * peakPower)
    return { day: day.day, clear: inWatts(day.clear), forecast: inWatts(forecast), measured: inWatts(known) }
  })
  return { source, days }
}

/** Bands laid around watts: of a plant with its own, of a community with the community's own. */
export function issue(input: {
  readonly source: ForecastSource
  readonly watts: readonly DayWatts[]
  readonly bands: Bands
  readonly grid: SolarGrid
  readonly days: readonly ForecastDay[]
  readonly now: number
}): Issued {
  const { source, watts, grid, days, now } = input
  const bands = days.map((_, i) => bandAt(input.bands, source, i))
  const bandOf = (index: number) => bands[index] ?? input.bands.clear
  const from = days[0]?.from ?? now
  const length = Math.max(0, Math.round(((days.at(-1)?.to ?? from) - from) / grid.slotMs))
  const slots = {
    from,
    slotMs: grid.slotMs,
    p10: new Float64Array(length),
    p50: new Float64Array(length),
    p90: new Float64Array(length),
  }
  const sums = days.map(() => ({ fact: 0, forecast: 0, clear: 0 }))
  const hours = grid.slotMs / HOUR
  for (const day of watts) {
    const parts = partsOfDay(day.clear)
    const start = solarDayStart(grid, day.day)
    for (const [slot, forecast] of day.forecast.entries()) {
      const at = start + slot * grid.slotMs
      const index = Math.round((at - from) / grid.slotMs)
      const clear = day.clear[slot] ?? 0
      if (index < 0 || index >= length) continue
      const ahead = days.findIndex((d) => at >= d.from && at < d.to)
      const { p10, p50, p90 } = slotQuantiles(bandOf(ahead), { forecast, clear, partOfDay: parts[slot] ?? 0 })
      slots.p10[index] = p10
      slots.p50[index] = p50
      slots.p90[index] = p90
      const sum = sums[ahead]
      if (!sum) continue
      const fact = day.measured[slot] ?? Number.NaN
      if (at + grid.slotMs <= now) sum.fact += (Number.isNaN(fact) ? forecast : fact) * hours
      else {
        // Of the slot that is under way the part to come.
        const left = Math.min(1, (at + grid.slotMs - now) / grid.slotMs)
        sum.fact += (Number.isNaN(fact) ? forecast : fact) * hours * (1 - left)
        sum.forecast += forecast * hours * left
        sum.clear += clear * hours * left
      }
    }
  }
  return { source, slots, days: days.map(({ day }, i) => wholeDay(day, bandOf(i), sums[i] ?? NO_SUMS)) }
}

/** The misses to lay around the day `index` days from today. With weather, those of the day after next are known once it was issued so. */
function bandAt({ clear, weather, later }: Bands, source: ForecastSource, index: number): Band {
  if (source !== 'meteo' && source !== 'cache') return index < 2 ? clear : later.clear
  if (index < 2) return weather
  return later.weather.days.length >= ENOUGH_DAYS ? later.weather : widened(weather)
}

const ENOUGH_DAYS = 10
/** How much wider misses of the day after next are taken to be while there are none yet: a guess on the wide side. */
const WIDER = 1.25

function widened(band: Band): Band {
  return { ...band, stretch: { slots: WIDER * band.stretch.slots, days: WIDER * band.stretch.days } }
}

const NO_SUMS = { fact: 0, forecast: 0, clear: 0 }

function wholeDay(day: string, band: Band, { fact, forecast, clear }: typeof NO_SUMS): IssuedDay {
  const { p10, p50, p90 } = dayQuantiles(band, forecast, clear)
  return { day, p10: fact + p10, p50: fact + p50, p90: fact + p90, remaining: p50 }
}

/** Watts of several plants added up, day by day; unmeasured where any plant is. */
export function addWatts(plants: readonly (readonly DayWatts[])[]): DayWatts[] {
  const sums = new Map<number, DayWatts>()
  for (const day of plants.flat()) {
    const sum = sums.get(day.day)
    const add = (a: Float64Array, b: Float64Array) => a.map((value, slot) => value + (b[slot] ?? 0))
    sums.set(
      day.day,
      sum
        ? {
            day: day.day,
            clear: add(sum.clear, day.clear),
            forecast: add(sum.forecast, day.forecast),
            measured: add(sum.measured, day.measured),
          }
        : day,
    )
  }
  return [...sums.values()].sort((a, b) => a.day - b.day)
}

/** Mean powers of the hours of a forecast, W, from an instant on. */
export interface IssuedHour {
  readonly start: number
  readonly p10W: number
  readonly p50W: number
  readonly p90W: number
}

/** Slots gathered to hours that begin at or after the hour of `since`. */
export function hoursOf({ from, slotMs, p10, p50, p90 }: IssuedSlots, since = from): IssuedHour[] {
  const per = Math.max(1, Math.round(HOUR / slotMs))
  const hours: IssuedHour[] = []
  const mean = (values: Float64Array, first: number) => {
    let sum = 0
    for (let i = first; i < first + per; i++) sum += values[i] ?? 0
    return sum / per
  }
  const first = Math.max(0, Math.floor((Math.floor(since / HOUR) * HOUR - from) / slotMs))
  for (let i = first; i + per <= p50.length; i += per)
    hours.push({ start: from + i * slotMs, p10W: mean(p10, i), p50W: mean(p50, i), p90W: mean(p90, i) })
  return hours
}

/** The stretch of `length` ms in which most is expected between two instants, by P50; null where nothing is. */
export function bestWindow(
  { from, slotMs, p50 }: IssuedSlots,
  span: { readonly from: number; readonly to: number },
  length: number,
): { readonly start: number; readonly end: number; readonly wh: number } | null {
  const per = Math.round(length / slotMs)
  const first = Math.max(0, Math.ceil((span.from - from) / slotMs))
  const last = Math.min(p50.length, Math.floor((span.to - from) / slotMs))
  let best: { start: number; end: number; wh: number } | null = null
  for (let i = first; i + per <= last; i++) {
    let wh = 0
    for (let slot = i; slot < i + per; slot++) wh += ((p50[slot] ?? 0) * slotMs) / HOUR
    if (wh > (best?.wh ?? 0) + 1e-9) best = { start: from + i * slotMs, end: from + i * slotMs + length, wh }
  }
  return best
}

/** Energy still expected of a stretch by P50, Wh. */
export function remainingWh(
  { from, slotMs, p50 }: IssuedSlots,
  span: { readonly from: number; readonly to: number },
): number {
  let wh = 0
  for (const [i, w] of p50.entries()) {
    const start = Math.max(span.from, from + i * slotMs)
    const end = Math.min(span.to, from + (i + 1) * slotMs)
    if (end > start) wh += (w * (end - start)) / HOUR
  }
  return wh
}
