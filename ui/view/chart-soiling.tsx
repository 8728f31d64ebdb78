import { scaleLinear, scalePoint } from 'd3-scale'
import { ChartFrame, DataTable, Legend, type Variant, WIDTHS } from './chart-frame.tsx'
import type { View } from './view.ts'

const SHAPES = {
  wide: { height: 260, left: 52, right: 12, top: 20, bottom: 30, labels: 8 },
  narrow: { height: 220, left: 46, right: 8, top: 18, bottom: 28, labels: 4 },
} as const

interface Props {
  readonly view: View
  readonly days: readonly { readonly day: string; readonly ratio: number }[]
}

/** The middle roof over its own value after the last rain: a line that falls is dirt. */
export function SoilingChart({ view, days }: Props) {
  const { t, f } = view
  return (
    <>
      <ChartFrame
        id="sporco"
        title={t('cleaning.chart')}
        desc={t('cleaning.chartDesc', {
          first: f.percent(days[0]?.ratio ?? null),
          last: f.percent(days.at(-1)?.ratio ?? null),
        })}
        heights={{ wide: SHAPES.wide.height, narrow: SHAPES.narrow.height }}
        draw={(variant) => <Drawing view={view} days={days} variant={variant} />}
      />
      <Legend id="sporco" entries={[{ swatch: 'line', text: t('cleaning.chart') }]} />
      <DataTable
        id="sporco"
        view={view}
        caption={t('cleaning.chart')}
        columns={[t('health.day'), t('health.ratio')]}
        rows={days.map(({ day, ratio }) => [f.day(day), f.percent(ratio)])}
      />
    </>
  )
}

function Drawing({ view, days, variant }: Props & { readonly variant: Variant }) {
  const { height, left, right, top, bottom, labels } = SHAPES[variant]
  const ratios = days.map((d) => d.ratio)
  const x = scalePoint<string>()
    .domain(days.map((d) => d.day))
    .range([left, WIDTHS[variant] - right])
  const y = scaleLinear([Math.min(0.9, ...ratios), Math.max(1.05, ...ratios)], [height - bottom, top]).nice(4)
  const every = Math.max(1, Math.ceil(days.length / labels))
  const line = days
    .map(({ day, ratio }, i) => `${i === 0 ? 'M' : 'L'}${tenth(x(day) ?? 0)} ${tenth(y(ratio))}`)
    .join('')
  return (
    <>
      {y.ticks(4).map((tick) => (
        <>
          <path class="rule" d={`M${left} ${tenth(y(tick))}H${WIDTHS[variant] - right}`} />
          <text class="axis" x={left - 6} y={tenth(y(tick)) + 4} text-anchor="end">
            {view.f.percent(tick)}
          </text>
        </>
      ))}
      <path class="curve" d={line} />
      {days.map(({ day }, i) =>
        i % every === 0 ? (
          <text class="axis" x={tenth(x(day) ?? 0)} y={height - bottom + 18} text-anchor="middle">
            {`${Number(day.slice(8))}/${Number(day.slice(5, 7))}`}
          </text>
        ) : null,
      )}
    </>
  )
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
