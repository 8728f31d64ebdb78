import type { Band, BandFact } from './forecast-band.ts'
import { EMPTY_BAND, LEAST_CLEAR, learnBand } from './forecast-band.ts'
import type { RatioModel } from './forecast-ratio.ts'
import { applyRatio, emptyRatio, learnRatio } from './forecast-ratio.ts'
import type { ShapeModel } from './forecast-shape.ts'
import { DARK_YIELD, emptyShape, expectedShares, learnShape } from './forecast-shape.ts'
import type { PeerPast } from './forecast-well.ts'
import { addPast, isWell } from './forecast-well.ts'
import type { SolarGrid } from './solar-grid.ts'
import { HOUR, MINUTE } from './time.ts'

/** Where a forecast comes from: fresh weather, weather up to 72 h old, the cloudless sky and what was learned, the typical year. */
export const FORECAST_SOURCES = ['meteo', 'cache', 'cielo_sereno', 'anno_tipo'] as const
export type ForecastSource = (typeof FORECAST_SOURCES)[number]

/** Weather fetched so long ago is still fresh, ms; and still of use. */
export const WEATHER_FRESH = 3 * HOUR
export const WEATHER_USABLE = 72 * HOUR
/** Days of which a plant must be known before its own past is worth more than the typical year. */
export const DAYS_TO_KNOW = 3

/** Everything learned of one plant; plain data. All outputs are W per Wp on the slots of one `SolarGrid`. */
export interface PlantForecast {
  /** Last solar day that was looked at; null at first. */
  readonly learnedTo: number | null
  /** Days that were learned from. */
  readonly days: number
  readonly shape: ShapeModel
  readonly ratio: RatioModel
  readonly bands: Bands
  /** What it makes beside its neighbours: see `isWell`. */
  readonly past: PeerPast
  /** Shares of the cloudless day that were expected of a day two days before it. */
  readonly ahead: { readonly day: number; readonly shares: Float64Array } | null
}

/** Misses without weather, and with: of the days up to the next, and of the day after that, of which less is known. */
export interface Bands {
  readonly clear: Band
  readonly weather: Band
  readonly later: { readonly clear: Band; readonly weather: Band }
}

export const EMPTY_BANDS: Bands = {
  clear: EMPTY_BAND,
  weather: EMPTY_BAND,
  later: { clear: EMPTY_BAND, weather: EMPTY_BAND },
}

export function emptyForecast(grid: SolarGrid): PlantForecast {
  return {
    learnedTo: null,
    days: 0,
    shape: emptyShape(grid.slots),
    ratio: emptyRatio(grid.slots),
    bands: EMPTY_BANDS,
    past: [],
    ahead: null,
  }
}

/** What a plant would give on a solar day: under a cloudless sky, and in the day's weather where that is known. */
export interface ModelledDay {
  readonly day: number
  readonly clear: Float64Array
  readonly weather: Float64Array | null
}

/** A day that is over. */
export interface DayFacts extends ModelledDay {
  /** NaN where nothing is known. */
  readonly measured: Float64Array
  /** No fault is known of the plant on that day. */
  readonly well: boolean
  /** What the neighbours made of a cloudless day, each as a share; see `shareOf`. */
  readonly peers: readonly number[]
  /** The day's forecasts with weather as they were issued, the day before and two days before; null where there was none. */
  readonly issued?: Float64Array | null
  readonly issuedEarlier?: Float64Array | null
}

/** The day's forecasts, as they stood before it: what its bands are learned from. */
export interface DayForecasts {
  readonly clear: Float64Array
  readonly weather: Float64Array | null
  /** Without weather, from what was known two days before; null where that was not kept. */
  readonly later: Float64Array | null
}

/** Forecasts of a day from what is known before it. */
export function forecastDay(model: PlantForecast, grid: SolarGrid, day: ModelledDay): DayForecasts {
  const shares = expectedShares(model.shape, grid, day.day)
  const { ahead } = model
  return {
    clear: day.clear.map((clear, slot) => clear * (shares[slot] ?? 0)),
    weather: day.weather ? applyRatio(model.ratio, day.weather) : null,
    later: ahead?.day === day.day ? day.clear.map((clear, slot) => clear * (ahead.shares[slot] ?? 0)) : null,
  }
}

/** Share of the light of a day that must be measured for the day to be learned from. */
const LEAST_COVERAGE = 0.8

/** Goes on by one day; days come in order. Of a day on which the plant was not well, or is hardly known, nothing is learned. */
export function learnDay(
  model: PlantForecast,
  grid: SolarGrid,
  facts: DayFacts,
): { readonly model: PlantForecast; readonly forecasts: DayForecasts } {
  const forecasts = forecastDay(model, grid, facts)
  const share = shareOf(facts)
  if (!facts.well || share === null || !isWell(share, facts.peers, model.past)) {
    return { model: { ...model, learnedTo: facts.day }, forecasts }
  }
  const withWeather = facts.issued ?? forecasts.weather
  const learn = (band: Band, forecast: Float64Array | null | undefined) =>
    forecast ? learnFrom(band, grid, facts, forecast) : band
  const { later } = model.bands
  return {
    forecasts,
    model: {
      past: addPast(model.past, share, facts.peers),
      learnedTo: facts.day,
      days: model.days + 1,
      shape: learnShape(model.shape, grid, facts),
      ratio: facts.weather
        ? learnRatio(model.ratio, grid, { measured: facts.measured, modelled: facts.weather })
        : model.ratio,
      bands: {
        clear: learn(model.bands.clear, forecasts.clear),
        weather: learn(model.bands.weather, withWeather),
        later: {
          clear: learn(later.clear, forecasts.later),
          weather: learn(later.weather, facts.issuedEarlier),
        },
      },
      ahead: { day: facts.day + 1, shares: expectedShares(model.shape, grid, facts.day + 1) },
    },
  }
}

/** Adds a day's misses to a band; for a plant in W per Wp, for a community in W. */
export function learnFrom(
  band: Band,
  grid: SolarGrid,
  facts: { readonly day: number; readonly clear: Float64Array; readonly measured: Float64Array },
  forecast: Float64Array,
): Band {
  const perHour = Math.max(1, Math.round(HOUR / grid.slotMs))
  const parts = partsOfDay(facts.clear)
  const most = Math.max(...facts.clear)
  // In units of the day's brightest slot, so that a community's watts and a plant's yields have the same dark.
  const least = LEAST_CLEAR * Math.max(1, most)
  const samples: BandFact[] = []
  const sums = { forecast: 0, fact: 0, clear: 0 }
  for (const [slot, clear] of facts.clear.entries()) {
    const fact = facts.measured[slot] ?? Number.NaN
    if (Number.isNaN(fact)) continue
    const expected = forecast[slot] ?? 0
    sums.forecast += expected
    sums.fact += fact
    sums.clear += clear
    if (clear < least || (slot + facts.day) % perHour !== 0) continue
    samples.push({ forecast: expected, clear, partOfDay: parts[slot] ?? 0, fact })
  }
  return learnBand(band, samples, coverageOf(facts) < LEAST_COVERAGE ? null : sums)
}

/** When in the light of its day each slot lies, 0..1. */
export function partsOfDay(clear: Float64Array): Float64Array {
  const most = Math.max(...clear)
  const lit = [...clear.keys()].filter((slot) => (clear[slot] ?? 0) > DARK_YIELD * Math.max(1, most))
  const first = lit[0] ?? 0
  const length = Math.max(1, (lit.at(-1) ?? 0) - first + 1)
  return clear.map((_, slot) => Math.min(1, Math.max(0, (slot - first + 0.5) / length)))
}

/** Share of the day's light in which something is known, by cloudless output. */
export function coverageOf(day: { readonly clear: Float64Array; readonly measured: Float64Array }): number {
  let known = 0
  let all = 0
  for (const [slot, clear] of day.clear.entries()) {
    all += clear
    if (!Number.isNaN(day.measured[slot])) known += clear
  }
  return all === 0 ? 0 : known / all
}

/** What was made of a cloudless day, 0..1 and a little more; null where too little of its light is known. */
export function shareOf(day: { readonly clear: Float64Array; readonly measured: Float64Array }): number | null {
  if (coverageOf(day) < LEAST_COVERAGE) return null
  let measured = 0
  let clear = 0
  for (const [slot, value] of day.clear.entries()) {
    const fact = day.measured[slot] ?? Number.NaN
    if (Number.isNaN(fact)) continue
    measured += fact
    clear += value
  }
  return measured / clear
}

/** A forecast follows what it has just missed for so long, e-folding, ms. */
const FOLLOW = 3 * HOUR
const FOLLOWED = 90 * MINUTE
const FOLLOW_RANGE = [0.3, 2] as const

/**
 * Today's forecast, corrected by the last hour and a half: what was measured over what had been forecast, fading into the
 * hours to come. `now` is the number of slots that are over. Worked value: half of the forecast measured, an hour ahead -> x 0.64.
 */
export function followToday(
  forecast: Float64Array,
  measured: Float64Array,
  grid: SolarGrid,
  now: number,
): Float64Array {
  let fact = 0
  let expected = 0
  for (let slot = Math.max(0, now - Math.round(FOLLOWED / grid.slotMs)); slot < now; slot++) {
    if (Number.isNaN(measured[slot] ?? Number.NaN)) continue
    fact += measured[slot] ?? 0
    expected += forecast[slot] ?? 0
  }
  if (expected * (grid.slotMs / HOUR) < LEAST_FOLLOWED) return forecast
  const missed = Math.min(FOLLOW_RANGE[1], Math.max(FOLLOW_RANGE[0], fact / expected)) - 1
  return forecast.map((value, slot) =>
    slot < now ? value : value * (1 + missed * Math.exp((-(slot - now + 0.5) * grid.slotMs) / FOLLOW)),
  )
}

/** Wh per Wp that must have been expected for a miss to mean something. */
const LEAST_FOLLOWED = 0.05

/** Which forecast of a day to use, and what to call it. `weatherAge` in ms, null without weather. */
export function chooseSource(weatherAge: number | null, hasWeather: boolean, daysKnown: number): ForecastSource {
  if (hasWeather && weatherAge !== null && weatherAge <= WEATHER_FRESH) return 'meteo'
  if (hasWeather && weatherAge !== null && weatherAge <= WEATHER_USABLE) return 'cache'
  return daysKnown >= DAYS_TO_KNOW ? 'cielo_sereno' : 'anno_tipo'
}
