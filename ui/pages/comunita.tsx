import type { CommunityBalance } from '../../hub/domain/balance.ts'
import { OTHERS } from '../../hub/domain/visibility.ts'
import { AlertsCard } from '../view/alerts.tsx'
import { BenchmarkChart } from '../view/chart-benchmark.tsx'
import { DayChart } from '../view/chart-day.tsx'
import { FlowChart } from '../view/chart-sankey.tsx'
import { DayNav } from '../view/day-nav.tsx'
import { type BarPart, EnergyBar } from '../view/energy-bar.tsx'
import { HealthCard } from '../view/health-card.tsx'
import { Clock, Degraded, documentOf } from '../view/layout.tsx'
import type { LivePart } from '../view/live.ts'
import { Age, Card, Figure } from '../view/parts.tsx'
import { TotalsCard } from '../view/totals.tsx'
import { type View, viewFor } from '../view/view.ts'
import type { CommunityPage, Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: CommunityPage
}

/** The page of the community: who gives to whom, and how the plants compare. */
export function communityPage(page: CommunityPage, reader: Reader): string {
  const view = viewFor(reader)
  const { day, live } = page
  return documentOf({
    view,
    title: view.t('community.title'),
    page: 'community',
    stream: day.isToday ? '/eventi?pagina=comunita' : null,
    children: (
      <>
        <div class="page-head">
          <div>
            <h1>{view.t('community.title')}</h1>
            <p class="hint">{view.t.count('community.houses', page.houses)}</p>
          </div>
        </div>
        <DayPart view={view} page={page} />
        <div class="cards">
          {live ? <NowCard view={view} live={live} /> : null}
          <Totals view={view} page={page} />
          <FlowCard view={view} page={page} />
          <CurveCard view={view} page={page} />
          <BenchmarkCard view={view} page={page} />
          <HealthCard view={view} health={page.health} />
          <Alerts view={view} page={page} />
        </div>
      </>
    ),
  })
}

/** The regions of the page that change while it is open; today only. */
export function liveParts(page: CommunityPage, reader: Reader): LivePart[] {
  const view = viewFor(reader)
  return [
    { id: 'ora', html: `${<Clock view={view} />}` },
    { id: 'salute', html: `${<Degraded view={view} />}` },
    { id: 'giorno', html: `${<DayPart view={view} page={page} />}` },
    ...(page.live ? [{ id: 'adesso', html: `${<NowCard view={view} live={page.live} />}` }] : []),
    { id: 'totali', html: `${<Totals view={view} page={page} />}` },
    { id: 'scambi', html: `${<FlowCard view={view} page={page} />}` },
    { id: 'andamento', html: `${<CurveCard view={view} page={page} />}` },
    { id: 'confronto', html: `${<BenchmarkCard view={view} page={page} />}` },
    { id: 'salute-impianti', html: `${<HealthCard view={view} health={page.health} />}` },
    { id: 'avvisi', html: `${<Alerts view={view} page={page} />}` },
  ]
}

function DayPart({ view, page }: Props) {
  return <DayNav view={view} day={page.day} path="/comunita" house={null} />
}

function Totals({ view, page }: Props) {
  return (
    <TotalsCard view={view} day={page.day} totals={page.totals} of="community" size={page.live ? 'third' : 'full'} />
  )
}

function NowCard({ view, live }: { readonly view: View; readonly live: CommunityBalance }) {
  const { t, f } = view
  const production = live.houses.reduce((sum, house) => sum + house.productionW, 0)
  const consumption = live.houses.reduce((sum, house) => sum + house.consumptionW, 0)
  const exporting = live.gridExportW > 0
  const gridW = exporting ? live.gridExportW : live.gridImportW
  const empty = live.houses.length === 0
  const reason = empty ? t('missing.noData') : null
  return (
    <Card id="adesso" title={t('community.now')} size="twothirds">
      <dl class="figures">
        <Figure
          icon="sun"
          label={t('figure.production')}
          value={f.power(empty ? null : production)}
          tone="solar"
          reason={reason}
        />
        <Figure
          icon="house"
          label={t('figure.consumption')}
          value={f.power(empty ? null : consumption)}
          tone="home"
          reason={reason}
        />
        <Figure
          icon="neighbours"
          label={t('figure.shared')}
          value={f.power(empty ? null : live.sharedW)}
          tone="community"
          reason={reason}
        />
        <Figure
          icon="pylon"
          label={gridW === 0 ? t('figure.grid') : exporting ? t('figure.toGrid') : t('figure.fromGrid')}
          value={f.power(empty ? null : gridW)}
          tone={exporting ? 'export' : 'grid'}
          arrow={gridW === 0 ? null : exporting ? 'up' : 'down'}
          reason={reason}
        />
      </dl>
      {empty ? null : (
        <EnergyBar
          view={view}
          id="barra"
          title={production >= consumption ? t('bar.surplus') : t('bar.deficit')}
          parts={partsOf(view, live, production, consumption)}
        />
      )}
      <p class="advice">{empty ? t('advice.noData') : sufficiency(view, live.selfSufficiencyRate)}</p>
      {live.withoutData.length > 0 ? (
        <p class="hint">
          {t.count('community.withoutData', live.withoutData.length, {
            names: live.withoutData.map((id) => (id === OTHERS ? t('flow.others') : id)).join(', '),
          })}
        </p>
      ) : null}
      <p class="hint age">
        {t('house.updated')} <Age at={live.at} view={view} />
      </p>
    </Card>
  )
}

/** Production, or consumption where that is more, by what became of it or where it came from. */
function partsOf({ t }: View, live: CommunityBalance, production: number, consumption: number): BarPart[] {
  const rest: BarPart =
    production >= consumption
      ? { swatch: 'export', text: t('figure.toGrid'), w: live.gridExportW }
      : { swatch: 'grid', text: t('figure.fromGrid'), w: live.gridImportW }
  const self = Math.max(0, consumption - live.sharedW - live.gridImportW)
  return [
    { swatch: 'self', text: t('figure.selfConsumption'), w: self },
    { swatch: 'community', text: t('flow.legendCommunity'), w: live.sharedW },
    rest,
  ]
}

function sufficiency({ t, f }: View, rate: number | null): string {
  if (rate === null) return t('community.sufficiencyNone')
  return rate >= 1 ? t('community.sufficiencyFull') : t('community.sufficiency', { share: f.share(rate) })
}

function FlowCard({ view, page }: Props) {
  const { t } = view
  return (
    <Card id="scambi" title={page.live ? t('flow.titleNow') : t('flow.titleDay')}>
      <FlowChart
        view={view}
        flows={page.live ? page.live.flows : page.dayFlows}
        unit={page.live ? 'W' : 'Wh'}
        own={page.ownHouse}
      />
    </Card>
  )
}

function CurveCard({ view, page }: Props) {
  return (
    <Card id="andamento" title={view.t('curve.title')}>
      <DayChart view={view} day={page.day} curve={page.curve} of="community" />
    </Card>
  )
}

function BenchmarkCard({ view, page }: Props) {
  return (
    <Card id="confronto" title={view.t('yield.title')}>
      <BenchmarkChart view={view} benchmark={page.benchmark} />
    </Card>
  )
}

function Alerts({ view, page }: Props) {
  return <AlertsCard view={view} alerts={page.alerts} named size="full" />
}
