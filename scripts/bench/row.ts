/** One line of the result. */
export interface Row {
  readonly measure: string
  readonly what: string
  readonly value: number
  readonly unit: string
}

/** Rows of one measure: `[what, value, unit]` each. */
export function rows(
  measure: string,
  ...cells: readonly (readonly [what: string, value: number, unit: string])[]
): Row[] {
  return cells.map(([what, value, unit]) => ({ measure, what, value: round(value), unit }))
}

/** Kilobytes as Linux counts them, as MiB. */
export function mib(kb: number): number {
  return kb / 1024
}

/** Three digits that mean something. */
function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}
