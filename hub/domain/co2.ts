import { latestOn } from './tariff.ts'

/** Location-based emission factor of the grid's consumption mix, from a day on. */
export interface EmissionFactor {
  /** First civil day it holds, "2023-01-01". */
  readonly from: string
  /** g CO2e/kWh. */
  readonly gPerKwh: number
  readonly source: string
  /** Year of the data. */
  readonly year: number
}

/** Italy, consumption mix of 2023 as given by ISPRA, Rapporto 413/2025; to be replaced when a newer one is out. */
export const DEFAULT_FACTOR: EmissionFactor = {
  from: '2000-01-01',
  gPerKwh: 234.7,
  source: 'ISPRA, Rapporto 413/2025',
  year: 2023,
}

/** Life cycle of a roof plant, g CO2e/kWh made: about the median of IPCC 2014, WG III annex III. */
export const LIFE_CYCLE_G_PER_KWH = 41

/** Energy of one interval by its use, Wh. */
export interface GreenEnergy {
  readonly producedWh: number
  /** Made and used on the spot. */
  readonly ownWh: number
  /** Got from neighbours: it counts once, where it is used. */
  readonly sharedWh: number
  /** Given to the grid beyond what neighbours got. */
  readonly exportedWh: number
}

/** Grams, each with its own meaning: they are shown side by side and never added up. */
export interface Co2 {
  /** All production x factor: the plain, gross definition. */
  readonly grossG: number
  /** Grid energy not bought because one's own was used. */
  readonly ownG: number
  /** Grid energy not bought because a neighbour's was used. */
  readonly sharedG: number
  /** What went to the grid, displacing other power there; an estimate, as somebody else's balance has it too. */
  readonly exportedG: number
  /** What making the plants has cost, for this production. */
  readonly lifeCycleG: number
  readonly producedWh: number
  /** Intervals with energy for which no factor is known: their grams are in none of the sums. */
  readonly withoutFactor: number
}

export const NO_CO2: Co2 = {
  grossG: 0,
  ownG: 0,
  sharedG: 0,
  exportedG: 0,
  lifeCycleG: 0,
  producedWh: 0,
  withoutFactor: 0,
}

/**
 * Adds an interval. `gPerKwh` null = not known, which is not zero.
 * Worked value: 3 kWh made, 1 used, 0.5 exported at 200 g/kWh -> gross 600 g, own 200 g, exported 100 g.
 */
export function addCo2(sum: Co2, energy: GreenEnergy, gPerKwh: number | null, lifeCycle = LIFE_CYCLE_G_PER_KWH): Co2 {
  const grams = (wh: number) => (gPerKwh === null ? 0 : (wh / 1000) * gPerKwh)
  const hasEnergy = energy.producedWh > 0 || energy.sharedWh > 0
  return {
    grossG: sum.grossG + grams(energy.producedWh),
    ownG: sum.ownG + grams(energy.ownWh),
    sharedG: sum.sharedG + grams(energy.sharedWh),
    exportedG: sum.exportedG + grams(energy.exportedWh),
    lifeCycleG: sum.lifeCycleG + (energy.producedWh / 1000) * lifeCycle,
    producedWh: sum.producedWh + energy.producedWh,
    withoutFactor: sum.withoutFactor + (gPerKwh === null && hasEnergy ? 1 : 0),
  }
}

/** The factor of a civil day: the latest that has begun, or null before the first. Where none was given, the default. */
export function factorOn(day: string, factors: readonly EmissionFactor[]): EmissionFactor | null {
  return factors.length === 0 ? DEFAULT_FACTOR : latestOn(day, factors)
}
