import { strong, table } from '../../hub/cli/table.ts'

/** One line of the result: a figure of this code beside the figures of simpler methods on the same data. */
export interface Row {
  readonly group: string
  readonly name: string
  readonly value: number
  readonly unit: string
  /** Name of a simpler method -> its figure, in the same unit. */
  readonly baselines: Readonly<Record<string, number>>
  /** What was aimed at, in words; null where nothing was. */
  readonly goal: string | null
  readonly met: boolean | null
  readonly note?: string
}

/** A goal that a figure can be held against. */
export interface Goal {
  readonly words: string
  readonly holds: (value: number) => boolean
}

export const atLeast = (bound: number, unit = ''): Goal => ({
  words: `>= ${bound}${unit && ` ${unit}`}`,
  holds: (value) => value >= bound,
})
export const atMost = (bound: number, unit = ''): Goal => ({
  words: `<= ${bound}${unit && ` ${unit}`}`,
  holds: (value) => value <= bound,
})
export const between = (low: number, high: number, unit = ''): Goal => ({
  words: `${low}-${high}${unit && ` ${unit}`}`,
  holds: (value) => value >= low && value <= high,
})

/** Makes rows of one group. `digits` decimals are kept of every figure; the goal is judged before rounding. */
export function rowOf(
  group: string,
  name: string,
  value: number,
  unit: string,
  more: {
    readonly baselines?: Readonly<Record<string, number>>
    readonly goal?: Goal
    readonly note?: string
    readonly digits?: number
  } = {},
): Row {
  const { baselines = {}, goal, note, digits = 1 } = more
  return {
    group,
    name,
    value: round(value, digits),
    unit,
    baselines: Object.fromEntries(Object.entries(baselines).map(([key, figure]) => [key, round(figure, digits)])),
    goal: goal?.words ?? null,
    met: goal ? Number.isFinite(value) && goal.holds(value) : null,
    ...(note === undefined ? {} : { note }),
  }
}

/** The rows as aligned columns, group by group; notes follow their group. */
export function printRows(rows: readonly Row[], out: NodeJS.WriteStream): void {
  for (const [group, own] of Map.groupBy(rows, (row) => row.group)) {
    out.write(`\n${strong(group, out)}\n`)
    const cells = own.map((row) => [
      row.name,
      row.value,
      row.unit,
      Object.entries(row.baselines)
        .map(([name, figure]) => `${name} ${figure}`)
        .join(', '),
      row.goal ?? '',
      row.met === null ? '' : row.met ? 'met' : 'MISSED',
    ])
    out.write(`${table(['MEASURE', 'VALUE', 'UNIT', 'BASELINES', 'GOAL', ''], cells, out)}\n`)
    for (const row of own) if (row.note) out.write(`  ${row.name}: ${row.note}\n`)
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
