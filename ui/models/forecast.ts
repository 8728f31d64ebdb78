import type { ForecastSource } from '../../hub/domain/forecast.ts'

/** Powers of a slot, W. */
export interface ForecastPoint {
  readonly start: number
  readonly p10W: number
  readonly p50W: number
  readonly p90W: number
  /** Measured mean; null where it is not known, or still to come. */
  readonly measuredW: number | null
}

export interface ForecastDayView {
  readonly day: string
  readonly from: number
  readonly to: number
  readonly p10Wh: number
  readonly p50Wh: number
  readonly p90Wh: number
  /** Still to come, by P50. */
  readonly remainingWh: number
  /** When most is expected, for what can wait; null where next to nothing is. */
  readonly best: { readonly start: number; readonly end: number; readonly wh: number } | null
}

/** A day's forecast beside what came. */
export interface ForecastPast {
  readonly day: string
  readonly p10Wh: number
  readonly p50Wh: number
  readonly p90Wh: number
  readonly factWh: number
  /** Issued the evening before, or worked out afterwards from what was known then. */
  readonly issued: boolean
}

export interface ForecastPage {
  /** Null = the community. */
  readonly house: { readonly id: string; readonly name: string } | null
  readonly choices: readonly string[]
  readonly slotMs: number
  /** Null where nothing is forecast; then `why` says why. */
  readonly issued: {
    readonly at: number
    readonly source: ForecastSource
    readonly weatherAt: number | null
    readonly days: readonly ForecastDayView[]
    readonly points: readonly ForecastPoint[]
  } | null
  readonly why: 'posto' | 'impianto' | 'batteria' | 'presto' | null
  readonly yesterday: ForecastPast | null
  /** The last 30 scored days: how many facts lay inside the band. */
  readonly hits: {
    readonly days: number
    /** Of these, days whose forecast was worked out afterwards. */
    readonly recomputed: number
    readonly daysInside: number
    readonly hours: number
    readonly hoursInside: number
    /** Mean miss of a day's energy over the mean energy, 0..1; null of none. */
    readonly dayMiss: number | null
  }
  readonly weather: { readonly agreed: boolean; readonly fetchedAt: number | null; readonly failure: string | null }
}

/** The forecast of one day, drawn behind what was measured. */
export interface DayForecastView {
  readonly slotMs: number
  readonly points: readonly ForecastPoint[]
}
