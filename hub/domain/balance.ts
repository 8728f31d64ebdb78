import type { Latest } from './latest.ts'
import { isFresh } from './latest.ts'
import type { Flow } from './sharing.ts'
import { shareProportionally } from './sharing.ts'

/** Power of one house now, whole W. `balanceW` = production - consumption. */
export interface HouseBalance {
  readonly id: string
  readonly productionW: number
  readonly consumptionW: number
  readonly balanceW: number
}

export interface CommunityBalance {
  readonly at: number
  readonly houses: readonly HouseBalance[]
  readonly balanceW: number
  readonly sharedW: number
  readonly gridImportW: number
  readonly gridExportW: number
  /** 1 - import / consumption, 0..1, four decimals; null without consumption. */
  readonly selfSufficiencyRate: number | null
  readonly flows: readonly Flow[]
  /** Houses left out for lack of a fresh production and consumption. */
  readonly withoutData: readonly string[]
}

export function houseBalance(id: string, latest: Latest, now: number): HouseBalance | null {
  const { production, consumption } = latest
  if (!production || !consumption || !isFresh(production, now) || !isFresh(consumption, now)) return null
  return { id, productionW: production.w, consumptionW: consumption.w, balanceW: production.w - consumption.w }
}

/** The community at `now`: what each house makes and uses, what is shared, what crosses the meter of the neighbourhood. */
export function communityBalance(latest: ReadonlyMap<string, Latest>, now: number): CommunityBalance {
  const ids = [...latest.keys()].sort()
  const houses: HouseBalance[] = []
  const withoutData: string[] = []
  for (const id of ids) {
    const known = latest.get(id)
    const balance = known ? houseBalance(id, known, now) : null
    if (balance) houses.push(balance)
    else withoutData.push(id)
  }
  const sharing = shareProportionally(houses.map((h) => ({ id: h.id, net: h.balanceW })))
  const consumption = houses.reduce((sum, h) => sum + h.consumptionW, 0)
  return {
    at: now,
    houses,
    balanceW: houses.reduce((sum, h) => sum + h.balanceW, 0),
    sharedW: sharing.shared,
    gridImportW: sharing.gridImport,
    gridExportW: sharing.gridExport,
    selfSufficiencyRate: selfSufficiencyRate(sharing.gridImport, consumption),
    flows: sharing.flows,
    withoutData,
  }
}

/** 1 - import / consumption in [0, 1], four decimals; null without consumption. Worked value: 700 of 2200 -> 0.6818. */
export function selfSufficiencyRate(gridImport: number, consumption: number): number | null {
  if (consumption <= 0) return null
  return Math.round((1 - Math.min(1, gridImport / consumption)) * 1e4) / 1e4
}

/** Used on site over production in [0, 1], four decimals; null without production. */
export function selfConsumptionRate(gridExport: number, production: number): number | null {
  if (production <= 0) return null
  return Math.round((1 - Math.min(1, gridExport / production)) * 1e4) / 1e4
}
