import { styleText } from 'node:util'
import type { Terminal } from './command.ts'

/** Rows under headings, columns aligned; numbers to the right. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  out: Terminal['out'],
): string {
  const text = rows.map((row) => row.map((cell) => (cell === null ? '-' : String(cell))))
  const widths = headings.map((h, i) => Math.max(h.length, ...text.map((row) => row[i]?.length ?? 0)))
  const right = headings.map(
    (_, i) => rows.length > 0 && rows.every((row) => row[i] === null || typeof row[i] === 'number'),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (right[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  return [strong(line(headings), out), ...text.map(line)].join('\n')
}

/** Bold on a terminal, plain elsewhere and under NO_COLOR. */
export function strong(text: string, out: Terminal['out']): string {
  return out.isTTY && !process.env['NO_COLOR'] ? styleText('bold', text, { validateStream: false }) : text
}
