import type { Row } from './row.ts'

/** What every group of measures is given. */
export interface Evaluation {
  /** Folder with the data files. */
  readonly data: string
  /** Only what lies in from <= t < to is scored (epoch ms); what comes before may be learned from. null = no bound. */
  readonly from: number | null
  readonly to: number | null
  /** Seed of everything random; the same seed gives the same rows. */
  readonly seed: number
  /** Position of the houses in `citylearn_houses_hourly.csv.gz`, degrees. */
  readonly place: { readonly latitude: number; readonly longitude: number }
  /** A word on what is being done, for whoever waits. */
  readonly say: (text: string) => void
}

/** One group: `evaluate(evaluation)` gives its rows. Throws `DataError` where a file it needs is not there. */
export type Evaluate = (evaluation: Evaluation) => Promise<readonly Row[]> | readonly Row[]

/** Whether an instant is to be scored. */
export function isScored({ from, to }: Evaluation, at: number): boolean {
  return (from === null || at >= from) && (to === null || at < to)
}
