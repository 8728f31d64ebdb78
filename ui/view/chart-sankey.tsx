import type { Flow } from '../../hub/domain/sharing.ts'
import { GRID } from '../../hub/domain/sharing.ts'
import { OTHERS } from '../../hub/domain/visibility.ts'
import { ChartFrame, DataTable, Legend, type LegendEntry, shorten, type Variant, WIDTHS } from './chart-frame.tsx'
import {
  type FlowLink,
  type FlowNode,
  GROUP,
  type GroupedFlows,
  groupSmallest,
  layFlows,
  nodeOrder,
} from './flow-layout.ts'
import type { View } from './view.ts'

interface SankeyProps {
  readonly view: View
  readonly flows: readonly Flow[]
  readonly unit: 'W' | 'Wh'
  readonly own: string | null
}

const BOXES = {
  wide: { x0: 190, x1: 570, y0: 30, gap: 20, nodeWidth: 12 },
  narrow: { x0: 96, x1: 244, y0: 40, gap: 34, nodeWidth: 10 },
} as const

/** Who gives to whom: givers at the left, takers at the right, each with its amount. */
export function FlowChart({ view, flows, unit, own }: SankeyProps) {
  const { t, f } = view
  const grouped = groupSmallest(flows, own)
  if (grouped.flows.length === 0) {
    return (
      <div class="empty">
        <p>{unit === 'W' ? t('flow.empty') : t('flow.emptyDay')}</p>
        <p class="hint">{t('flow.emptyHint')}</p>
      </div>
    )
  }
  const amount = unit === 'W' ? f.power : f.energy
  const layouts = { wide: lay(grouped, own, 'wide'), narrow: lay(grouped, own, 'narrow') }
  const sums = { community: 0, import: 0, export: 0 }
  for (const flow of grouped.flows) sums[kindOf(flow)] += flow.amount
  const names = namer(view, grouped, own)
  const kinds: readonly (LegendEntry & { readonly sum: number })[] = [
    { swatch: 'community', text: t('flow.legendCommunity'), sum: sums.community },
    { swatch: 'grid', text: t('flow.legendImport'), sum: sums.import },
    { swatch: 'export', text: t('flow.legendExport'), sum: sums.export },
  ]
  const legend = kinds
    .filter(({ sum }) => sum > 0)
    .map(({ swatch, text, sum }) => ({ swatch, text: `${text} ${amount(sum)}` }))
  const order = nodeOrder(own)
  const rows = [...grouped.flows].sort((a, b) => order(a.from, b.from) || order(a.to, b.to))
  const isGrouped = grouped.givers + grouped.takers > 0
  const hasOthers = grouped.flows.some((flow) => flow.from === OTHERS || flow.to === OTHERS)
  return (
    <>
      <ChartFrame
        id="flussi"
        title={unit === 'W' ? t('flow.titleNow') : t('flow.titleDay')}
        desc={t('flow.desc', {
          shared: amount(sums.community),
          imported: amount(sums.import),
          exported: amount(sums.export),
        })}
        heights={{ wide: layouts.wide.height + 14, narrow: layouts.narrow.height + 22 }}
        draw={(variant) => (
          <Drawing view={view} layout={layouts[variant]} own={own} variant={variant} names={names} amount={amount} />
        )}
      />
      <Legend id="flussi" entries={legend} />
      <p class="hint">
        {t('flow.accounting')} {isGrouped ? `${t('flow.grouped')} ` : ''}
        {hasOthers ? t('flow.othersNote') : ''}
      </p>
      <DataTable
        id="flussi"
        view={view}
        caption={unit === 'W' ? t('flow.titleNow') : t('flow.titleDay')}
        columns={[t('flow.from'), t('flow.to'), unit === 'W' ? t('flow.amountW') : t('flow.amountWh')]}
        rows={rows.map((flow) => [names(flow.from, 'from'), names(flow.to, 'to'), amount(flow.amount)])}
      />
    </>
  )
}

function lay(grouped: GroupedFlows, own: string | null, variant: Variant) {
  const nodes = Math.max(
    new Set(grouped.flows.map((flow) => flow.from)).size,
    new Set(grouped.flows.map((flow) => flow.to)).size,
  )
  return layFlows(grouped.flows, own, { ...BOXES[variant], band: Math.min(240, 60 + 40 * nodes) })
}

function kindOf({ from, to }: { readonly from: string; readonly to: string }): 'community' | 'import' | 'export' {
  return from === GRID ? 'import' : to === GRID ? 'export' : 'community'
}

function namer({ t }: View, grouped: GroupedFlows, own: string | null) {
  return (id: string, side: 'from' | 'to'): string => {
    if (id === GRID) return t('flow.grid')
    if (id === OTHERS) return t('flow.others')
    if (id === GROUP) return t.count('flow.group', side === 'from' ? grouped.givers : grouped.takers)
    return id === own ? t('flow.you', { name: id }) : id
  }
}

interface DrawingProps {
  readonly view: View
  readonly layout: ReturnType<typeof layFlows>
  readonly own: string | null
  readonly variant: Variant
  readonly names: (id: string, side: 'from' | 'to') => string
  readonly amount: (value: number) => string
}

const TONES = { community: 'community', import: 'grid', export: 'export' } as const

function Drawing({ view, layout, own, variant, names, amount }: DrawingProps) {
  const { t } = view
  const box = BOXES[variant]
  return (
    <>
      <text
        class="axis head"
        x={variant === 'wide' ? box.x0 + box.nodeWidth : 0}
        y="14"
        text-anchor={variant === 'wide' ? 'end' : 'start'}
      >
        {t('flow.givers')}
      </text>
      <text
        class="axis head"
        x={variant === 'wide' ? box.x1 - box.nodeWidth : WIDTHS.narrow}
        y="14"
        text-anchor={variant === 'wide' ? 'start' : 'end'}
      >
        {t('flow.takers')}
      </text>
      <g fill="none">
        {layout.links.map((link) => (
          <path class={linkClass(link, own)} d={link.path} stroke-width={Math.round(link.width * 1000) / 1000} />
        ))}
      </g>
      {layout.nodes.map((node) => (
        <g class={node.id === own ? 'own' : undefined}>
          <rect
            class={`node node-${node.id === GRID ? (node.side === 'from' ? 'grid' : 'export') : node.side === 'from' ? 'solar' : 'home'}`}
            x={node.x0}
            y={tenth(node.y0)}
            width={node.x1 - node.x0}
            height={Math.max(1, tenth(node.y1 - node.y0))}
            rx="2"
          />
          <Label node={node} variant={variant} name={names(node.id, node.side)} value={amount(node.amount)} />
        </g>
      ))}
    </>
  )
}

function linkClass(link: FlowLink, own: string | null): string {
  const mine = own !== null && (link.from === own || link.to === own)
  return `link link-${TONES[kindOf(link)]}${mine ? ' link-own' : ''}`
}

function Label({
  node,
  variant,
  name,
  value,
}: {
  readonly node: FlowNode
  readonly variant: Variant
  readonly name: string
  readonly value: string
}) {
  const atLeft = node.side === 'from'
  const middle = tenth((node.y0 + node.y1) / 2)
  const anchor = atLeft ? 'end' : 'start'
  const x = atLeft ? node.x0 - 8 : node.x1 + 8
  if (variant === 'wide') {
    return (
      <text class="label" x={x} y={middle + 4.5} text-anchor={anchor}>
        {shorten(name, 18)} <tspan class="amount">{value}</tspan>
      </text>
    )
  }
  return (
    <text class="label" x={x} y={middle - 2} text-anchor={anchor}>
      <tspan>{shorten(name, 13)}</tspan>
      <tspan class="amount" x={x} dy="14">
        {value}
      </tspan>
    </text>
  )
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
