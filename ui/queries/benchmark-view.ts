import type { BenchmarkRule } from '../../hub/domain/benchmark.ts'
import { benchmark } from '../../hub/domain/benchmark.ts'
import type { ProcessImage } from '../../hub/domain/cycle.ts'
import { compare } from '../../hub/domain/cycle.ts'
import type { House } from '../../hub/domain/house.ts'
import { isFresh } from '../../hub/domain/latest.ts'
import type { PlantState } from '../../hub/domain/plant-state.ts'
import { plantStates } from '../../hub/domain/plant-state.ts'
import { OTHERS } from '../../hub/domain/visibility.ts'
import type { BenchmarkView, YieldRow } from '../view-models.ts'
import type { DayEnergy } from './energy.ts'
import { sumOf } from './energy.ts'

/** Yield of one roof, before it is known who may see its name. */
interface Yield {
  readonly id: string
  readonly peakPower: number
  /** W, or Wh of the day; null without data. */
  readonly amount: number | null
  readonly state: PlantState
}

/** The comparison now, from the last readings. */
export function liveBenchmark(
  image: ProcessImage,
  names: ReadonlyMap<string, string>,
  own: string | null,
): BenchmarkView {
  const comparison = compare(image)
  const states = plantStates(image)
  const yields = image.houses
    .filter((h) => h.peakPower > 0)
    .map((h): Yield => {
      const state = states.get(h.id) ?? 'offline'
      return {
        id: h.id,
        peakPower: h.peakPower,
        amount: isFresh(h.latest.production, image.now) ? (h.latest.production?.w ?? 0) : null,
        state,
      }
    })
  const mean = comparison?.mean ?? null
  return {
    unit: 'W/Wp',
    mean,
    threshold: image.rule.threshold,
    conclusive: comparison?.conclusive ?? false,
    dark: comparison === null,
    plants: comparison?.plants ?? 0,
    rows: rows(yields, mean, names, own),
  }
}

/** The same rule over the energy of a day: kWh per kWp. */
export function dayBenchmark(
  day: DayEnergy,
  houses: readonly House[],
  rule: BenchmarkRule,
  names: ReadonlyMap<string, string>,
  own: string | null,
): BenchmarkView {
  const produced = houses
    .filter((h) => h.peakPower > 0)
    .map((house) => {
      const sum = sumOf(day.hours.filter((h) => h.house === house.id))
      const known = sum.productionMeasuredS + sum.productionEstimatedS > 0
      return { house, wh: known ? sum.producedWh : null }
    })
  const samples = produced.flatMap(({ house, wh }) =>
    wh === null ? [] : [{ id: house.id, normalizedYield: wh / house.peakPower }],
  )
  const result = benchmark(samples, rule)
  const yields = produced.map(({ house, wh }): Yield => {
    const state = wh === null ? 'offline' : result.anomalous.includes(house.id) ? 'anomalo' : 'ok'
    return { id: house.id, peakPower: house.peakPower, amount: wh, state }
  })
  const view = rows(yields, result.mean, names, own)
  return {
    unit: 'kWh/kWp',
    mean: result.mean,
    threshold: rule.threshold,
    conclusive: result.conclusive,
    dark: false,
    plants: result.plants,
    rows: view,
  }
}

function rows(
  yields: readonly Yield[],
  mean: number | null,
  names: ReadonlyMap<string, string>,
  own: string | null,
): YieldRow[] {
  const groups = new Map<string, Yield[]>()
  for (const entry of yields) {
    const name = names.get(entry.id) ?? OTHERS
    groups.set(name, [...(groups.get(name) ?? []), entry])
  }
  return [...groups]
    .map(([name, members]): YieldRow => {
      const known = members.filter((m) => m.amount !== null)
      const peak = known.reduce((sum, m) => sum + m.peakPower, 0)
      const value = peak > 0 ? round4(known.reduce((sum, m) => sum + (m.amount ?? 0), 0) / peak) : null
      return {
        name,
        own: name === own,
        houses: members.length,
        peakPower: members.reduce((sum, m) => sum + m.peakPower, 0),
        value,
        ratio: value === null || mean === null || mean <= 0 ? null : round4(value / mean),
        state: name === OTHERS ? groupState(members) : (members[0]?.state ?? 'offline'),
      }
    })
    .sort((a, b) => (b.value ?? -1) - (a.value ?? -1) || (a.name < b.name ? -1 : 1))
}

/** A merged group never tells that one of its members is anomalous. */
function groupState(members: readonly Yield[]): PlantState {
  if (members.every((m) => m.state === 'offline')) return 'offline'
  return members.some((m) => m.state === 'notte') ? 'notte' : 'ok'
}

function round4(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
