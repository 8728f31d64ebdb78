import type { Quality } from '../../hub/domain/slot.ts'

/** Spans of time that the history shows. */
export const SPANS = ['giorno', 'settimana', 'mese', 'anno', 'tutto'] as const
export type Span = (typeof SPANS)[number]

/** With what a period is compared: the one before it, the same one a year ago, or nothing. */
export const COMPARISONS = ['nessuno', 'prima', 'anno'] as const
export type Comparison = (typeof COMPARISONS)[number]

/** A civil period and its neighbours. Keys are parts of the address: `2026-06-17`, `2026-W25`, `2026-06`, `2026`, `tutto`. */
export interface PeriodChoice {
  readonly span: Span
  readonly key: string
  /** First civil day, and the first one after. */
  readonly firstDay: string
  readonly endDay: string
  readonly previous: string | null
  /** Null when it has not begun. */
  readonly next: string | null
  /** The same time seen in each other span, and today in this one. */
  readonly spans: { readonly [S in Span]: string }
  readonly current: string
}

/** Energy of one interval by its sources and its uses, Wh; null where nothing is known. */
export interface HistoryBar {
  readonly start: number
  readonly end: number
  readonly producedWh: number | null
  readonly consumedWh: number | null
  /** Produced and used on the spot. */
  readonly ownWh: number | null
  /** Taken from and given to neighbours; for the community, what is shared, on both sides. */
  readonly fromCommunityWh: number | null
  readonly toCommunityWh: number | null
  readonly fromGridWh: number | null
  readonly toGridWh: number | null
  readonly quality: Quality
  /** Covered share of the interval, 0..1; of the part that is over where it is not over yet. */
  readonly coverage: number
}

/** CO2 of a period, g. Never added up: each number has its own meaning. */
export interface Co2View {
  readonly ownG: number
  readonly sharedG: number
  readonly exportedG: number
  readonly grossG: number
  readonly lifeCycleG: number
  readonly withoutFactor: number
  readonly factors: readonly { readonly gPerKwh: number; readonly source: string; readonly year: number }[]
  /** Hours that have a factor of their own. */
  readonly hourly: number
}

export interface HistoryPage {
  /** Null = the community. */
  readonly house: { readonly id: string; readonly name: string } | null
  /** Houses the reader may choose, beside the community. */
  readonly choices: readonly string[]
  readonly period: PeriodChoice
  readonly bars: readonly HistoryBar[]
  readonly total: HistoryBar
  readonly comparison: Comparison
  /** Null where nothing was made. */
  readonly co2: Co2View | null
  /** The period compared with: bars in the same order, its total, and its key; null without comparison or data. */
  readonly before: { readonly key: string; readonly bars: readonly HistoryBar[]; readonly total: HistoryBar } | null
}
