/** Durations in milliseconds. Every instant in the domain is epoch milliseconds, UTC. */
export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** 2016-01-01: a clock that shows an earlier year has not got the time yet. */
export const CLOCK_SOUND_FROM = 1_451_606_400_000

/** Length of a slot, ms. Slots are aligned to the epoch, start inclusive, end exclusive. */
export const SLOT = 5 * MINUTE

/** Start of the slot that holds `at`. Worked value: 12:07:30 -> 12:05:00. */
export function slotStart(at: number, length: number = SLOT): number {
  return Math.floor(at / length) * length
}

/** First instant and end of a civil day in a zone: 23 or 25 hours long when the clock changes. */
export function dayBounds(day: Temporal.PlainDate, zone: string): { from: number; to: number } {
  const from = day.toZonedDateTime(zone).epochMilliseconds
  return { from, to: day.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds }
}

/** The civil day an instant belongs to, in a zone. */
export function dayOf(at: number, zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate()
}

/** ISO 8601 in UTC, whole seconds. Worked value: 1782043200000 -> "2026-06-21T12:00:00Z". */
export function isoSeconds(at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(at / SECOND) * SECOND).toString()
}
