import type { Child } from 'hono/jsx'
import { Scroll } from './parts.tsx'
import type { View } from './view.ts'

/** A chart is drawn twice, wide and narrow, so that its text keeps its size; the style sheet shows one of them and hides the other from everybody. */
export const VARIANTS = ['wide', 'narrow'] as const
export type Variant = (typeof VARIANTS)[number]

export const WIDTHS: { readonly [V in Variant]: number } = { wide: 760, narrow: 340 }

interface FrameProps {
  readonly id: string
  readonly title: string
  readonly desc: string
  readonly heights: { readonly [V in Variant]: number }
  readonly draw: (variant: Variant) => Child
}

export function ChartFrame({ id, title, desc, heights, draw }: FrameProps) {
  return (
    <div class="chart">
      {VARIANTS.map((variant) => (
        <svg
          class={`drawing ${variant}`}
          viewBox={`0 0 ${WIDTHS[variant]} ${heights[variant]}`}
          role="img"
          aria-labelledby={`${id}-${variant}-t ${id}-${variant}-d`}
        >
          <title id={`${id}-${variant}-t`}>{title}</title>
          <desc id={`${id}-${variant}-d`}>{desc}</desc>
          {draw(variant)}
        </svg>
      ))}
    </div>
  )
}

export interface LegendEntry {
  readonly swatch: Swatch
  readonly text: string
}

export type Swatch =
  | 'self'
  | 'solar'
  | 'grid'
  | 'export'
  | 'community'
  | 'unknown'
  | 'alert'
  | 'line'
  | 'band'
  | 'expected'

/** Names the colours. Each mark repeats the hatching of its area, so that it can be told without colour. */
export function Legend({ id, entries }: { readonly id: string; readonly entries: readonly LegendEntry[] }) {
  return (
    <ul class="legend">
      {entries.map(({ swatch, text }) => (
        <li>
          <svg class="mark" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
            {swatch === 'band' ? (
              <rect class="band" x="0" y="2" width="16" height="12" />
            ) : swatch === 'line' || swatch === 'expected' ? (
              <path class={swatch === 'line' ? 'curve' : 'expected'} d="M0 8H16" />
            ) : (
              <>
                <Hatches id={`${id}-m-${swatch}`} only={[swatch]} />
                <rect width="16" height="16" rx="4" fill={hatch(`${id}-m-${swatch}`, swatch)} />
              </>
            )}
          </svg>
          {text}
        </li>
      ))}
    </ul>
  )
}

const STROKES: { readonly [S in Exclude<Swatch, 'line' | 'band' | 'expected'>]: string | null } = {
  self: null,
  solar: 'M-2 2 2-2M0 8 8 0M6 10 10 6',
  export: 'M-2 6 2 10M0 0 8 8M6-2 10 2',
  grid: 'M0 2H8M0 6H8',
  community: 'M2 0V8M6 0V8',
  unknown: 'M-2 2 2-2M0 8 8 0M6 10 10 6M0 0 8 8',
  alert: 'M-2 2 2-2M0 8 8 0M6 10 10 6',
}

/** Patterns: the colour comes from the style sheet, the strokes make areas distinct in grey. */
export function Hatches({ id, only }: { readonly id: string; readonly only: readonly Swatch[] }) {
  return (
    <defs>
      {Object.entries(STROKES)
        .filter(([name]) => only.includes(name as Swatch))
        .map(([name, strokes]) => (
          <pattern id={`${id}-${name}`} width="8" height="8" patternUnits="userSpaceOnUse">
            <rect class={`fill-${name}`} width="8" height="8" />
            {strokes ? <path class="hatch" d={strokes} /> : null}
          </pattern>
        ))}
    </defs>
  )
}

export function hatch(id: string, swatch: Swatch): string {
  return `url(#${id}-${swatch})`
}

interface TableProps {
  readonly id: string
  readonly caption: string
  readonly view: View
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The numbers of a chart, for those who prefer or need them. The first column names the row. */
export function DataTable({ id, caption, view, columns, rows }: TableProps) {
  return (
    <details class="data" id={`${id}-data`}>
      <summary>{view.t('chart.table')}</summary>
      <Scroll name={caption}>
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th scope="col">{column}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([first, ...rest]) => (
              <tr>
                <th scope="row">{first}</th>
                {rest.map((cell) => (
                  <td>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  )
}

/** Cuts a label that would leave its column. */
export function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`
}
