import { scaleBand, scaleLinear } from 'd3-scale'
import type { HistoryBar, HistoryPage } from '../models/history.ts'
import {
  ChartFrame,
  DataTable,
  Hatches,
  hatch,
  Legend,
  type LegendEntry,
  type Swatch,
  type Variant,
  WIDTHS,
} from './chart-frame.tsx'
import { intervalName, periodName, tickName } from './period-text.ts'
import type { View } from './view.ts'

interface Props {
  readonly view: View
  readonly page: HistoryPage
}

const SHAPES = {
  wide: { height: 400, left: 50, right: 8, top: 26, bottom: 30, most: 16 },
  narrow: { height: 340, left: 40, right: 4, top: 24, bottom: 28, most: 7 },
} as const

interface Part {
  readonly swatch: Swatch
  readonly wh: number
}

/** Where what was used came from, upwards. */
function sources(bar: HistoryBar): Part[] {
  if (bar.ownWh === null) return bar.consumedWh === null ? [] : [{ swatch: 'unknown', wh: bar.consumedWh }]
  return [
    { swatch: 'self', wh: bar.ownWh },
    { swatch: 'community', wh: bar.fromCommunityWh ?? 0 },
    { swatch: 'grid', wh: bar.fromGridWh ?? 0 },
  ]
}

/** Where what was made went, downwards. */
function uses(bar: HistoryBar): Part[] {
  if (bar.ownWh === null) return bar.producedWh === null ? [] : [{ swatch: 'unknown', wh: bar.producedWh }]
  return [
    { swatch: 'self', wh: bar.ownWh },
    { swatch: 'community', wh: bar.toCommunityWh ?? 0 },
    { swatch: 'export', wh: bar.toGridWh ?? 0 },
  ]
}

function height(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.wh, 0)
}

/** Two-sided bars: sources of the consumption above the line, uses of the production below it; marks show the period compared with. */
export function HistoryChart({ view, page }: Props) {
  const { t, f } = view
  const { bars, period } = page
  const known = bars.filter((bar) => bar.quality !== 'mancante')
  if (known.length === 0) {
    return (
      <div class="empty">
        <p>{t('history.empty')}</p>
        <p class="hint">{t('history.emptyHint')}</p>
      </div>
    )
  }
  const name = periodName(view, period)
  const columns = [
    t(`history.interval.${period.span}`),
    t('history.consumed'),
    t('history.own'),
    t('history.fromCommunity'),
    t('history.fromGrid'),
    t('history.produced'),
    t('history.toCommunity'),
    t('history.toGrid'),
    t('history.quality'),
  ]
  return (
    <>
      <ChartFrame
        id="storico"
        title={t('history.chart', { period: name })}
        desc={t('history.desc', {
          consumed: f.energy(page.total.consumedWh),
          produced: f.energy(page.total.producedWh),
        })}
        heights={{ wide: SHAPES.wide.height, narrow: SHAPES.narrow.height }}
        draw={(variant) => <Drawing view={view} page={page} variant={variant} />}
      />
      <Legend id="storico" entries={legendOf(view, page)} />
      <DataTable
        id="storico"
        view={view}
        caption={t('history.chart', { period: name })}
        columns={columns}
        rows={bars
          .filter((bar) => bar.start < view.reader.now)
          .map((bar) => [
            intervalName(view, period.span, bar.start),
            f.energy(bar.consumedWh),
            f.energy(bar.ownWh),
            f.energy(bar.fromCommunityWh),
            f.energy(bar.fromGridWh),
            f.energy(bar.producedWh),
            f.energy(bar.toCommunityWh),
            f.energy(bar.toGridWh),
            qualityText(view, bar),
          ])}
      />
    </>
  )
}

function qualityText({ t, f }: View, bar: HistoryBar): string {
  if (bar.quality === 'mancante') return t('history.quality.mancante')
  const text = t(`history.quality.${bar.quality}`)
  return bar.coverage < 0.99 ? `${text}, ${f.percent(bar.coverage)}` : text
}

function legendOf({ t }: View, page: HistoryPage): LegendEntry[] {
  const drawn = new Set(
    page.bars
      .flatMap((bar) => [...sources(bar), ...uses(bar)])
      .filter((p) => p.wh > 0)
      .map((p) => p.swatch),
  )
  const shared = page.house ? t('history.legend.community') : t('history.legend.shared')
  const all: LegendEntry[] = [
    { swatch: 'self', text: t('history.own') },
    { swatch: 'community', text: shared },
    { swatch: 'grid', text: t('history.fromGrid') },
    { swatch: 'export', text: t('history.toGrid') },
    { swatch: 'unknown', text: t('history.legend.unknown') },
  ]
  const entries = all.filter((entry) => drawn.has(entry.swatch))
  if (page.before) entries.push({ swatch: 'line', text: t('history.legend.before') })
  return entries
}

function Drawing({ view, page, variant }: Props & { readonly variant: Variant }) {
  const { t, f } = view
  const { bars, before, period } = page
  const shape = SHAPES[variant]
  const width = WIDTHS[variant]
  const top = Math.max(
    1,
    ...bars.map((bar) => height(sources(bar))),
    ...(before?.bars ?? []).map((b) => b.consumedWh ?? 0),
  )
  const bottom = Math.max(
    1,
    ...bars.map((bar) => height(uses(bar))),
    ...(before?.bars ?? []).map((b) => b.producedWh ?? 0),
  )
  const y = scaleLinear([-bottom, top], [shape.height - shape.bottom, shape.top]).nice(5)
  const x = scaleBand(
    bars.map((bar) => String(bar.start)),
    [shape.left, width - shape.right],
  ).paddingInner(0.25)
  const ticks = y.ticks(6)
  const inMwh = Math.max(...ticks.map(Math.abs)) >= 1e6
  const unit = inMwh ? 1e6 : 1000
  const decimals = ticks.some((tick) => (tick / unit) % 1 !== 0) ? 1 : 0
  const every = Math.ceil(bars.length / shape.most)
  const id = `storico-${variant}`
  const left = (bar: HistoryBar) => round(x(String(bar.start)) ?? 0)
  return (
    <>
      <Hatches id={id} only={['self', 'community', 'grid', 'export', 'unknown']} />
      <text class="axis" x={shape.left - 8} y={12} text-anchor="end">
        {inMwh ? 'MWh' : 'kWh'}
      </text>
      <text class="axis" x={shape.left} y={12}>
        {`↑ ${t('history.up')}`}
      </text>
      {ticks.map((tick) => (
        <g>
          <path
            class={tick === 0 ? 'rule zero' : 'rule'}
            d={`M${shape.left} ${round(y(tick))}H${width - shape.right}`}
          />
          <text class="axis" x={shape.left - 8} y={round(y(tick)) + 4} text-anchor="end">
            {f.number(Math.abs(tick) / unit, decimals)}
          </text>
        </g>
      ))}
      {bars.map((bar) => (
        <g>
          <title>
            {t('history.barTitle', {
              when: intervalName(view, period.span, bar.start),
              consumed: f.energy(bar.consumedWh),
              produced: f.energy(bar.producedWh),
            })}
          </title>
          <Stack parts={sources(bar)} x={left(bar)} width={round(x.bandwidth())} y={y} sign={1} id={id} />
          <Stack parts={uses(bar)} x={left(bar)} width={round(x.bandwidth())} y={y} sign={-1} id={id} />
        </g>
      ))}
      {(before?.bars ?? []).slice(0, bars.length).map((other, i) => {
        const bar = bars[i]
        if (!bar || other.quality === 'mancante') return null
        const marks = [other.consumedWh ?? 0, -(other.producedWh ?? 0)].filter((wh) => wh !== 0)
        return marks.map((wh) => (
          <path class="before" d={`M${left(bar) - 2} ${round(y(wh))}h${round(x.bandwidth()) + 4}`} />
        ))
      })}
      {bars.map((bar, i) =>
        i % every === 0 ? (
          <text class="axis" x={round(left(bar) + x.bandwidth() / 2)} y={shape.height - 8} text-anchor="middle">
            {tickName(view, period.span, bar.start)}
          </text>
        ) : null,
      )}
      <text class="axis" x={shape.left} y={shape.height - shape.bottom + 1} dy="-4">
        {`↓ ${t('history.down')}`}
      </text>
    </>
  )
}

interface StackProps {
  readonly parts: readonly Part[]
  readonly x: number
  readonly width: number
  readonly y: (wh: number) => number
  readonly sign: 1 | -1
  readonly id: string
}

function Stack({ parts, x, width, y, sign, id }: StackProps) {
  let from = 0
  return parts.map(({ swatch, wh }) => {
    if (wh <= 0) return null
    const edges = [y(sign * from), y(sign * (from + wh))]
    from += wh
    const high = Math.min(...edges)
    return (
      <rect
        class={`layer layer-${swatch}`}
        x={x}
        y={round(high)}
        width={width}
        height={Math.max(0.5, round(Math.max(...edges) - high))}
        fill={hatch(id, swatch)}
      />
    )
  })
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
