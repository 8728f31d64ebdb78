import type { AlertCode } from './alert.ts'
import type { Sign } from './anomaly.ts'
import type { Cause } from './cause.ts'

/** How sure a finding is: `warning` is shown, `alert` is told. */
export const GRADES = ['warning', 'alert'] as const
export type Grade = (typeof GRADES)[number]

/** What is wrong with a plant, as far as its neighbours tell. Plain data, kept with the state. */
export interface Finding {
  readonly cause: Cause
  readonly grade: Grade
  /** First day of the loss, and the day on which it was found. */
  readonly since: number
  readonly foundOn: number
  /** Day on which it became an alert; null while it is a warning. */
  readonly alertOn: number | null
  readonly sign: Sign | 'always'
  /** Share of the expected energy that is missing now, 0..1. */
  readonly loss: number
  /** Energy lost since, Wh. */
  readonly lostWh: number
  /** 0..1: how many peers spoke, how far it stands out, for how long. */
  readonly confidence: number
  /** Days in a row that were well again. */
  readonly wellDays: number
}

/** The alert under which a cause is told. */
export const CODE_OF: Record<Cause, AlertCode> = {
  outage: 'fermo',
  shade: 'ombra',
  soiling: 'sporco',
  clock: 'orologio',
  wiring: 'cablaggio',
  string: 'performance_bassa',
  clipping: 'performance_bassa',
  unknown: 'performance_bassa',
}
