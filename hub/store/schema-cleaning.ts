import type { Generated } from 'kysely'

/** What control.db holds of cleaning. Instants are epoch ms unless the name says otherwise. */
export interface CleaningSchema {
  /** `verdict`: a SoilingVerdict, `money`: a CleaningMoney, JSON; both null where a person proposed it. */
  cleaning: {
    id: Generated<number>
    at: number
    /** Day of the sun's grid that was looked at last. */
    day: number
    by: string | null
    verdict: string | null
    money: string | null
  }
  /** A CleaningRun, and its CleaningOutcome (JSON, or "tooLate"). */
  cleaning_run: {
    proposal: number
    house: string
    state: string
    by: string | null
    by_at: number | null
    due_at: number | null
    attempts: number
    command: string | null
    sent_elapsed: number | null
    ended_at: number | null
    why: string | null
    stop: number
    outcome: string | null
  }
}
