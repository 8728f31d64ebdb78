/** What an admin sees and sets of the weather. The API key is never part of it, only whether there is one. */
export interface WeatherForm {
  readonly agreed: { readonly at: number; readonly by: string } | null
  readonly forecastUrl: string
  readonly satelliteUrl: string
  readonly hasKey: boolean
  readonly errors: { readonly [F in WeatherField]?: 'url' | 'posto' }
  readonly saved: boolean
  readonly fetchedAt: number | null
  readonly failure: string | null
  readonly demo: boolean
}

export const WEATHER_FIELDS = ['acconsento', 'previsione_url', 'satellite_url'] as const
export type WeatherField = (typeof WEATHER_FIELDS)[number]
