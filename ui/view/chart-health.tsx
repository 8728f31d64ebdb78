import { scaleBand, scaleLinear } from 'd3-scale'
import type { HealthDayView } from '../models/health.ts'
import { ChartFrame, DataTable, Hatches, hatch, Legend, type Variant, WIDTHS } from './chart-frame.tsx'
import type { View } from './view.ts'

const SHAPES = {
  wide: { height: 300, left: 52, right: 8, top: 30, bottom: 30, every: 5 },
  narrow: { height: 260, left: 42, right: 4, top: 28, bottom: 28, every: 10 },
} as const

/** A day below this share of what is foretold is hatched. */
const LOW = 0.85

interface Props {
  readonly view: View
  readonly days: readonly HealthDayView[]
}

/** Bars of what was made, steps of what neighbours foretell. */
export function HealthChart({ view, days }: Props) {
  const { t, f } = view
  const sum = (of: (day: HealthDayView) => number) => days.reduce((total, day) => total + of(day), 0)
  return (
    <>
      <ChartFrame
        id="prova"
        title={t('health.chart')}
        desc={t('health.chartDesc', {
          made: f.energy(sum((d) => d.madeWh)),
          expected: f.energy(sum((d) => d.expectedWh)),
        })}
        heights={{ wide: SHAPES.wide.height, narrow: SHAPES.narrow.height }}
        draw={(variant) => <Drawing view={view} days={days} variant={variant} />}
      />
      <Legend
        id="prova"
        entries={[
          { swatch: 'solar', text: t('health.made') },
          ...(days.some(isLow) ? [{ swatch: 'alert', text: t('health.low', { share: f.percent(LOW) }) } as const] : []),
          { swatch: 'line', text: t('health.expected') },
        ]}
      />
      <DataTable
        id="prova"
        view={view}
        caption={t('health.chart')}
        columns={[t('health.day'), t('health.made'), t('health.expected'), t('health.ratio')]}
        rows={days.map((day) => [
          f.day(day.day),
          f.energy(day.madeWh),
          f.energy(day.expectedWh),
          f.percent(day.expectedWh > 0 ? day.madeWh / day.expectedWh : null),
        ])}
      />
    </>
  )
}

function isLow(day: HealthDayView): boolean {
  return day.madeWh < LOW * day.expectedWh
}

function Drawing({ view, days, variant }: Props & { readonly variant: Variant }) {
  const { f } = view
  const { height, left, right, top, bottom, every } = SHAPES[variant]
  const most = Math.max(1, ...days.map((d) => Math.max(d.madeWh, d.expectedWh)))
  const x = scaleBand<string>()
    .domain(days.map((d) => d.day))
    .range([left, WIDTHS[variant] - right])
    .padding(0.25)
  const y = scaleLinear([0, most], [height - bottom, top]).nice(4)
  const id = `prova-${variant}`
  return (
    <>
      <Hatches id={id} only={['solar', 'alert']} />
      {y.ticks(4).map((tick) => (
        <>
          <path class="rule" d={`M${left} ${tenth(y(tick))}H${WIDTHS[variant] - right}`} />
          <text class="axis" x={left - 6} y={tenth(y(tick)) + 4} text-anchor="end">
            {f.number(tick / 1000)}
          </text>
        </>
      ))}
      <text class="axis" x={left - 6} y={top - 14} text-anchor="end">
        kWh
      </text>
      {days.map((day) => (
        <rect
          x={tenth(x(day.day) ?? 0)}
          y={tenth(y(day.madeWh))}
          width={tenth(x.bandwidth())}
          height={Math.max(0, tenth(height - bottom - y(day.madeWh)))}
          fill={hatch(id, isLow(day) ? 'alert' : 'solar')}
        />
      ))}
      {days.map((day) => (
        <path
          class="curve"
          d={`M${tenth((x(day.day) ?? 0) - 1.5)} ${tenth(y(day.expectedWh))}h${tenth(x.bandwidth() + 3)}`}
        />
      ))}
      {days.map((day, i) =>
        (days.length - 1 - i) % every === 0 ? (
          <text
            class="axis"
            x={tenth((x(day.day) ?? 0) + x.bandwidth() / 2)}
            y={height - bottom + 18}
            text-anchor="middle"
          >
            {`${Number(day.day.slice(8))}/${Number(day.day.slice(5, 7))}`}
          </text>
        ) : null,
      )}
    </>
  )
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
