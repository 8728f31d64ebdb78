import type { Clock } from './io/clock.ts'
import type { ClockEvidence } from './io/clock-evidence.ts'
import type { Log, LogTail } from './io/log.ts'
import type { Supervisor } from './io/systemd.ts'

/** What a hub is built with beside its configuration. */
export interface HubParts {
  readonly clock: Clock
  /** What the machine tells of its clock; left out = nothing. */
  readonly evidence?: ClockEvidence
  readonly log: Log
  /** Where the log's last lines are kept for the page that shows them. */
  readonly tail?: LogTail | null
  readonly supervisor?: Supervisor | null
  readonly demo?: boolean
}
