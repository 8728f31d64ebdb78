import type { RoundedPlace } from '../codec/open-meteo.ts'
import { roundPlace } from '../codec/open-meteo.ts'
import type { Settings } from '../domain/settings.ts'
import { DAY, HOUR } from '../domain/time.ts'
import type { WeatherHour } from '../domain/weather.ts'
import type { WeatherCalls } from '../domain/weather-schedule.ts'
import { afterCall, FIRST_CALL } from '../domain/weather-schedule.ts'
import { SingleRun } from './single-run.ts'
import type { WeatherProvider } from './weather-provider.ts'

export interface WeatherOptions {
  readonly clock: { readonly now: () => number; readonly elapsed: () => number }
  readonly random: () => number
  readonly settings: () => Settings
  readonly provider: (settings: Settings) => WeatherProvider
  readonly load: (place: string, from: number, to: number) => Promise<WeatherHour[]>
  readonly stand: (place: string) => Promise<{ forecastAt: number | null; satelliteTo: number | null }>
  readonly save: (hours: {
    place: string
    at: number
    satellite: boolean
    hours: readonly WeatherHour[]
  }) => Promise<void>
  readonly onNew: () => void
  readonly onFailure: (message: string) => void
}

/** How weather stands, for those who look. */
export interface WeatherStand {
  readonly agreed: boolean
  /** When the forecast in hand was fetched, epoch ms. */
  readonly fetchedAt: number | null
  /** Why the last call failed; null when it did not. */
  readonly failure: string | null
}

/** Satellites are asked once a day, for what is missing of so many days. */
const PAST_DAYS = 45
const SATELLITE_EVERY = DAY
/** The archive lags by hours: the last whole day it has is the day before yesterday, at the latest. */
const KEPT_BEFORE = 2 * DAY

/**
 * Keeps the weather of the neighbourhood: asks when it is due and an admin has agreed, keeps every answer on disk, and goes on
 * with what it has when nobody answers. Run every minute; a call while another runs waits for that one.
 */
export class Weather {
  readonly #options: WeatherOptions
  #calls: WeatherCalls = FIRST_CALL
  #satelliteNotBefore = 0
  #place: string | null = null
  #fetchedAt: number | null = null
  #failure: string | null = null
  readonly #work = new SingleRun(() => this.#run())

  constructor(options: WeatherOptions) {
    this.#options = options
  }

  get stand(): WeatherStand {
    return { agreed: this.#agreed, fetchedAt: this.#agreed ? this.#fetchedAt : null, failure: this.#failure }
  }

  /** Weather hours in hand; none where nobody has agreed. */
  async hours(from: number, to: number): Promise<WeatherHour[]> {
    const place = this.#placeName()
    return place === null || !this.#agreed ? [] : this.#options.load(place, from, to)
  }

  run(): Promise<void> {
    return this.#work.run()
  }

  get #agreed(): boolean {
    const { weather, place } = this.#options.settings()
    return weather.agreed !== null && place !== null
  }

  #placeName(): string | null {
    return placeName(this.#options.settings())
  }

  async #run(): Promise<void> {
    const { clock, settings, stand } = this.#options
    const { place } = settings()
    if (!this.#agreed || place === null) {
      this.#place = null
      this.#failure = null
      return
    }
    const rounded = roundPlace(place)
    const name = nameOf(rounded)
    if (this.#place !== name) {
      this.#place = name
      this.#calls = FIRST_CALL
      this.#satelliteNotBefore = 0
      const known = await stand(name)
      this.#fetchedAt = known.forecastAt
      // A restart asks no sooner than the hub would have without it.
      const age = known.forecastAt === null ? Number.POSITIVE_INFINITY : clock.now() - known.forecastAt
      if (age >= 0 && age < HOUR) this.#calls = { notBefore: clock.elapsed() + HOUR - age, failures: 0 }
    }
    if (clock.elapsed() >= this.#calls.notBefore) await this.#fetchForecast(rounded)
    if (this.#calls.failures === 0 && clock.elapsed() >= this.#satelliteNotBefore) await this.#fetchPast(rounded)
  }

  async #fetchForecast(place: RoundedPlace): Promise<void> {
    const { clock, provider, settings, random, save, onNew } = this.#options
    const answer = await provider(settings()).forecast(place)
    if (!answer.ok) {
      this.#calls = afterCall(this.#calls, clock.elapsed(), { ok: false, ...answer.error }, random())
      return this.#failed(answer.error.message)
    }
    const at = clock.now()
    await save({
      place: nameOf(place),
      at,
      satellite: false,
      hours: answer.value.filter((h) => h.start >= at - KEPT_BEFORE),
    })
    this.#calls = afterCall(this.#calls, clock.elapsed(), { ok: true }, random())
    this.#fetchedAt = at
    this.#failure = null
    onNew()
  }

  /** What a satellite saw of the last weeks, from where the last answer ended. A failure waits for tomorrow: nothing depends on it. */
  async #fetchPast(place: RoundedPlace): Promise<void> {
    const { clock, provider, settings, stand, save, onNew } = this.#options
    this.#satelliteNotBefore = clock.elapsed() + SATELLITE_EVERY
    const now = clock.now()
    const known = await stand(nameOf(place))
    const from = Math.max(now - PAST_DAYS * DAY, known.satelliteTo ?? 0)
    const answer = await provider(settings()).past(place, dateOf(from), dateOf(now - DAY))
    if (!answer.ok) return this.#failed(answer.error.message)
    await save({ place: nameOf(place), at: now, satellite: true, hours: answer.value.filter((h) => h.start < now) })
    onNew()
  }

  #failed(message: string): void {
    this.#failure = message
    this.#options.onFailure(message)
  }
}

/** The community's place as its weather is kept under; null where it is not set. */
export function placeName({ place }: Pick<Settings, 'place'>): string | null {
  return place === null ? null : nameOf(roundPlace(place))
}

function nameOf({ latitude, longitude }: RoundedPlace): string {
  return `${latitude.toFixed(2)},${longitude.toFixed(2)}`
}

function dateOf(at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString().slice(0, 10)
}
