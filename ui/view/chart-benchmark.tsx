import { scaleLinear } from 'd3-scale'
import { OTHERS } from '../../hub/domain/visibility.ts'
import type { BenchmarkView, YieldRow } from '../view-models.ts'
import { ChartFrame, DataTable, Hatches, hatch, shorten, type Variant, WIDTHS } from './chart-frame.tsx'
import { compareIds } from './flow-layout.ts'
import type { View } from './view.ts'

/** Rows that are drawn; the table has all of them. */
export const MOST_ROWS = 30

const SHAPES = {
  wide: { left: 160, right: 214, top: 40, row: 26, bar: 14 },
  narrow: { left: 4, right: 4, top: 40, row: 42, bar: 12 },
} as const

interface BenchmarkProps {
  readonly view: View
  readonly benchmark: BenchmarkView
}

/** One bar a plant against the mean of the community and the threshold below which a plant is reported. */
export function BenchmarkChart({ view, benchmark }: BenchmarkProps) {
  const { t, f } = view
  const { rows, mean, unit, threshold, plants, conclusive, dark } = benchmark
  const explain = <p class="hint">{unit === 'W/Wp' ? t('yield.explainNow') : t('yield.explainDay')}</p>
  if (dark || mean === null) {
    return (
      <div class="empty">
        <p>{dark ? t('yield.dark') : t('yield.noPlants')}</p>
        {explain}
      </div>
    )
  }
  const shown = drawnRows(rows)
  const anomalous = conclusive ? rows.filter((row) => row.state === 'anomalo').length : 0
  const verdict = conclusive
    ? anomalous === 0
      ? t('yield.anomalous.none')
      : t.count('yield.anomalous', anomalous)
    : t.count('yield.tooFew', plants)
  const nameOf = (row: YieldRow) => rowName(view, row)
  const height = (variant: Variant) => SHAPES[variant].top + shown.length * SHAPES[variant].row + 6
  return (
    <>
      <p class={anomalous > 0 ? 'verdict verdict-bad' : 'verdict'}>{verdict}</p>
      <ChartFrame
        id="resa"
        title={t('yield.title')}
        desc={t('yield.desc', {
          mean: f.specific(mean, unit),
          limit: f.specific(mean * threshold, unit),
          share: f.share(threshold),
          count: verdict,
        })}
        heights={{ wide: height('wide'), narrow: height('narrow') }}
        draw={(variant) => <Drawing view={view} benchmark={benchmark} mean={mean} rows={shown} variant={variant} />}
      />
      {explain}
      {shown.length < rows.length ? (
        <p class="hint">{t('yield.lowestOnly', { shown: shown.length, n: rows.length })}</p>
      ) : null}
      <DataTable
        id="resa"
        view={view}
        caption={t('yield.title')}
        columns={[t('yield.column.house'), t('yield.column.value'), t('yield.column.ratio'), t('yield.column.state')]}
        rows={[...rows]
          .sort(byName)
          .map((row) => [nameOf(row), f.specific(row.value, unit), f.percent(row.ratio), t(`state.${row.state}`)])}
      />
    </>
  )
}

/** All rows by name, or, of many, the lowest with the own one. */
export function drawnRows(rows: readonly YieldRow[]): YieldRow[] {
  if (rows.length <= MOST_ROWS) return [...rows].sort(byName)
  const own = rows.filter((row) => row.own)
  const others = rows
    .filter((row) => !row.own)
    .sort((a, b) => (a.value ?? -1) - (b.value ?? -1) || compareIds(a.name, b.name))
  return [...own, ...others.slice(0, MOST_ROWS - own.length)].sort(byName)
}

function byName(a: YieldRow, b: YieldRow): number {
  const rank = (row: YieldRow) => (row.own ? -1 : row.name === OTHERS ? 1 : 0)
  return rank(a) - rank(b) || compareIds(a.name, b.name)
}

function rowName({ t }: View, row: YieldRow): string {
  const name = row.name === OTHERS ? t('flow.others') : row.name
  if (row.own) return t('flow.you', { name })
  return row.houses > 1 ? t.count('yield.merged', row.houses, { name }) : name
}

interface DrawingProps extends BenchmarkProps {
  readonly mean: number
  readonly rows: readonly YieldRow[]
  readonly variant: Variant
}

function Drawing({ view, benchmark, mean, rows, variant }: DrawingProps) {
  const { t, f } = view
  const { left, right, top, row: rowHeight, bar } = SHAPES[variant]
  const wide = variant === 'wide'
  const most = Math.max(mean, ...rows.map((row) => row.value ?? 0)) * 1.04 || 1
  const x = scaleLinear([0, most], [left, WIDTHS[variant] - right])
  // Beside the words of a narrow row there is no room for a line across.
  const mark = (value: number) => {
    const head = `M${tenth(x(value))} ${top - 20}V`
    if (wide) return `${head}${top + rows.length * rowHeight}`
    return `${head}${top - 4}${rows.map((_, i) => `M${tenth(x(value))} ${top + i * rowHeight + 20.5}v${bar + 3}`).join('')}`
  }
  const id = `resa-${variant}`
  const limit = mean * benchmark.threshold
  const meanText = t('yield.mean', { value: f.specific(mean, benchmark.unit) })
  return (
    <>
      <Hatches id={id} only={['alert']} />
      <text class="axis" x={tenth(x(limit)) - 5} y={top - 10} text-anchor="end">
        {t('yield.threshold', { share: f.percent(benchmark.threshold) })}
      </text>
      <text
        class="axis strong"
        x={wide ? tenth(x(mean)) : WIDTHS.narrow - right}
        y={top - 26}
        text-anchor={wide ? 'middle' : 'end'}
      >
        {meanText}
      </text>
      {rows.map((row, index) => {
        const y = top + index * rowHeight
        const barY = wide ? y + (rowHeight - bar) / 2 : y + 22
        const bad = row.state === 'anomalo'
        const state = `${f.specific(row.value, benchmark.unit)} · ${t(`state.${row.state}`)}`
        return (
          <g class={row.own ? 'own' : undefined}>
            <rect class="track" x={left} y={barY} width={x(most) - left} height={bar} rx="3" />
            {row.value === null ? null : (
              <rect
                class={bad ? 'yield yield-bad' : 'yield'}
                x={left}
                y={barY}
                width={Math.max(1, tenth(x(row.value) - left))}
                height={bar}
                rx="3"
                fill={bad ? hatch(id, 'alert') : undefined}
              />
            )}
            <text
              class="label"
              x={wide ? left - 10 : left}
              y={wide ? barY + bar - 2.5 : y + 16}
              text-anchor={wide ? 'end' : 'start'}
            >
              {shorten(rowName(view, row), wide ? 24 : 20)}
            </text>
            <text
              class={bad ? 'amount bad' : 'amount'}
              x={wide ? x(most) + 10 : WIDTHS.narrow - right}
              y={wide ? barY + bar - 2.5 : y + 16}
              text-anchor={wide ? 'start' : 'end'}
            >
              {state}
            </text>
          </g>
        )
      })}
      <path class="mean" d={mark(mean)} />
      <path class="limit" d={mark(limit)} />
    </>
  )
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
