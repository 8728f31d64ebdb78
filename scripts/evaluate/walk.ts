import type { DayForecasts, PlantForecast } from '../../hub/domain/forecast.ts'
import { emptyForecast, forecastDay, learnDay, partsOfDay, shareOf } from '../../hub/domain/forecast.ts'
import type { Quantiles } from '../../hub/domain/forecast-band.ts'
import { dayQuantiles, slotQuantiles } from '../../hub/domain/forecast-band.ts'
import { median } from '../../hub/domain/forecast-ratio.ts'
import type { SolarGrid } from '../../hub/domain/solar-grid.ts'

/** A plant's day as it is walked through. */
export interface WalkDay {
  readonly day: number
  readonly start: number
  readonly measured: Float64Array
  readonly clear: Float64Array
  readonly weather: Float64Array | null
}

/** What was forecast of a day the moment before it began, and what came. */
export interface Walked extends WalkDay {
  readonly forecasts: DayForecasts
  /** Of the forecast that counts: with weather where there is weather. */
  readonly forecast: Float64Array
  readonly bands: readonly Quantiles[]
  readonly dayBand: Quantiles
  /** Bands of the forecast without weather of two days before; null where there was none. */
  readonly laterBands: readonly Quantiles[] | null
  readonly daysKnown: number
}

/** Walks several plants through their days together: each day is forecast from the days before it alone, then learned from. */
export function walk(grid: SolarGrid, plants: readonly (readonly WalkDay[])[]): Walked[][] {
  const models: PlantForecast[] = plants.map(() => emptyForecast(grid))
  const byDay = plants.map((days) => new Map(days.map((day) => [day.day, day])))
  const walked: Walked[][] = plants.map(() => [])
  for (const number of [...new Set(plants.flatMap((days) => days.map((d) => d.day)))].sort((a, b) => a - b)) {
    const shares = byDay.map((days) => {
      const day = days.get(number)
      return day ? shareOf(day) : null
    })
    for (const [i, days] of byDay.entries()) {
      const day = days.get(number)
      const model = models[i]
      if (!day || !model) continue
      const forecasts = forecastDay(model, grid, day)
      const forecast = forecasts.weather ?? forecasts.clear
      const band = forecasts.weather ? model.bands.weather : model.bands.clear
      const parts = partsOfDay(day.clear)
      walked[i]?.push({
        ...day,
        forecasts,
        forecast,
        bands: [...forecast].map((value, slot) =>
          slotQuantiles(band, { forecast: value, clear: day.clear[slot] ?? 0, partOfDay: parts[slot] ?? 0 }),
        ),
        dayBand: dayQuantiles(band, total(forecast), total(day.clear)),
        laterBands: forecasts.later
          ? [...forecasts.later].map((value, slot) =>
              slotQuantiles(model.bands.later.clear, {
                forecast: value,
                clear: day.clear[slot] ?? 0,
                partOfDay: parts[slot] ?? 0,
              }),
            )
          : null,
        daysKnown: model.days,
      })
      const peers = shares.filter((share, j) => share !== null && j !== i).map(Number)
      models[i] = learnDay(model, grid, { ...day, well: true, peers }).model
    }
  }
  return walked
}

export function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value), 0)
}

/** The plain blend, and climatology where `follow` is false: shares of the last 30 days, and phi times yesterday's departure. */
export function blend(days: readonly WalkDay[], follow: boolean): Float64Array[] {
  return days.map((today, d) => {
    const window = days.slice(Math.max(0, d - 30), d)
    const shares = today.clear.map((_, slot) => {
      const known = window.filter((w) => !Number.isNaN(w.measured[slot]))
      const clear = known.reduce((sum, w) => sum + (w.clear[slot] ?? 0), 0)
      return clear < 1e-3 ? 0 : Math.min(2, known.reduce((sum, w) => sum + (w.measured[slot] ?? 0), 0) / clear)
    })
    const indices = days.slice(Math.max(0, d - 120), d).map((w) => {
      let clear = 0
      for (const [slot, value] of w.clear.entries())
        if (!Number.isNaN(w.measured[slot])) clear += value * (shares[slot] ?? 0)
      return clear > 0 ? total(w.measured) / clear : Number.NaN
    })
    const known = indices.filter((k) => !Number.isNaN(k))
    const mean = known.reduce((sum, k) => sum + k, 0) / Math.max(1, known.length)
    const last30 = known.slice(-30)
    const mean30 = last30.length ? last30.reduce((sum, k) => sum + k, 0) / last30.length : 1
    let covariance = 0
    let variance = 0
    for (let j = 1; j < indices.length; j++) {
      const x = (indices[j - 1] ?? Number.NaN) - mean
      const y = (indices[j] ?? Number.NaN) - mean
      if (Number.isNaN(x) || Number.isNaN(y)) continue
      covariance += x * y
      variance += x * x
    }
    const phi = follow && variance > 0 ? Math.min(0.9, Math.max(0, covariance / variance)) : 0
    const last = indices.at(-1) ?? Number.NaN
    const k = mean30 + phi * (Number.isNaN(last) ? 0 : last - mean30)
    return today.clear.map((clear, slot) => k * (shares[slot] ?? 0) * clear)
  })
}

/** The middle of several figures; NaN of none. */
export function middle(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : median(values)
}
