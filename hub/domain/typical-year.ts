/**
 * Output of a typical month as a share of a cloudless one, January first: a 25 degree south roof in the PVGIS typical year of
 * 45 N 8 E (2005-2023, (c) European Union), each month averaged with its neighbours, as a typical month is one real month.
 */
const TYPICAL_SHARE = [0.75, 0.73, 0.7, 0.67, 0.7, 0.77, 0.83, 0.81, 0.77, 0.78, 0.79, 0.79] as const

/** What a roof of which nothing is known yet makes of a cloudless day's energy, 0..1, in the month of `at` (epoch ms, UTC). */
export function typicalShare(at: number): number {
  return TYPICAL_SHARE[Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('UTC').month - 1] ?? 0.75
}
