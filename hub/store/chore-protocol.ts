import type { BackupRequest, Manifest } from './backup.ts'
import type { CopyFacts } from './copy.ts'
import type { DiagnoseOutcome, DiagnoseRequest } from './diagnose.ts'
import type { RecoverOutcome, RecoverRequest } from './recover.ts'
import type { SlotsCopyOutcome, SlotsCopyRequest } from './slots-copy.ts'
import type { SoilingOutcome, SoilingRequest } from './soiling.ts'

/** Long work on database files that is done in a thread of its own, which ends with it. */
export interface Chores {
  /** Copies one database whole. */
  readonly copy: { readonly request: { readonly from: string; readonly to: string }; readonly outcome: CopyFacts }
  readonly slots: { readonly request: SlotsCopyRequest; readonly outcome: SlotsCopyOutcome }
  /** Brings the copy of the slots up to all of the database and packs it, with the control database, into a backup. */
  readonly nightly: {
    readonly request: Omit<BackupRequest, 'readings'> & { readonly slots: string; readonly readings: string }
    readonly outcome: Manifest
  }
  /** Makes the new readings.db that is to take the place of this one. */
  readonly fresh: { readonly request: { readonly file: string }; readonly outcome: null }
  readonly recover: { readonly request: RecoverRequest; readonly outcome: RecoverOutcome | null }
  /** Deletes what was measured at a house: how many readings and intervals there were. */
  readonly erase: { readonly request: { readonly dataDir: string; readonly house: string }; readonly outcome: number }
  /** Judges the plants' days that are over. */
  readonly diagnose: { readonly request: DiagnoseRequest; readonly outcome: DiagnoseOutcome }
  /** Looks for dirt on the whole community. */
  readonly soiling: { readonly request: SoilingRequest; readonly outcome: SoilingOutcome }
  /** Looks at every page of a database: what is wrong, or null. */
  readonly check: { readonly request: { readonly file: string }; readonly outcome: string | null }
}

export type ChoreName = keyof Chores

export interface Chore<N extends ChoreName = ChoreName> {
  readonly name: N
  readonly request: Chores[N]['request']
}

export type ChoreReply =
  | { readonly value: unknown }
  | { readonly error: { readonly code: string; readonly message: string } }
