import type { Bands } from '../domain/forecast.ts'
import { coverageOf, partsOfDay } from '../domain/forecast.ts'
import type { Quantiles } from '../domain/forecast-band.ts'
import { dayQuantiles, slotQuantiles } from '../domain/forecast-band.ts'
import type { ForecastDay } from '../domain/forecast-issue.ts'
import type { SolarGrid } from '../domain/solar-grid.ts'
import { solarDayStart } from '../domain/solar-grid.ts'
import { DAY, HOUR } from '../domain/time.ts'
import type { ScoredDay, StoredForecast } from '../store/forecasts.ts'
import { COMMUNITY } from '../store/forecasts.ts'
import type { LearnedDay, Roof } from './forecast-learning.ts'
import type { Steps } from './steps.ts'

/** Share of a day's light that must be measured for its forecast to be scored. */
const LEAST_COVERAGE = 0.9
/** An hour counts for the band from this share of the day's brightest cloudless hour on. */
const DAYLIGHT = 0.07

interface Facts {
  readonly clear: Float64Array
  readonly measured: Float64Array
  readonly bands: Bands
  readonly forecast: Float64Array
  readonly source: string
  readonly weather: boolean
}

/**
 * A civil day's forecast of the evening before beside what came, for every roof that was measured and for all of them together. Where none
 * was issued, it is the one that would have been, from what was known before the day.
 */
export async function scoreDay(input: {
  readonly day: ForecastDay
  readonly done: LearnedDay
  readonly grid: SolarGrid
  readonly roofs: readonly Roof[]
  readonly stored: (at: number, within: number) => Promise<readonly StoredForecast[]>
  readonly steps: Steps
}): Promise<ScoredDay[]> {
  const { day, done, grid, roofs, steps } = input
  const stored = new Map((await input.stored(day.from, DAY)).map((forecast) => [forecast.house, forecast]))
  steps.restart()
  const facts = new Map<string, Facts>()
  for (const roof of roofs) {
    const before = done.before.get(roof.id)
    if (!before) continue
    const { weather } = before.forecasts
    const inWatts = (values: Float64Array) => values.map((value) => value * roof.peakPower)
    facts.set(roof.id, {
      clear: inWatts(before.modelled.clear),
      measured: inWatts(before.measured),
      bands: before.model.bands,
      forecast: inWatts(weather ?? before.forecasts.clear),
      source: weather ? 'meteo' : 'cielo_sereno',
      weather: weather !== null,
    })
    await steps.between()
  }
  const all = [...facts.values()]
  const isComplete = all.length > 0 && all.every((f) => coverageOf(f) >= LEAST_COVERAGE)
  if (isComplete) facts.set(COMMUNITY, together(all, done.communityBefore))
  const start = [...done.before.values()][0]?.modelled.day
  if (start === undefined) return []
  const dayStart = solarDayStart(grid, start)
  const scores: ScoredDay[] = []
  for (const [house, fact] of facts) {
    if (coverageOf(fact) < LEAST_COVERAGE) continue
    scores.push(scoreOne(house, day, grid, dayStart, fact, stored.get(house) ?? null))
    await steps.between()
  }
  return scores
}

function together(all: readonly Facts[], bands: Bands): Facts {
  const sum = (of: (f: Facts) => Float64Array) =>
    (all[0]?.clear ?? new Float64Array()).map((_, slot) => all.reduce((total, f) => total + (of(f)[slot] ?? 0), 0))
  const weather = all.every((f) => f.weather)
  return {
    clear: sum((f) => f.clear),
    measured: sum((f) => f.measured),
    forecast: sum((f) => f.forecast),
    bands,
    source: weather ? 'meteo' : 'cielo_sereno',
    weather,
  }
}

function scoreOne(
  house: string,
  day: ForecastDay,
  grid: SolarGrid,
  dayStart: number,
  fact: Facts,
  issued: StoredForecast | null,
): ScoredDay {
  const perHour = Math.round(HOUR / grid.slotMs)
  const parts = partsOfDay(fact.clear)
  const band = fact.weather ? fact.bands.weather : fact.bands.clear
  const brightest = Math.max(...fact.clear)
  let factWh = 0
  let forecastWh = 0
  let clearWh = 0
  let inside = 0
  let hours = 0
  // Hours of the clock, as issued: the sun's day begins between two of them.
  const first = ((((day.from - dayStart) % HOUR) + HOUR) % HOUR) / grid.slotMs
  for (let slot = first; slot + perHour <= grid.slots; slot += perHour) {
    const mean = (values: Float64Array) => meanOf(values, slot, perHour)
    const measured = mean(fact.measured)
    const clear = mean(fact.clear)
    const forecast = mean(fact.forecast)
    forecastWh += forecast
    clearWh += clear
    if (Number.isNaN(measured)) continue
    factWh += measured
    if (clear < DAYLIGHT * brightest) continue
    const start = dayStart + slot * grid.slotMs
    const expected = issued
      ? hourAt(issued, start)
      : slotQuantiles(band, { forecast, clear, partOfDay: parts[slot + (perHour >> 1)] ?? 0 })
    if (!expected) continue
    hours += 1
    if (measured >= expected.p10 && measured <= expected.p90) inside += 1
  }
  const whole: Quantiles = issued?.days.find((d) => d.day === day.day) ?? dayQuantiles(band, forecastWh, clearWh)
  return {
    start: day.from,
    day: day.day,
    house,
    issuedAt: issued?.at ?? null,
    source: issued?.source ?? fact.source,
    p10Wh: whole.p10,
    p50Wh: whole.p50,
    p90Wh: whole.p90,
    factWh,
    hoursInside: inside,
    hours,
  }
}

/** Mean of what is known of some slots; NaN where it is too little. */
function meanOf(values: Float64Array, from: number, length: number): number {
  let sum = 0
  let n = 0
  for (let i = from; i < from + length; i++) {
    const value = values[i] ?? Number.NaN
    if (Number.isNaN(value)) continue
    sum += value
    n += 1
  }
  return n * 2 < length ? Number.NaN : sum / n
}

/** The hour of a stored forecast that begins at `start`. */
function hourAt({ hours }: StoredForecast, start: number): Quantiles | null {
  const i = (start - hours.from) / HOUR
  const p50 = hours.p50[i]
  return p50 === undefined ? null : { p10: hours.p10[i] ?? 0, p50, p90: hours.p90[i] ?? 0 }
}
