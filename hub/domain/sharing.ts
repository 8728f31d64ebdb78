/** Who gives to whom, in whole watts or whole Wh. Ids are houses, or GRID. */
export interface Flow {
  readonly from: string
  readonly to: string
  readonly amount: number
}

export const GRID = 'rete'

/** Surplus (> 0) or deficit (< 0) of one house, a whole number. */
export interface NetPosition {
  readonly id: string
  readonly net: number
}

export interface Sharing {
  readonly shared: number
  readonly gridImport: number
  readonly gridExport: number
  readonly flows: readonly Flow[]
}

/**
 * Sharing inside the community by the proportional key: f_ij = s_i d_j / max(S, D), what is left goes to or comes
 * from the grid. Whole numbers, conserving exactly: a house's outflow is its surplus, its inflow its deficit; the
 * rounding follows the largest remainder, ties by id. The order of the houses does not matter.
 * It is accounting, not a trace of electrons.
 * Worked value: A +1100, C -1800 -> A to C 1100, grid to C 700.
 */
export function shareProportionally(positions: readonly NetPosition[]): Sharing {
  const byId = [...positions].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const givers = byId.filter((p) => p.net > 0)
  const takers = byId.filter((p) => p.net < 0)
  const surplus = givers.reduce((sum, p) => sum + p.net, 0)
  const deficit = takers.reduce((sum, p) => sum - p.net, 0)
  const shared = Math.min(surplus, deficit)
  const given = apportion(
    shared,
    givers.map((p) => p.net),
  )
  const taken = apportion(
    shared,
    takers.map((p) => -p.net),
  )
  const flows: Flow[] = []
  const most = Math.max(surplus, deficit)
  const exact = (i: number, j: number) => ((givers[i]?.net ?? 0) * -(takers[j]?.net ?? 0)) / most
  for (const [i, row] of fillTable(given, taken, exact).entries()) {
    for (const [j, amount] of row.entries()) {
      const from = givers[i]
      const to = takers[j]
      if (from && to && amount > 0) flows.push({ from: from.id, to: to.id, amount })
    }
  }
  for (const [i, giver] of givers.entries()) {
    const left = giver.net - (given[i] ?? 0)
    if (left > 0) flows.push({ from: giver.id, to: GRID, amount: left })
  }
  for (const [j, taker] of takers.entries()) {
    const missing = -taker.net - (taken[j] ?? 0)
    if (missing > 0) flows.push({ from: GRID, to: taker.id, amount: missing })
  }
  return { shared, gridImport: deficit - shared, gridExport: surplus - shared, flows }
}

/**
 * Splits a whole `total` by whole `weights` (total <= their sum): each part within one of its exact share and never
 * above its weight; remainders go to the largest fraction first, ties to the first.
 */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0)
  if (sum === 0) return weights.map(() => 0)
  const exact = weights.map((w) => (total * w) / sum)
  const parts = exact.map(Math.floor)
  let left = total - parts.reduce((a, b) => a + b, 0)
  const order = exact
    .map((e, i) => ({ i, fraction: e - Math.floor(e) }))
    .sort((a, b) => b.fraction - a.fraction || a.i - b.i)
  for (const { i } of order) {
    if (left <= 0) break
    parts[i] = (parts[i] ?? 0) + 1
    left -= 1
  }
  return parts
}

/**
 * A table of whole numbers with exactly the given row and column sums (of equal totals), each cell its share
 * row x column / total rounded down, plus one where the remainder is largest and its row and column still lack one.
 */
function fillTable(
  rows: readonly number[],
  columns: readonly number[],
  exact: (i: number, j: number) => number,
): number[][] {
  const cells = rows.map((_, i) => columns.map((_, j) => Math.floor(exact(i, j))))
  const rowLacks = rows.map((sum, i) => sum - (cells[i] ?? []).reduce((a, b) => a + b, 0))
  const columnLacks = columns.map((sum, j) => sum - cells.reduce((total, row) => total + (row[j] ?? 0), 0))
  const byRemainder = cells
    .flatMap((row, i) => row.map((floor, j) => ({ i, j, remainder: exact(i, j) - floor })))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i || a.j - b.j)
  const give = (i: number, j: number, amount: number) => {
    const row = cells[i]
    if (row) row[j] = (row[j] ?? 0) + amount
    rowLacks[i] = (rowLacks[i] ?? 0) - amount
    columnLacks[j] = (columnLacks[j] ?? 0) - amount
  }
  for (const { i, j } of byRemainder) if ((rowLacks[i] ?? 0) > 0 && (columnLacks[j] ?? 0) > 0) give(i, j, 1)
  // Taking the largest first can leave a row and a column that already met: they meet once more.
  for (const i of rows.keys()) {
    for (const j of columns.keys()) {
      const both = Math.min(rowLacks[i] ?? 0, columnLacks[j] ?? 0)
      if (both > 0) give(i, j, both)
    }
  }
  return cells
}

/** What one house put into and took out of the grid in one interval, Wh. */
export interface Exchange {
  readonly id: string
  readonly exportedWh: number
  readonly importedWh: number
}

export interface SharedInterval {
  /** min(all exported, all imported), Wh. */
  readonly sharedWh: number
  /** What remains at the meter of the neighbourhood. */
  readonly gridImportWh: number
  readonly gridExportWh: number
}

/**
 * Shared energy of one interval: the lesser of all that was injected and all that was withdrawn (TIAD, ARERA 727/2022,
 * where the interval is the hour). Worked value: exported 3 and 1, imported 2 and 0.5 kWh -> 2.5 kWh shared.
 */
export function sharedEnergy(exchanges: readonly Exchange[]): SharedInterval {
  const exported = exchanges.reduce((sum, e) => sum + e.exportedWh, 0)
  const imported = exchanges.reduce((sum, e) => sum + e.importedWh, 0)
  const sharedWh = Math.min(exported, imported)
  return { sharedWh, gridImportWh: imported - sharedWh, gridExportWh: exported - sharedWh }
}

/** The part of an interval's shared energy that one house gave, and that it took, by the proportional key, Wh. */
export function sharePart(own: Exchange, exchanges: readonly Exchange[]): { givenWh: number; takenWh: number } {
  const { sharedWh, gridImportWh, gridExportWh } = sharedEnergy(exchanges)
  return {
    givenWh: sharedWh > 0 ? (own.exportedWh * sharedWh) / (sharedWh + gridExportWh) : 0,
    takenWh: sharedWh > 0 ? (own.importedWh * sharedWh) / (sharedWh + gridImportWh) : 0,
  }
}

/**
 * Who gave to whom over several intervals by the proportional key, Wh: f_ij = exported_i imported_j / max(S, D) in each.
 * A house that exported and imported within one interval may give to itself: the interval does not tell when.
 */
export function energyFlows(intervals: Iterable<readonly Exchange[]>): Flow[] {
  const all = [...intervals]
  const ids = [...new Set([GRID, ...all.flatMap((exchanges) => exchanges.map(({ id }) => id))])].sort()
  const places = new Map(ids.map((id, place) => [id, place]))
  const placeOf = (id: string) => places.get(id) ?? 0
  const grid = placeOf(GRID)
  // What a place (row) gave to a place (column): a street's day is a quarter of a million additions.
  const given = new Float64Array(ids.length * ids.length)
  for (const exchanges of all) {
    const { sharedWh, gridImportWh, gridExportWh } = sharedEnergy(exchanges)
    const exported = sharedWh + gridExportWh
    const imported = sharedWh + gridImportWh
    const most = Math.max(exported, imported)
    const takers = exchanges.filter((e) => e.importedWh > 0).map((e) => ({ at: placeOf(e.id), wh: e.importedWh }))
    for (const { at, wh } of takers) add(given, grid * ids.length + at, (wh * gridImportWh) / imported)
    for (const giver of exchanges) {
      if (!(giver.exportedWh > 0)) continue
      const row = placeOf(giver.id) * ids.length
      add(given, row + grid, (giver.exportedWh * gridExportWh) / exported)
      for (const { at, wh } of takers) add(given, row + at, (giver.exportedWh * wh) / most)
    }
  }
  const flows: Flow[] = []
  for (const [i, from] of ids.entries()) {
    for (const [j, to] of ids.entries()) {
      const amount = given[i * ids.length + j] ?? 0
      if (amount > 0) flows.push({ from, to, amount })
    }
  }
  return flows
}

function add(sums: Float64Array, at: number, amount: number): void {
  sums[at] = (sums[at] ?? 0) + amount
}
