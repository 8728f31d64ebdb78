import type { PowerLimits } from '../domain/energy.ts'
import type { Latest } from '../domain/latest.ts'
import type { NodeStatus } from '../domain/presence.ts'
import type { IntervalReading, Reading, Refusal } from '../domain/reading.ts'

/** What one commit takes in, in order of arrival. */
export interface IngestBatch {
  readonly now: number
  readonly readings: readonly Reading[]
  readonly intervals: readonly IntervalReading[]
  readonly nodes: readonly { readonly house: string; readonly status: NodeStatus }[]
  readonly refusals: readonly { readonly house: string; readonly refusal: Refusal }[]
  /** For every house that has readings in the batch. */
  readonly limits: Readonly<Record<string, PowerLimits>>
}

/** What a commit came to. */
export interface IngestOutcome {
  /** Indexes of readings, and of intervals, that were stored before. */
  readonly duplicateReadings: readonly number[]
  readonly duplicateIntervals: readonly number[]
  /** The houses the batch moved on, as they stand now. */
  readonly latest: readonly (readonly [house: string, latest: Latest])[]
  /** Duration of the transaction, ms. */
  readonly tookMs: number
}
