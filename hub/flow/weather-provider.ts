import type { OpenMeteoAccess, RoundedPlace } from '../codec/open-meteo.ts'
import { decodeOpenMeteo, forecastUrl, refusalReason, satelliteUrl } from '../codec/open-meteo.ts'
import type { Result } from '../domain/result.ts'
import { fail } from '../domain/result.ts'
import type { WeatherHour } from '../domain/weather.ts'
import type { Fetched } from '../io/fetch-text.ts'

/** Why there is no weather, in a sentence without its full stop, and what the service asked for. */
export interface WeatherFailure {
  readonly message: string
  readonly tooMany: boolean
  readonly retryAfterS: number | null
}

/** Somebody who knows the weather. One call is one neighbourhood. The hub works with none. */
export interface WeatherProvider {
  /** The days to come, as forecast now, with the last two. */
  readonly forecast: (place: RoundedPlace) => Promise<Result<WeatherHour[], WeatherFailure>>
  /** Light of past days as measured from space, days such as 2026-06-01, both included. */
  readonly past: (place: RoundedPlace, from: string, to: string) => Promise<Result<WeatherHour[], WeatherFailure>>
}

/** Three days are forecast; more of the answer carries the hub over days without the Internet. */
const DAYS = 7

/** Open-Meteo's forecast and its satellite archive, or whoever answers in their words. */
export function openMeteo(
  access: { readonly forecast: OpenMeteoAccess; readonly satellite: OpenMeteoAccess },
  get: (url: string) => Promise<Fetched>,
): WeatherProvider {
  const ask = async (url: string): Promise<Result<WeatherHour[], WeatherFailure>> => {
    const answer = await get(url)
    if (!answer.ok) return fail(failureOf(answer.error, new URL(url).host))
    const decoded = decodeOpenMeteo(answer.text)
    return decoded.ok ? decoded : fail({ message: decoded.error, tooMany: false, retryAfterS: null })
  }
  return {
    forecast: (place) => ask(forecastUrl(access.forecast, place, DAYS)),
    past: (place, from, to) => ask(satelliteUrl(access.satellite, place, from, to)),
  }
}

function failureOf(error: Extract<Fetched, { ok: false }>['error'], host: string): WeatherFailure {
  const failure = (message: string) => ({ message, tooMany: false, retryAfterS: null })
  switch (error.kind) {
    case 'timeout':
      return failure(`${host} did not answer in time`)
    case 'network':
      return failure(`${host} could not be reached: ${error.detail}`)
    case 'size':
      return failure(`${host} answered with more than ${error.limit} bytes`)
    case 'status': {
      const reason = refusalReason(error.text)
      const message = `${host} answered with status ${error.status}${reason ? `: ${reason}` : ''}`
      return { message, tooMany: error.status === 429, retryAfterS: error.retryAfterS }
    }
  }
}
