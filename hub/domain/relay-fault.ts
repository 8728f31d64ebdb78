import type { AlertCode } from './alert.ts'
import { FAULT_AFTER, FAULT_CLEARED_AFTER, FAULT_SAMPLES } from './power-step.ts'

export type RelayFault = Extract<AlertCode, 'rele_incollato' | 'carico_non_risponde'>

/** How well the relay and what is measured agree; saved with the tick. */
export interface RelayWatch {
  /** What the disagreement points to, since when and how often in a row; null = they agree. */
  readonly suspect: { readonly fault: RelayFault; readonly since: number; readonly samples: number } | null
  /** The fault that is told of, and since when all has been well again. */
  readonly fault: RelayFault | null
  readonly wellSince: number | null
  /** When the last sample came, so that none is counted twice. */
  readonly sampleAt: number
}

export const NO_WATCH: RelayWatch = { suspect: null, fault: null, wellSince: null, sampleAt: -1 }

/** A look at a relay: where it should be and whether current flows; `null` = it cannot be told. */
export interface RelaySample {
  readonly at: number
  readonly on: boolean
  readonly draws: boolean | null
  /** On without drawing is no fault: its thermostat may be satisfied. */
  readonly thermostat: boolean
}

/** Whether a measured draw is a running load: at least 30 % of rated is, under 5 % is not, between the two it cannot be told. */
export function drawsPower(powerW: number, ratedW: number): boolean | null {
  if (powerW >= Math.max(50, 0.3 * ratedW)) return true
  return powerW <= Math.max(20, 0.05 * ratedW) ? false : null
}

/**
 * Off and drawing = welded contacts; on and not drawing = it does not answer (unless a thermostat may have had enough). Told of after
 * five samples and 120 s in a row, taken back after 300 s of agreement. `unanswered` = the node is there and took no command.
 */
export function watchRelay(
  before: RelayWatch,
  sample: RelaySample | null,
  unanswered: boolean,
  elapsed: number,
): RelayWatch {
  const isNew = sample !== null && sample.at > before.sampleAt && sample.draws !== null
  if (!isNew && !unanswered) return settleFault(before, before.suspect, before.sampleAt, elapsed)
  const fault = unanswered ? 'carico_non_risponde' : faultOf(sample)
  const sampleAt = isNew && sample ? sample.at : before.sampleAt
  if (fault === null) return settleFault(before, null, sampleAt, elapsed)
  const { suspect } = before
  const again = suspect?.fault === fault ? suspect : { fault, since: elapsed, samples: 0 }
  return settleFault(before, { ...again, samples: again.samples + 1 }, sampleAt, elapsed)
}

function faultOf(sample: RelaySample | null): RelayFault | null {
  if (!sample || sample.draws === null || sample.draws === sample.on) return null
  if (!sample.on) return 'rele_incollato'
  return sample.thermostat ? null : 'carico_non_risponde'
}

function settleFault(
  before: RelayWatch,
  suspect: RelayWatch['suspect'],
  sampleAt: number,
  elapsed: number,
): RelayWatch {
  const proven = suspect !== null && suspect.samples >= FAULT_SAMPLES && elapsed - suspect.since >= FAULT_AFTER
  const wellSince = suspect === null ? (before.wellSince ?? elapsed) : null
  const cleared = before.fault !== null && wellSince !== null && elapsed - wellSince >= FAULT_CLEARED_AFTER
  const fault = proven ? suspect.fault : cleared ? null : before.fault
  const same =
    fault === before.fault &&
    suspect === before.suspect &&
    wellSince === before.wellSince &&
    sampleAt === before.sampleAt
  return same ? before : { suspect, fault, wellSince, sampleAt }
}
