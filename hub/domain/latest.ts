import type { SeriesState } from './energy.ts'
import type { Series } from './reading.ts'
import { MAX_AHEAD } from './reading.ts'
import { SECOND } from './time.ts'

/** The last committed word of a house: its production and its consumption, each with the instant it was measured. */
export interface Latest {
  readonly production: { readonly w: number; readonly at: number; readonly series: Series } | null
  readonly consumption: { readonly w: number; readonly at: number } | null
}

export const NO_LATEST: Latest = { production: null, consumption: null }

/** A value older than this is not used for live figures, ms. */
export const FRESH = 120 * SECOND

/** A value from further ahead than a node's clock may be was measured before the hub's own clock was set back. */
export function isFresh(value: { readonly at: number } | null, now: number): boolean {
  return value !== null && now - value.at <= FRESH && value.at - now <= MAX_AHEAD
}

/** When anything was last measured, epoch ms; `-Infinity` when nothing ever was. */
export function lastHeard(all: Iterable<Latest>): number {
  let last = Number.NEGATIVE_INFINITY
  for (const { production, consumption } of all) last = Math.max(last, production?.at ?? last, consumption?.at ?? last)
  return last
}

export function latestOf(state: SeriesState): Latest {
  const { production, balance } = state
  return {
    production: production && { w: production.productionW, at: production.at, series: production.series },
    consumption: balance && { w: balance.consumptionW ?? 0, at: balance.at },
  }
}
