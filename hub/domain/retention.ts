import { PERIODS_KEPT } from './energy.ts'
import { SERIES } from './reading.ts'
import { DAY, HOUR, slotStart } from './time.ts'

/** How long what was measured is kept. Hours, and with them days and months, are kept for ever. */
export interface Retention {
  /** Days that raw readings are kept after they arrived: 7 at least, which is how late a reading may come. */
  readonly rawDays: number
  /** Calendar months that 5-minute slots are kept: 1 at least. */
  readonly slotMonths: number
}

export const DEFAULT_RETENTION: Retention = { rawDays: 7, slotMonths: 13 }

/** What has had its time, as instants: everything before them. */
export interface RetentionDue {
  /** Raw readings that arrived, and were measured, before this; but for the last ones of each house (`READINGS_BEFORE`). */
  readonly rawBefore: number
  /** Slots; a whole hour of them goes at once, after it is rolled up. */
  readonly slotsBefore: number
  /** Hours that end before this are complete and are rolled up. */
  readonly rollBefore: number
}

const LEAST_RAW_DAYS = 7
const LEAST_SLOT_MONTHS = 1
/** A clock that is put right by minutes costs no raw reading that a late one may still need. */
const RAW_MARGIN = HOUR
/** Readings are at most five minutes ahead of the hub, and are committed within seconds. */
const ROLL_DELAY = 5 * 60_000

/**
 * A reading that is 7 days late is integrated together with its neighbours, as many as decide the usual period, twice
 * over. So the slots before the cut-off that hold so many readings of a house keep them, however long it was silent.
 */
export const READINGS_BEFORE = 4 * SERIES.length * (PERIODS_KEPT + 1) + 2
/** The same of readings with production and consumption, which may come more seldom. */
export const BALANCES_BEFORE = 2 * (PERIODS_KEPT + 3) + 2

/**
 * What is due at `now`. Months are the civil ones of the zone, cut at the start of a day.
 * Worked value, defaults: now 2026-06-21T12:34Z, Europe/Rome -> raw before 2026-06-14T11:30Z (slot-aligned, one hour
 * of margin), slots before 2025-05-20T22:00Z (21 May, midnight in Rome), hours that end by 2026-06-21T12:29Z.
 */
export function retentionDue(now: number, retention: Retention, zone: string): RetentionDue {
  const rawDays = Math.max(LEAST_RAW_DAYS, retention.rawDays)
  const slotMonths = Math.max(LEAST_SLOT_MONTHS, retention.slotMonths)
  const day = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate()
  const first = day.subtract({ months: slotMonths }).toZonedDateTime(zone).epochMilliseconds
  return {
    rawBefore: slotStart(now - rawDays * DAY - RAW_MARGIN),
    slotsBefore: slotStart(first, HOUR),
    rollBefore: now - ROLL_DELAY,
  }
}
