import type { SeriesState } from '../domain/energy.ts'
import type { Reading } from '../domain/reading.ts'
import { SERIES } from '../domain/reading.ts'

/**
 * A house's integration state as short text: it is written with every commit, and every page counts on an SD card.
 * `[periods, limit, production, beforeProduction, balance, balancePeriods]`, a reading as an array without its house; 1 = as for production.
 */
export function encodeSeriesState(state: SeriesState): string {
  const { production, beforeProduction, balance } = state
  return JSON.stringify([
    state.periods,
    state.limit,
    production && pack(production),
    beforeProduction && pack(beforeProduction),
    balance && (balance === production ? 1 : pack(balance)),
    state.balancePeriods.join() === state.periods.join() ? 1 : state.balancePeriods,
  ])
}

export function decodeSeriesState(text: string, house: string): SeriesState {
  const [periods, limit, production, before, balance, balancePeriods] = JSON.parse(text) as [
    number[],
    number,
    Packed | null,
    Packed | null,
    Packed | 1 | null,
    number[] | 1,
  ]
  const last = production && unpack(production, house)
  return {
    periods,
    limit,
    production: last,
    beforeProduction: before && unpack(before, house),
    balance: balance === 1 ? last : balance && unpack(balance, house),
    balancePeriods: balancePeriods === 1 ? periods : balancePeriods,
  }
}

type Packed = [number, number, number, ...(number | null)[]]

function pack(r: Reading): Packed {
  return [
    r.at,
    SERIES.indexOf(r.series),
    r.productionW,
    r.consumptionW,
    r.boot,
    r.seq,
    r.producedWh,
    r.consumedWh,
    r.importedWh,
    r.exportedWh,
  ]
}

function unpack(packed: Packed, house: string): Reading {
  const [
    at,
    series,
    productionW,
    consumptionW = null,
    boot = null,
    seq = null,
    producedWh = null,
    consumedWh = null,
    importedWh = null,
    exportedWh = null,
  ] = packed
  return {
    house,
    at,
    series: SERIES[series] ?? 'rendimento',
    productionW,
    consumptionW,
    boot,
    seq,
    producedWh,
    consumedWh,
    importedWh,
    exportedWh,
  }
}
