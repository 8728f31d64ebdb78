import { scaleLinear } from 'd3-scale'
import { dayOf, SLOT } from '../../hub/domain/time.ts'
import type { DayForecastView } from '../models/forecast.ts'
import type { CurvePoint, DayChoice } from '../view-models.ts'
import { bandPaths } from './chart-forecast.tsx'
import {
  ChartFrame,
  DataTable,
  Hatches,
  hatch,
  Legend,
  type LegendEntry,
  type Variant,
  WIDTHS,
} from './chart-frame.tsx'
import { areaPath, coarser, consumptionPath, corners, hourly, LAYERS, type Layer, peakOf } from './day-curve.ts'
import { NONE } from './format.ts'
import type { View } from './view.ts'

interface DayChartProps {
  readonly view: View
  readonly day: DayChoice
  readonly curve: readonly CurvePoint[]
  /** Whose curve: what a house draws comes from its neighbours too, what the community draws comes from the grid. */
  readonly of: 'house' | 'community'
  /** Drawn behind what was measured. */
  readonly forecast?: DayForecastView | null
}

const SHAPES = {
  wide: { height: 290, left: 46, right: 12, top: 32, bottom: 28, step: SLOT, everyHours: 3 },
  narrow: { height: 230, left: 34, right: 10, top: 30, bottom: 26, step: 3 * SLOT, everyHours: 6 },
} as const

/** The day in powers: what was used on the spot, what was left over, what was drawn, and the line of the consumption. */
export function DayChart({ view, day, curve, of, forecast = null }: DayChartProps) {
  const { t, f } = view
  const known = curve.filter((point) => point.productionW !== null || point.consumptionW !== null)
  if (known.length === 0 && !forecast) {
    return (
      <div class="empty">
        <p>{t('chart.empty')}</p>
        <p class="hint">{t('chart.emptyHint')}</p>
      </div>
    )
  }
  const production = peakOf(curve, 'productionW')
  const consumption = peakOf(curve, 'consumptionW')
  const describe = (peak: typeof production) => ({ w: f.power(peak?.w ?? 0), at: peak ? f.time(peak.at) : NONE })
  const desc =
    production || consumption
      ? t('curve.desc', {
          production: describe(production).w,
          productionAt: describe(production).at,
          consumption: describe(consumption).w,
          consumptionAt: describe(consumption).at,
        })
      : t('curve.descNothing')
  const hasGap = curve.some(
    (point) => point.start + SLOT <= view.reader.now && point.productionW === null && point.consumptionW === null,
  )
  return (
    <>
      <ChartFrame
        id="curva"
        title={t('curve.title')}
        desc={desc}
        heights={{ wide: SHAPES.wide.height, narrow: SHAPES.narrow.height }}
        draw={(variant) => <Drawing view={view} day={day} curve={curve} forecast={forecast} variant={variant} />}
      />
      <Legend id="curva" entries={[...legendOf(view, known, of), ...(forecast ? forecastEntries(view) : [])]} />
      {hasGap ? <p class="hint">{t('curve.gap')}</p> : null}
      <DataTable
        id="curva"
        view={view}
        caption={t('curve.tableCaption')}
        columns={[t('curve.hour'), t('curve.productionKwh'), t('curve.consumptionKwh')]}
        rows={hourly(curve)
          .filter((hour) => hour.start <= view.reader.now)
          .map((hour) => [f.time(hour.start), f.energy(hour.producedWh), f.energy(hour.consumedWh)])}
      />
    </>
  )
}

function legendOf({ t }: View, known: readonly CurvePoint[], of: 'house' | 'community'): LegendEntry[] {
  const texts: { readonly [L in Layer]: string } = {
    self: t('curve.selfUse'),
    solar: t('curve.surplus'),
    grid: of === 'house' ? t('curve.fromGrid') : t('curve.fromGridCommunity'),
    unknown: t('curve.productionOnly'),
  }
  const layers = Object.keys(LAYERS) as Layer[]
  const drawn = layers.filter((layer) =>
    known.some((point) => {
      const band = LAYERS[layer](point.productionW, point.consumptionW)
      return band !== null && band.high > band.low
    }),
  )
  const entries: LegendEntry[] = drawn.map((layer) => ({ swatch: layer, text: texts[layer] }))
  if (known.some((point) => point.consumptionW !== null)) entries.push({ swatch: 'line', text: t('curve.consumption') })
  return entries
}

function forecastEntries({ t }: View): LegendEntry[] {
  return [
    { swatch: 'band', text: t('forecast.band') },
    { swatch: 'expected', text: t('forecast.middle') },
  ]
}

function Drawing({ view, day, curve, forecast, variant }: Omit<DayChartProps, 'of'> & { readonly variant: Variant }) {
  const { t, reader } = view
  const { height, left, right, top, bottom, step, everyHours } = SHAPES[variant]
  const width = WIDTHS[variant]
  const points = coarser(curve, step)
  const most = Math.max(
    100,
    ...points.flatMap((p) => [p.productionW ?? 0, p.consumptionW ?? 0]),
    ...(forecast?.points ?? []).map((p) => p.p90W),
  )
  const inKw = most >= 1000
  const y = scaleLinear([0, most], [height - bottom, top]).nice(4)
  const x = scaleLinear([day.from, day.to], [left, width - right])
  const ticks = y.ticks(4)
  const decimals = inKw && ticks.some((tick) => tick % 1000 !== 0) ? 1 : 0
  const id = `curva-${variant}`
  const ahead = forecast ? bandPaths(forecast.points, forecast.slotMs, { x, y }) : null
  const now = day.isToday && reader.now > day.from && reader.now < day.to ? Math.round(x(reader.now)) : null
  const nowLeft = now !== null && now > width - right - 40
  return (
    <>
      <Hatches id={id} only={Object.keys(LAYERS) as Layer[]} />
      {now === null ? null : (
        <rect class="future" x={now} y={top} width={width - right - now} height={height - bottom - top} />
      )}
      <text class="axis" x={left - 8} y={top - 14} text-anchor="end">
        {inKw ? 'kW' : 'W'}
      </text>
      {ticks.map((tick) => (
        <g>
          <path class="rule" d={`M${left} ${round(y(tick))}H${width - right}`} />
          <text class="axis" x={left - 8} y={round(y(tick)) + 4} text-anchor="end">
            {view.f.number(inKw ? tick / 1000 : tick, decimals)}
          </text>
        </g>
      ))}
      {civilTicks(day, reader.zone, everyHours).map(({ at, hour }) => (
        <text class="axis" x={round(x(at))} y={height - 8} text-anchor="middle">
          {hour}
        </text>
      ))}
      {ahead ? <path class="band" d={ahead.band} /> : null}
      {(Object.keys(LAYERS) as Layer[]).map((layer) => {
        const path = areaPath(corners(points, LAYERS[layer], step), { x, y })
        return path ? <path class={`layer layer-${layer}`} d={path} fill={hatch(id, layer)} /> : null
      })}
      {ahead ? <path class="expected" d={ahead.middle} /> : null}
      <path class="curve" d={consumptionPath(points, step, { x, y })} />
      {now === null ? null : (
        <>
          <path class="now" d={`M${now} ${top - 14}V${height - bottom}`} />
          <text class="axis" x={now + (nowLeft ? -5 : 5)} y={top - 6} text-anchor={nowLeft ? 'end' : 'start'}>
            {t('curve.now')}
          </text>
        </>
      )}
    </>
  )
}

/** Full hours of the community's clock, each at its true instant: on a day of 23 or 25 hours they are not evenly spaced. */
export function civilTicks(day: DayChoice, zone: string, everyHours: number): { at: number; hour: string }[] {
  const civil = dayOf(day.from, zone)
  const ticks = []
  for (let hour = 0; hour < 24; hour += everyHours) {
    const at = civil.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from({ hour }) }).epochMilliseconds
    ticks.push({ at, hour: String(hour).padStart(2, '0') })
  }
  return [...ticks, { at: day.to, hour: '24' }]
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
