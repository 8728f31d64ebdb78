import type { Cause } from '../../hub/domain/cause.ts'
import type { Standing } from '../../hub/domain/diagnosis.ts'
import type { Grade } from '../../hub/domain/finding.ts'
import type { SensorFaultKind } from '../../hub/domain/sensor-check.ts'

/** What is wrong with a plant, in figures a person can use. */
export interface FindingView {
  readonly cause: Cause
  readonly grade: Grade
  /** Civil day, such as 2026-06-08. */
  readonly since: string
  /** Share of the expected energy that is missing, 0..1. */
  readonly loss: number
  readonly lostWh: number
  readonly lostEuro: number
  readonly confidence: 'high' | 'medium' | 'low'
}

export interface HealthRow {
  readonly house: string
  readonly name: string
  readonly standing: Standing
  readonly finding: FindingView | null
  /** Neighbours the verdict rests on. */
  readonly peers: number
}

/** The plants of the community, as the reader may see them. */
export interface HealthCardModel {
  /** Why there is nothing: no position, nothing judged yet, or no plants. */
  readonly empty: 'noPlace' | 'notYet' | 'none' | null
  /** Null where there are too few plants for the reader to be told of others. */
  readonly summary: { readonly plants: number; readonly bad: number } | null
  readonly rows: readonly HealthRow[]
}

export interface HealthDayView {
  readonly day: string
  readonly madeWh: number
  readonly expectedWh: number
}

/** The evidence of one house. */
export interface HealthPage {
  readonly row: HealthRow
  /** Null where the reader may not see what peers foretell. */
  readonly days: readonly HealthDayView[] | null
  /** Plants from which on peer figures are shown. */
  readonly least: number
}

/** Something wrong with a house's channels, for the technician. */
export interface SensorRow {
  readonly house: string
  readonly kind: SensorFaultKind
  readonly since: string
  readonly minutes: number
  readonly confirmed: boolean
}

/** An entered plane that the clear days of the roof contradict, for the technician; degrees. */
export interface PlaneRow {
  readonly house: string
  /** Null where the entry agrees. */
  readonly azimuth: WrongAngle | null
  readonly tilt: WrongAngle | null
  /** What to enter instead. */
  readonly fitted: { readonly tilt: number; readonly azimuth: number }
  /** Clear days that were looked at. */
  readonly days: number
}

export interface WrongAngle {
  readonly entered: number
  readonly fitted: number
  /** One standard deviation. */
  readonly error: number
}
