import type { Co2View, Comparison, HistoryPage } from '../models/history.ts'
import { COMPARISONS, SPANS } from '../models/history.ts'
import { HistoryChart } from '../view/chart-history.tsx'
import { HouseSelect } from '../view/house-choice.tsx'
import { Icon } from '../view/icons.tsx'
import { documentOf } from '../view/layout.tsx'
import { Card } from '../view/parts.tsx'
import { periodName } from '../view/period-text.ts'
import { type View, viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: HistoryPage
}

/** The past by day, week, month, year or all of it. What is shown is in the address: it can be kept, sent and gone back to. */
export function historyPage(page: HistoryPage, reader: Reader): string {
  const view = viewFor(reader)
  const name = periodName(view, page.period)
  return documentOf({
    view,
    title: `${view.t('nav.history')} · ${name}`,
    page: 'history',
    children: (
      <>
        <div class="page-head">
          <h1>
            {page.house ? view.t('history.titleHouse', { house: page.house.name }) : view.t('history.titleCommunity')}
          </h1>
        </div>
        <Spans view={view} page={page} />
        <PeriodNav view={view} page={page} name={name} />
        <Choices view={view} page={page} />
        <div class="cards">
          <TotalCard view={view} page={page} />
          {page.co2 ? <Co2Card view={view} co2={page.co2} /> : null}
          <Card id="storico-grafico" title={view.t('history.chartTitle')}>
            <HistoryChart view={view} page={page} />
            <p class="links">
              <a class="button" href={`${address(page, { path: '/csv' })}`} download>
                {view.t('history.csv')}
              </a>
              <a class="button" href={address(page, { path: '/csv', formato: 'excel' })} download>
                {view.t('history.csvExcel')}
              </a>
            </p>
          </Card>
        </div>
      </>
    ),
  })
}

interface Change {
  readonly key?: string
  readonly path?: string
  readonly vs?: Comparison
  readonly formato?: string
}

/** The address of the same view with something changed. */
function address({ period, house, comparison }: HistoryPage, { key, path = '', vs, formato }: Change): string {
  const chosen = vs ?? comparison
  const query = new URLSearchParams({
    casa: house?.id ?? 'comunita',
    ...(chosen === 'nessuno' ? {} : { vs: chosen }),
    ...(formato ? { formato } : {}),
  })
  return `/storico/${key ?? period.key}${path}?${query}`
}

function Spans({ view, page }: Props) {
  return (
    <nav class="spans" aria-label={view.t('history.spans')}>
      <ul>
        {SPANS.map((span) => (
          <li>
            <a
              href={address(page, { key: page.period.spans[span] })}
              aria-current={span === page.period.span ? 'true' : undefined}
            >
              {view.t(`history.span.${span}`)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function PeriodNav({ view, page, name }: Props & { readonly name: string }) {
  const { t } = view
  const { period } = page
  return (
    <nav class="day" aria-label={t('history.nav')}>
      <p class="day-name">
        <strong>{name}</strong>
      </p>
      <div class="day-choice">
        {period.previous === null ? null : (
          <a
            class="button square"
            href={address(page, { key: period.previous })}
            aria-label={t('history.previous')}
            rel="prev"
          >
            <Icon name="left" />
          </a>
        )}
        {period.next === null ? null : (
          <a class="button square" href={address(page, { key: period.next })} aria-label={t('history.next')} rel="next">
            <Icon name="right" />
          </a>
        )}
        {period.key === period.current ? null : (
          <a class="button" href={address(page, { key: period.current })}>
            {t('history.now')}
          </a>
        )}
      </div>
    </nav>
  )
}

/** Whose history, compared with what, and any day by its date. */
function Choices({ view, page }: Props) {
  const { t } = view
  const { period } = page
  return (
    <form class="choices" method="get" action="/storico" data-submit>
      <input type="hidden" name="periodo" value={period.key} />
      <p>
        <HouseSelect view={view} houses={page.choices} chosen={page.house?.id ?? null} orCommunity />
      </p>
      {period.span === 'tutto' ? null : (
        <p>
          <label for="storico-vs">{t('history.compare')}</label>
          <select id="storico-vs" name="vs">
            {COMPARISONS.map((vs) => (
              <option value={vs} selected={vs === page.comparison}>
                {t(`history.vs.${vs}`)}
              </option>
            ))}
          </select>
        </p>
      )}
      <button type="submit" class="quiet">
        {t('day.go')}
      </button>
    </form>
  )
}

function TotalCard({ view, page }: Props) {
  const { t, f } = view
  const { total, before, comparison } = page
  const rows = [
    { label: t('figure.consumption'), value: total.consumedWh, other: before?.total.consumedWh },
    { label: t('figure.production'), value: total.producedWh, other: before?.total.producedWh },
    { label: t('history.own'), value: total.ownWh, other: before?.total.ownWh },
    {
      label: page.house ? t('figure.fromCommunity') : t('figure.shared'),
      value: total.fromCommunityWh,
      other: before?.total.fromCommunityWh,
    },
    { label: t('figure.import'), value: total.fromGridWh, other: before?.total.fromGridWh },
    ...(page.house
      ? [{ label: t('figure.toCommunity'), value: total.toCommunityWh, other: before?.total.toCommunityWh }]
      : []),
    { label: t('figure.export'), value: total.toGridWh, other: before?.total.toGridWh },
  ]
  return (
    <Card id="storico-totali" title={t('history.totals')}>
      <dl class="sums">
        {rows.map(({ label, value, other }) => (
          <div>
            <dt>{label}</dt>
            <dd>
              <span class="value">{f.energy(value)}</span>
              {before ? <span class="hint">{difference(view, value, other ?? null)}</span> : null}
            </dd>
          </div>
        ))}
      </dl>
      <p class="hint">
        {total.quality !== 'mancante' && total.coverage < 0.99
          ? `${t('totals.partial', { share: f.percent(total.coverage) })} `
          : ''}
        {before
          ? t(`history.comparedWith.${comparison === 'anno' ? 'anno' : 'prima'}`)
          : comparison === 'nessuno' || page.period.span === 'tutto'
            ? ''
            : t('history.nothingToCompare')}
      </p>
    </Card>
  )
}

/** Three numbers side by side that are never added up; the gross definition and the life cycle apart. */
function Co2Card({ view, co2 }: { readonly view: View; readonly co2: Co2View }) {
  const { t, f } = view
  const rows = [
    { label: t('co2.own'), grams: co2.ownG },
    { label: t('co2.shared'), grams: co2.sharedG },
    { label: t('co2.exported'), grams: co2.exportedG },
  ]
  const sources = co2.factors.map((x) => t('co2.factor', { g: f.number(x.gPerKwh, 1), source: x.source, year: x.year }))
  return (
    <Card id="storico-co2" title={t('co2.title')}>
      <dl class="sums">
        {rows.map(({ label, grams }) => (
          <div>
            <dt>{label}</dt>
            <dd>
              <span class="value">{f.mass(grams)}</span>
            </dd>
          </div>
        ))}
      </dl>
      <details class="data" id="storico-co2-come">
        <summary>{t('co2.how')}</summary>
        <p>{t('co2.text')}</p>
        <p>{t('co2.apart', { gross: f.mass(co2.grossG), lifeCycle: f.mass(co2.lifeCycleG) })}</p>
        <p>
          {[...sources, ...(co2.hourly > 0 ? [t.count('co2.hourly', co2.hourly)] : [])].join(' ')}
          {co2.withoutFactor > 0 ? ` ${t.count('co2.without', co2.withoutFactor)}` : ''}
        </p>
      </details>
    </Card>
  )
}

/** "+12 %", in words a screen reader can say. */
function difference({ t, f }: View, value: number | null, other: number | null): string {
  if (value === null || other === null || other < 50) return t('history.noDifference')
  const rate = value / other - 1
  if (Math.abs(rate) < 0.005) return t('history.same')
  return rate > 0 ? t('history.more', { share: f.percent(rate) }) : t('history.less', { share: f.percent(-rate) })
}
