import type { ForecastDay, Issued } from '../domain/forecast-issue.ts'
import type { Settings } from '../domain/settings.ts'
import type { SolarGrid } from '../domain/solar-grid.ts'
import type { WeatherHour } from '../domain/weather.ts'
import type { ScoredDay } from '../store/forecasts.ts'
import type { Learned, Roof } from './forecast-learning.ts'
import type { scoreDay } from './forecast-scores.ts'

/** What forecasting asks of the disk and the rest of the hub. */
export interface ForecastingOptions {
  readonly now: () => number
  readonly settings: () => Settings
  /** Roofs with panels, with the plane they are to be modelled by. */
  readonly roofs: () => readonly Roof[]
  readonly weather: {
    readonly hours: (from: number, to: number) => Promise<readonly WeatherHour[]>
    readonly stand: { readonly fetchedAt: number | null }
  }
  readonly store: ForecastStore
  readonly onDone?: (run: ForecastRun) => void
}

export interface ForecastStore {
  readonly production: (range: {
    from: number
    to: number
    slotMs: number
  }) => Promise<ReadonlyMap<string, Float64Array>>
  readonly first: () => Promise<number | null>
  /** How many houses have each of these slots. */
  readonly counts: (starts: readonly number[]) => Promise<readonly number[]>
  /** Houses from which nothing is to be learned of a stretch; `day` is its number among the days on which plants are judged. */
  readonly faulty: (from: number, to: number, day: number) => Promise<ReadonlySet<string>>
  readonly load: (grid: SolarGrid, planes: ReadonlyMap<string, string>) => Promise<Learned>
  readonly saveLearned: (
    learned: Learned,
    planes: ReadonlyMap<string, string>,
    houses: Iterable<string>,
  ) => Promise<void>
  readonly save: (at: number, weatherAt: number | null, issued: ReadonlyMap<string, Issued>) => Promise<void>
  readonly before: Parameters<typeof scoreDay>[0]['stored']
  /** Houses whose forecast of the civil day that begins then is scored. */
  readonly scored: (start: number) => Promise<ReadonlySet<string>>
  readonly saveScores: (scores: readonly ScoredDay[]) => Promise<void>
  readonly retire: (now: number) => Promise<void>
}

/** What one run came to, for the log and the bench. */
export interface ForecastRun {
  readonly daysLearned: number
  readonly houses: number
  readonly tookMs: number
  /** The longest time the event loop had to wait. */
  readonly longestStepMs: number
  /** The same by the processor's time of the thread: what is the hub's own doing on a busy machine. */
  readonly longestStepCpuMs: number
}

/** A forecast as it was issued last. House id '' is the community. */
export interface CurrentForecast {
  readonly issuedAt: number
  readonly weatherAt: number | null
  readonly days: readonly ForecastDay[]
  readonly issued: ReadonlyMap<string, Issued>
}
