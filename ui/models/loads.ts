import type { LoadDecision } from '../../hub/domain/decision.ts'
import type { LoadField } from '../../hub/domain/load-text.ts'
import type { Origin } from '../../hub/domain/relay.ts'
import type { Saved } from '../../hub/domain/savings.ts'
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

export interface LoadsPage {
  readonly house: { readonly id: string; readonly name: string }
  /** Houses the reader may choose from; empty for a resident. */
  readonly choices: readonly string[]
  readonly loads: readonly LoadView[]
  readonly mayEdit: boolean
  readonly mayArm: boolean
  readonly shadowUntil: number | null
  /** Of the last 30 days: what was moved into the sun, and what the days of watching would have. */
  readonly saved: Saved | null
  readonly wouldHave: Saved | null
  readonly prices: { readonly importEur: number; readonly exportEur: number }
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
  readonly errors: { readonly [F in LoadField | 'id']?: string }
  readonly saved: boolean
  readonly isNew: boolean
}
