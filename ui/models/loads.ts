import type { LoadDecision } from '../../hub/domain/decision.ts'
import type { LoadField } from '../../hub/domain/load-text.ts'
import type { Problem } from '../../hub/domain/problem.ts'
import type { Origin } from '../../hub/domain/relay.ts'
import type { DayChoice } from '../view-models.ts'
import type { LoadView } from './load-view.ts'

/** A stretch in which a relay was on, off, or unknown. */
export interface LoadStretch {
  readonly from: number
  readonly to: number
  readonly on: boolean | null
  readonly rule: LoadDecision['rule'] | null
  readonly origin: Origin
}

export interface LoadDecisionRow {
  readonly at: number
  readonly decision: LoadDecision
}

export interface SavedTotal {
  /** Days of the load that has most. */
  readonly days: number
  /** Moved into the sun by the relays, kWh; what that is worth, euro. */
  readonly movedKwh: number
  readonly euro: number
  /** Null: no factor is known. */
  readonly co2Kg: number | null
}

export interface LoadSavings {
  /** Of the house in the last 30 days, of the house ever, and of all houses; null = no day is over yet. */
  readonly lately: SavedTotal | null
  readonly total: SavedTotal | null
  readonly community: SavedTotal | null
  readonly loads: readonly { readonly name: string; readonly lately: SavedTotal | null; readonly total: SavedTotal }[]
  /** What the days of watching would have changed. */
  readonly watched: SavedTotal | null
  /** Today's; `assumed` = nobody has said what is paid. */
  readonly prices: { readonly importEur: number; readonly exportEur: number; readonly assumed: boolean }
}

export interface LoadsPage {
  readonly house: { readonly id: string; readonly name: string }
  /** Houses the reader may choose from; empty for a resident. */
  readonly choices: readonly string[]
  readonly loads: readonly LoadView[]
  readonly mayEdit: boolean
  readonly mayArm: boolean
  readonly shadowUntil: number | null
  readonly savings: LoadSavings
}

export interface LoadPage {
  readonly house: { readonly id: string; readonly name: string }
  readonly view: LoadView
  readonly day: DayChoice
  readonly stretches: readonly LoadStretch[]
  readonly decisions: readonly LoadDecisionRow[]
}

export interface LoadForm {
  readonly house: { readonly id: string; readonly name: string }
  readonly load: string
  /** The fields this reader may change, and the choices of those that are a choice. */
  readonly fields: readonly LoadField[]
  readonly options: { readonly [F in LoadField | 'id']?: readonly string[] }
  readonly values: { readonly [F in LoadField]: string }
  /** What would be right, by field. */
  readonly errors: { readonly [F in LoadField | 'id']?: Problem }
  readonly saved: boolean
  readonly isNew: boolean
}
