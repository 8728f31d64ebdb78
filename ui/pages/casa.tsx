import { advice } from '../view/advice.ts'
import { AlertsCard } from '../view/alerts.tsx'
import { DayChart } from '../view/chart-day.tsx'
import { DayNav } from '../view/day-nav.tsx'
import { type BarPart, EnergyBar } from '../view/energy-bar.tsx'
import { HouseChoice } from '../view/house-choice.tsx'
import { Clock, Degraded, documentOf } from '../view/layout.tsx'
import type { LivePart } from '../view/live.ts'
import { LoadsCard } from '../view/load-card.tsx'
import { Age, Card, Figure } from '../view/parts.tsx'
import { TotalsCard } from '../view/totals.tsx'
import { type View, viewFor } from '../view/view.ts'
import { YieldCard } from '../view/yield-card.tsx'
import type { HousePage, Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: HousePage
}

/** The page of one house: now, the day, and how it does against its neighbours. */
export function housePage(page: HousePage, reader: Reader): string {
  const view = viewFor(reader)
  const { house, day } = page
  const stream = day.isToday ? `/eventi?${new URLSearchParams({ pagina: 'casa', casa: house.id })}` : null
  return documentOf({
    view,
    title: house.name,
    page: 'house',
    stream,
    children: (
      <>
        <div class="page-head">
          <div>
            <h1>{house.name}</h1>
            <p class="hint">
              {house.peakPower > 0
                ? view.t('house.peak', { peak: `${view.f.number(house.peakPower / 1000, 1)}\u00a0kWp` })
                : view.t('house.noPlant')}
            </p>
          </div>
          <OtherHouse view={view} page={page} />
        </div>
        <DayPart view={view} page={page} />
        <div class="cards">
          {day.isToday ? <NowCard view={view} page={page} /> : null}
          <Totals view={view} page={page} />
          {day.isToday && page.loads.length > 0 ? <HouseLoads view={view} page={page} /> : null}
          <CurveCard view={view} page={page} />
          <YieldCard view={view} house={house} benchmark={page.benchmark} />
          <AlertsCard view={view} alerts={page.alerts} named={false} size="half" />
        </div>
      </>
    ),
  })
}

/** The regions of the page that change while it is open; today only. */
export function liveParts(page: HousePage, reader: Reader): LivePart[] {
  const view = viewFor(reader)
  return [
    { id: 'ora', html: `${<Clock view={view} />}` },
    { id: 'salute', html: `${<Degraded view={view} />}` },
    { id: 'giorno', html: `${<DayPart view={view} page={page} />}` },
    { id: 'adesso', html: `${<NowCard view={view} page={page} />}` },
    { id: 'totali', html: `${<Totals view={view} page={page} />}` },
    ...(page.loads.length > 0 ? [{ id: 'carichi', html: `${<HouseLoads view={view} page={page} />}` }] : []),
    { id: 'andamento', html: `${<CurveCard view={view} page={page} />}` },
    {
      id: 'confronto',
      html: `${<YieldCard view={view} house={page.house} benchmark={page.benchmark} />}`,
    },
    { id: 'avvisi', html: `${<AlertsCard view={view} alerts={page.alerts} named={false} size="half" />}` },
  ]
}

function HouseLoads({ view, page }: Props) {
  const back = page.choices.length > 0 ? `/?${new URLSearchParams({ casa: page.house.id })}` : '/'
  return <LoadsCard view={view} loads={page.loads} back={back} size="full" />
}

function DayPart({ view, page }: Props) {
  return <DayNav view={view} day={page.day} path="/" house={page.choices.length > 0 ? page.house.id : null} />
}

function OtherHouse({ view, page }: Props) {
  return (
    <HouseChoice view={view} action="/" houses={page.choices} chosen={page.house.id}>
      {page.day.isToday ? null : <input type="hidden" name="giorno" value={page.day.day} />}
    </HouseChoice>
  )
}

function Totals({ view, page }: Props) {
  return (
    <TotalsCard view={view} day={page.day} totals={page.totals} of="house" size={page.day.isToday ? 'third' : 'full'} />
  )
}

function CurveCard({ view, page }: Props) {
  return (
    <Card id="andamento" title={view.t('curve.title')}>
      <DayChart view={view} day={page.day} curve={page.curve} of="house" forecast={page.forecast ?? null} />
      {page.forecast ? (
        <p class="links">
          <a href={`/previsione?${new URLSearchParams({ casa: page.house.id })}`}>{view.t('forecast.link')}</a>
        </p>
      ) : null}
    </Card>
  )
}

function NowCard({ view, page }: Props) {
  const { t, f } = view
  const { now } = page
  const reason = (value: number | null) => (value === null ? t('missing.noData') : null)
  const gives = now.toCommunityW > 0 || (now.toGridW > 0 && now.fromCommunityW === 0)
  const known = now.productionW !== null && now.consumptionW !== null
  const communityW = gives ? now.toCommunityW : now.fromCommunityW
  const gridW = gives ? now.toGridW : now.fromGridW
  const unknown = known ? null : t('missing.noData')
  return (
    <Card id="adesso" title={t('house.now')} size="twothirds" stale={!now.fresh}>
      <dl class="figures">
        <Figure
          icon="sun"
          label={t('figure.production')}
          value={f.power(now.productionW)}
          tone="solar"
          reason={reason(now.productionW)}
        />
        <Figure
          icon="house"
          label={t('figure.consumption')}
          value={f.power(now.consumptionW)}
          tone="home"
          reason={reason(now.consumptionW)}
        />
        <Figure
          icon="neighbours"
          label={communityW === 0 ? t('figure.community') : gives ? t('figure.toCommunity') : t('figure.fromCommunity')}
          value={f.power(known ? communityW : null)}
          tone="community"
          arrow={known && communityW > 0 ? (gives ? 'up' : 'down') : null}
          reason={unknown}
        />
        <Figure
          icon="pylon"
          label={gridW === 0 ? t('figure.grid') : gives ? t('figure.toGrid') : t('figure.fromGrid')}
          value={f.power(known ? gridW : null)}
          tone={gives ? 'export' : 'grid'}
          arrow={known && gridW > 0 ? (gives ? 'up' : 'down') : null}
          reason={unknown}
        />
      </dl>
      {known ? (
        <EnergyBar
          view={view}
          id="barra"
          title={gives ? t('bar.surplus') : t('bar.deficit')}
          parts={partsOf(view, page, gives)}
        />
      ) : null}
      <p class="advice">{advice(view, now)}</p>
      <p class="hint age">
        {t('house.updated')} {now.at === null ? t('age.never') : <Age at={now.at} view={view} />}
        {now.fresh ? '' : ` · ${t('house.stale')}`}
      </p>
    </Card>
  )
}

function partsOf({ t }: View, { now }: HousePage, gives: boolean): BarPart[] {
  const self: BarPart = {
    swatch: 'self',
    text: t('figure.selfConsumption'),
    w: Math.min(now.productionW ?? 0, now.consumptionW ?? 0),
  }
  return gives
    ? [
        self,
        { swatch: 'community', text: t('figure.toCommunity'), w: now.toCommunityW },
        { swatch: 'export', text: t('figure.toGrid'), w: now.toGridW },
      ]
    : [
        self,
        { swatch: 'community', text: t('figure.fromCommunity'), w: now.fromCommunityW },
        { swatch: 'grid', text: t('figure.fromGrid'), w: now.fromGridW },
      ]
}
