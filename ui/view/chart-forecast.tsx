import { scaleLinear } from 'd3-scale'
import { area, line } from 'd3-shape'
import { HOUR } from '../../hub/domain/time.ts'
import type { ForecastDayView, ForecastPoint } from '../models/forecast.ts'
import { ChartFrame, DataTable, Legend, type Variant, WIDTHS } from './chart-frame.tsx'
import { NONE } from './format.ts'
import type { View } from './view.ts'

interface Props {
  readonly view: View
  readonly days: readonly ForecastDayView[]
  readonly points: readonly ForecastPoint[]
  readonly slotMs: number
}

const SHAPES = {
  wide: { height: 280, left: 46, right: 12, top: 46, bottom: 28, everyHours: 6 },
  narrow: { height: 240, left: 34, right: 8, top: 44, bottom: 26, everyHours: 12 },
} as const

/** Today and two days more: the band that four facts of five fall into, the middle of it dashed, and what was measured. */
export function ForecastChart({ view, days, points, slotMs }: Props) {
  const { t, f } = view
  const peak = points.reduce<ForecastPoint | null>((best, p) => (p.p50W > (best?.p50W ?? 0) ? p : best), null)
  const rows = hourly(points, slotMs).filter((hour) => hour.p90W >= 0.5 || (hour.measuredW ?? 0) > 0)
  return (
    <>
      <ChartFrame
        id="previsione-curva"
        title={t('forecast.chartTitle')}
        desc={
          peak
            ? t('forecast.desc', { peak: f.power(peak.p50W), at: f.dateTime(peak.start) })
            : t('forecast.descNothing')
        }
        heights={{ wide: SHAPES.wide.height, narrow: SHAPES.narrow.height }}
        draw={(variant) => <Drawing view={view} days={days} points={points} slotMs={slotMs} variant={variant} />}
      />
      <Legend
        id="previsione-curva"
        entries={[
          { swatch: 'band', text: t('forecast.band') },
          { swatch: 'expected', text: t('forecast.middle') },
          ...(points.some((p) => p.measuredW !== null)
            ? [{ swatch: 'line', text: t('forecast.measured') } as const]
            : []),
        ]}
      />
      <DataTable
        id="previsione-curva"
        view={view}
        caption={t('forecast.tableCaption')}
        columns={[t('forecast.hour'), 'P10', 'P50', 'P90', t('forecast.measured')]}
        rows={rows.map((hour) => [
          f.dateTime(hour.start),
          f.power(hour.p10W),
          f.power(hour.p50W),
          f.power(hour.p90W),
          hour.measuredW === null ? NONE : f.power(hour.measuredW),
        ])}
      />
    </>
  )
}

function Drawing({ view, days, points, slotMs, variant }: Props & { readonly variant: Variant }) {
  const { t, f, reader } = view
  const { height, left, right, top, bottom, everyHours } = SHAPES[variant]
  const width = WIDTHS[variant]
  const from = days[0]?.from ?? 0
  const to = days.at(-1)?.to ?? 1
  const most = Math.max(100, ...points.flatMap((p) => [p.p90W, p.measuredW ?? 0]))
  const inKw = most >= 1000
  const y = scaleLinear([0, most], [height - bottom, top]).nice(4)
  const x = scaleLinear([from, to], [left, width - right])
  const ticks = y.ticks(4)
  const decimals = inKw && ticks.some((tick) => tick % 1000 !== 0) ? 1 : 0
  const now = reader.now > from && reader.now < to ? Math.round(x(reader.now)) : null
  const paths = bandPaths(points, slotMs, { x, y })
  return (
    <>
      <text class="axis" x={left - 8} y={top - 8} text-anchor="end">
        {inKw ? 'kW' : 'W'}
      </text>
      {ticks.map((tick) => (
        <g>
          <path class="rule" d={`M${left} ${round(y(tick))}H${width - right}`} />
          <text class="axis" x={left - 8} y={round(y(tick)) + 4} text-anchor="end">
            {f.number(inKw ? tick / 1000 : tick, decimals)}
          </text>
        </g>
      ))}
      {days.map((day, i) => (
        <g>
          {i === 0 ? null : <path class="rule" d={`M${round(x(day.from))} ${top - 30}V${height - bottom}`} />}
          <text x={round((x(day.from) + x(day.to)) / 2)} y={top - 30} text-anchor="middle">
            {t(`forecast.day.${DAY_NAMES[i] ?? 'after'}`)}
          </text>
          {hoursOf(day, reader.zone, everyHours).map(({ at, hour }) => (
            <text class="axis" x={round(x(at))} y={height - 8} text-anchor="middle">
              {hour}
            </text>
          ))}
        </g>
      ))}
      <path class="band" d={paths.band} />
      <path class="expected" d={paths.middle} />
      <path class="curve" d={paths.measured} />
      {now === null ? null : (
        <>
          <path class="now" d={`M${now} ${top - 22}V${height - bottom}`} />
          <text class="axis" x={now + 5} y={top - 12}>
            {t('curve.now')}
          </text>
        </>
      )}
    </>
  )
}

const DAY_NAMES = ['today', 'tomorrow', 'after'] as const

interface Scales {
  readonly x: (at: number) => number
  readonly y: (w: number) => number
}

/** A forecast as paths: each slot at its middle. */
export function bandPaths(points: readonly ForecastPoint[], slotMs: number, { x, y }: Scales) {
  const at = (p: ForecastPoint) => x(p.start + slotMs / 2)
  const band = area<ForecastPoint>()
    .x(at)
    .y0((p) => y(p.p10W))
    .y1((p) => y(p.p90W))
    .digits(1)
  const curve = (of: (p: ForecastPoint) => number | null) =>
    line<ForecastPoint>()
      .defined((p) => of(p) !== null)
      .x(at)
      .y((p) => y(of(p) ?? 0))
      .digits(1)
  return {
    band: band(points) ?? '',
    middle: curve((p) => p.p50W)(points) ?? '',
    measured: curve((p) => p.measuredW)(points) ?? '',
  }
}

/** Hours of the community's clock inside a day, midnight left to the day's line. */
function hoursOf(day: ForecastDayView, zone: string, every: number): { at: number; hour: string }[] {
  const civil = Temporal.PlainDate.from(day.day)
  const ticks = []
  for (let hour = every; hour < 24; hour += every) {
    const at = civil.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from({ hour }) }).epochMilliseconds
    ticks.push({ at, hour: String(hour).padStart(2, '0') })
  }
  return ticks
}

function hourly(points: readonly ForecastPoint[], slotMs: number): ForecastPoint[] {
  const per = Math.max(1, Math.round(HOUR / slotMs))
  const hours: ForecastPoint[] = []
  for (let i = 0; i + per <= points.length; i += per) {
    const group = points.slice(i, i + per)
    const known = group.flatMap((p) => (p.measuredW === null ? [] : [p.measuredW]))
    const mean = (of: (p: ForecastPoint) => number) => group.reduce((sum, p) => sum + of(p), 0) / per
    hours.push({
      start: group[0]?.start ?? 0,
      p10W: mean((p) => p.p10W),
      p50W: mean((p) => p.p50W),
      p90W: mean((p) => p.p90W),
      measuredW: known.length === 0 ? null : known.reduce((sum, w) => sum + w, 0) / known.length,
    })
  }
  return hours
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
