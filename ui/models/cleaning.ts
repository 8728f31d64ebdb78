import type { CleaningRun } from '../../hub/domain/cleaning-run.ts'
import type { SoilingVerdict } from '../../hub/domain/soiling.ts'
import type { StoredCleaning } from '../../hub/store/cleanings.ts'
import type { Errors, Values } from './admin.ts'

export const CLEANING_FIELDS = ['modo', 'acqua', 'manodopera', 'durata', 'intervallo'] as const
export type CleaningField = (typeof CLEANING_FIELDS)[number]

/** What a page says of one house of a proposal. */
export interface CleaningHouseView extends Pick<CleaningRun, 'house' | 'state' | 'why' | 'by' | 'stop'> {
  readonly name: string
  readonly endedAt: number | null
  /** Seconds the node says its run still lasts; null = none is under way. */
  readonly remainingS: number | null
  /** Share of the yield that came back; null while, or where, it cannot be told. */
  readonly recovery: number | null
  /** It will never be told: too few clear days. */
  readonly tooLate: boolean
}

export interface CleaningView extends Pick<StoredCleaning, 'id' | 'at' | 'by' | 'money' | 'verdict'> {
  readonly houses: readonly CleaningHouseView[]
  readonly open: boolean
}

export interface CleaningPage {
  /** Null while nothing is known: no position, no agreed weather, or no look yet. */
  readonly verdict: SoilingVerdict | null
  /** The middle roof day by day over its value after the rain. */
  readonly past: readonly { readonly day: string; readonly ratio: number }[]
  readonly since: string | null
  readonly hasWeather: boolean
  readonly cleanings: readonly CleaningView[]
  /** Only an admin changes the settings. */
  readonly settings: { readonly values: Values<CleaningField>; readonly errors: Errors<CleaningField> } | null
  readonly saved: boolean
}
