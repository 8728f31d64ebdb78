import { z } from 'zod'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'
import { HOUR } from '../domain/time.ts'
import type { WeatherHour } from '../domain/weather.ts'

/** A position as it leaves the house: two decimals, about a kilometre. */
export interface RoundedPlace {
  readonly latitude: number
  readonly longitude: number
}

/** Worked value: 45.06783 N 7.69214 E -> 45.07, 7.69. */
export function roundPlace(place: { readonly latitude: number; readonly longitude: number }): RoundedPlace {
  const round = (degrees: number) => Math.round(degrees * 100) / 100 + 0
  return { latitude: round(place.latitude), longitude: round(place.longitude) }
}

/** Field asked for -> what it becomes, the unit it must be in, and the values that can be true. */
const FIELDS = {
  shortwave_radiation: { unit: 'W/m²', range: [-200, 2000], required: true },
  direct_normal_irradiance: { unit: 'W/m²', range: [-200, 2000], required: false },
  diffuse_radiation: { unit: 'W/m²', range: [-200, 2000], required: false },
  temperature_2m: { unit: '°C', range: [-90, 70], required: false },
  wind_speed_10m: { unit: 'm/s', range: [0, 150], required: false },
  precipitation: { unit: 'mm', range: [0, 500], required: false },
  snow_depth: { unit: 'm', range: [0, 30], required: false },
} as const
type Field = keyof typeof FIELDS

/** The satellite sees light alone; air, rain and snow of the past come with the forecast's past days. */
const SATELLITE_FIELDS: readonly Field[] = ['shortwave_radiation', 'direct_normal_irradiance', 'diffuse_radiation']

export interface OpenMeteoAccess {
  readonly baseUrl: string
  readonly apiKey: string | null
}

/** URL of the forecast for `days` days from today on, with the two days before. */
export function forecastUrl(access: OpenMeteoAccess, place: RoundedPlace, days: number): string {
  return urlOf(access, place, Object.keys(FIELDS), {
    forecast_days: String(days),
    past_days: '2',
    wind_speed_unit: 'ms',
  })
}

/** URL of what a satellite has measured on the days `from` to `to`, such as 2026-06-01, both included. */
export function satelliteUrl(access: OpenMeteoAccess, place: RoundedPlace, from: string, to: string): string {
  return urlOf(access, place, SATELLITE_FIELDS, { start_date: from, end_date: to })
}

function urlOf(
  { baseUrl, apiKey }: OpenMeteoAccess,
  place: RoundedPlace,
  fields: readonly string[],
  more: Record<string, string>,
): string {
  const url = new URL(baseUrl)
  const query = {
    latitude: place.latitude.toFixed(2),
    longitude: place.longitude.toFixed(2),
    hourly: fields.join(','),
    timeformat: 'unixtime',
    timezone: 'GMT',
    ...more,
    ...(apiKey === null ? {} : { apikey: apiKey }),
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

/** Sixteen days ahead and ninety-two back are the most the service gives. */
const MAX_HOURS = 120 * 24

const ANSWER = z.object({
  utc_offset_seconds: z.number(),
  hourly_units: z.record(z.string(), z.string()),
  hourly: z
    .object({ time: z.array(z.union([z.number(), z.string()])).max(MAX_HOURS) })
    .catchall(z.array(z.number().nullable()).max(MAX_HOURS)),
})

/**
 * The hours of an answer. Every value is the mean of the hour BEFORE its label, so an hour starts one hour before it. Hours whose
 * irradiance is null are left out, negative light counts as none. Anything else that is not as agreed is a sentence.
 */
export function decodeOpenMeteo(text: string): Result<WeatherHour[], string> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return fail(`the answer is not whole JSON (${text.length} characters)`)
  }
  const parsed = ANSWER.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return fail(`the answer has no usable "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'not as documented'}`)
  }
  const { hourly, hourly_units: units, utc_offset_seconds: offset } = parsed.data
  if (offset !== 0) return fail(`the times are ${offset} s off GMT; GMT was asked for`)
  const series = (field: Field) => hourly[field] as readonly (number | null)[] | undefined
  for (const [field, { unit, required }] of Object.entries(FIELDS) as [Field, (typeof FIELDS)[Field]][]) {
    const values = series(field)
    if (!values && required) return fail(`the answer has no "${field}"`)
    if (!values) continue
    if (values.length !== hourly.time.length)
      return fail(`"${field}" has ${values.length} values for ${hourly.time.length} hours`)
    if (units[field] !== unit) return fail(`"${field}" is in "${units[field] ?? ''}", not in ${unit}`)
  }
  const hours: WeatherHour[] = []
  for (const [i, label] of hourly.time.entries()) {
    const end = typeof label === 'number' ? label * 1000 : Date.parse(`${label}Z`)
    if (!Number.isFinite(end) || end % HOUR !== 0) return fail(`"${label}" is not the time of a whole hour`)
    const value = (field: Field): number | null => {
      const v = series(field)?.[i] ?? null
      const [low, high] = FIELDS[field].range
      return v === null || v < low || v > high ? null : v
    }
    const light = (field: Field) => {
      const v = value(field)
      return v === null ? null : Math.max(0, v)
    }
    const ghi = light('shortwave_radiation')
    if (ghi === null) continue
    hours.push({
      start: end - HOUR,
      ghi,
      dni: light('direct_normal_irradiance'),
      dhi: light('diffuse_radiation'),
      airTemperature: value('temperature_2m'),
      windSpeed: value('wind_speed_10m'),
      precipitation: value('precipitation'),
      snowDepth: value('snow_depth'),
    })
  }
  return hours.length === 0 ? fail('the answer has no hour with irradiance') : ok(hours)
}

const REFUSAL = z.object({ error: z.literal(true), reason: z.string() })

/** The reason the service gives with a refusal, shortened; null when it gives none. */
export function refusalReason(text: string): string | null {
  try {
    const parsed = REFUSAL.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data.reason.slice(0, 200) : null
  } catch {
    return null
  }
}
