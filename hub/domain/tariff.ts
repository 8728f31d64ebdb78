/** What energy is worth from a day on, euro/kWh. */
export interface Tariff {
  /** First civil day it holds, "2026-01-01". */
  readonly from: string
  /** Of a kWh bought from the grid. */
  readonly importEur: number
  /** Earned by a kWh given to the grid. */
  readonly exportEur: number
  /** Earned, on top, by a kWh shared inside the community. */
  readonly sharedEur: number
}

/** Placeholders until the community has said what it pays; pages name them as such. */
export const ASSUMED_TARIFF: Tariff = { from: '2000-01-01', importEur: 0.28, exportEur: 0.1, sharedEur: 0.11 }

/** The tariff of a civil day: the latest that has begun; before the first, or without any, the assumed one. */
export function tariffOn(day: string, tariffs: readonly Tariff[]): Tariff {
  return latestOn(day, tariffs) ?? ASSUMED_TARIFF
}

/** The entry that holds on a day: the one that began last, or null. ISO days compare as texts. */
export function latestOn<T extends { readonly from: string }>(day: string, entries: readonly T[]): T | null {
  let latest: T | null = null
  for (const entry of entries) if (entry.from <= day && (latest === null || entry.from > latest.from)) latest = entry
  return latest
}

/** Half of what roofs of measured homes make is used at home (52.8 % over fourteen of them), the rest is given to the grid. */
const OWN_USE = 0.5

/** What a kWh that is not produced would have been worth, euro: half of it bought instead, half of it not sold. */
export function lostKwhEur({ importEur, exportEur }: Pick<Tariff, 'importEur' | 'exportEur'>): number {
  return OWN_USE * importEur + (1 - OWN_USE) * exportEur
}
