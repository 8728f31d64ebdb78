import type { WeatherSettings } from '../../hub/domain/settings.ts'
import type { HubDeps } from '../deps.ts'
import type { WeatherForm } from '../models/weather.ts'

/** What the settings page shows of the weather. */
export function weatherForm(deps: HubDeps, saved: boolean): WeatherForm {
  const { weather } = deps.registry().settings
  const { fetchedAt, failure } = deps.forecast.weather.stand
  return { ...shownOf(weather, weather), errors: {}, saved, fetchedAt, failure, demo: deps.demo }
}

/** What of the settings may be shown: never the key. */
export function shownOf(next: WeatherSettings, { agreed, apiKey }: WeatherSettings) {
  return { agreed, forecastUrl: next.forecastUrl, satelliteUrl: next.satelliteUrl, hasKey: apiKey !== null }
}
