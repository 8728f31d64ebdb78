import type { DoubtfulTime } from '../domain/clock-trust.ts'
import type { PowerLimits } from '../domain/energy.ts'
import type { Latest } from '../domain/latest.ts'
import type { NodeStatus } from '../domain/presence.ts'
import type { IntervalReading, Reading, Refusal } from '../domain/reading.ts'

/** What one commit takes in, in order of arrival. */
export interface IngestBatch {
  /** Epoch ms; infinite while the hub's clock is in doubt: then no reading is too late or ahead. */
  readonly now: number
  readonly readings: readonly Reading[]
  /** Index of a reading that was dated while the hub's clock was in doubt -> that time. None when left out. */
  readonly doubtful?: ReadonlyMap<number, DoubtfulTime>
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
