import type { ForecastDayView, ForecastPage } from '../models/forecast.ts'
import { ForecastChart } from '../view/chart-forecast.tsx'
import { HouseChoice } from '../view/house-choice.tsx'
import { Icon } from '../view/icons.tsx'
import { documentOf } from '../view/layout.tsx'
import { Age, Badge, Card } from '../view/parts.tsx'
import { type View, viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: ForecastPage
}

/** What the sun will give: today, tomorrow and the day after, how sure that is, and how right yesterday's forecast was. */
export function forecastPage(page: ForecastPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title: t('nav.forecast'),
    page: 'forecast',
    children: (
      <>
        <div class="page-head">
          <h1>{page.house ? t('forecast.titleHouse', { house: page.house.name }) : t('forecast.titleCommunity')}</h1>
          <HouseChoice
            view={view}
            action="/previsione"
            houses={page.choices}
            chosen={page.house?.id ?? null}
            orCommunity
          />
        </div>
        <div class="cards">
          {page.issued ? (
            <>
              {page.issued.days.map((day, i) => (
                <DayCard view={view} day={day} index={i} />
              ))}
              <Card id="previsione-grafico" title={t('forecast.chartTitle')}>
                <ForecastChart view={view} days={page.issued.days} points={page.issued.points} slotMs={page.slotMs} />
                <Source view={view} page={page} />
              </Card>
            </>
          ) : (
            <Card id="previsione-manca" title={t('forecast.none')}>
              <p>{t(`forecast.why.${page.why ?? 'presto'}`)}</p>
            </Card>
          )}
          <Yesterday view={view} page={page} />
          <Hits view={view} page={page} />
        </div>
      </>
    ),
  })
}

const NAMES = ['today', 'tomorrow', 'after'] as const

function DayCard({ view, day, index }: { readonly view: View; readonly day: ForecastDayView; readonly index: number }) {
  const { t, f } = view
  const isToday = index === 0
  return (
    <Card
      id={`previsione-${index}`}
      title={t(`forecast.day.${NAMES[index] ?? 'after'}`)}
      note={f.day(day.day)}
      size="day"
    >
      <p class="outlook">
        <strong>{f.energy(isToday ? day.remainingWh : day.p50Wh)}</strong>{' '}
        {isToday ? t('forecast.toCome') : t('forecast.expected')}
      </p>
      <p class="hint">
        {isToday
          ? t('forecast.wholeDay', { low: f.energy(day.p10Wh), middle: f.energy(day.p50Wh), high: f.energy(day.p90Wh) })
          : t('forecast.between', { low: f.energy(day.p10Wh), high: f.energy(day.p90Wh) })}
      </p>
      <p class="best">
        <Icon name="sun" />
        <span>
          {day.best
            ? t('forecast.best', {
                from: f.time(day.best.start),
                to: f.time(day.best.end),
                energy: f.energy(day.best.wh),
              })
            : t('forecast.noBest')}
        </span>
      </p>
    </Card>
  )
}

function Source({ view, page }: Props) {
  const { t } = view
  const { issued, weather } = page
  if (!issued) return null
  return (
    <p class="hint">
      {t(`forecast.source.${issued.source}`)}{' '}
      {issued.weatherAt === null || (issued.source !== 'meteo' && issued.source !== 'cache') ? null : (
        <>
          {t('forecast.weatherAge')} <Age at={issued.weatherAt} view={view} />.{' '}
        </>
      )}
      {t('forecast.issued')} <Age at={issued.at} view={view} />.{weather.failure ? ` ${t('forecast.failure')}` : null}
    </p>
  )
}

function Yesterday({ view, page }: Props) {
  const { t, f } = view
  const past = page.yesterday
  if (!past) {
    return (
      <Card id="previsione-ieri" title={t('forecast.yesterday')} size="half">
        <p>{t('forecast.noYesterday')}</p>
      </Card>
    )
  }
  const inside = past.factWh >= past.p10Wh && past.factWh <= past.p90Wh
  return (
    <Card id="previsione-ieri" title={t('forecast.yesterday')} note={f.day(past.day)} size="half">
      <dl class="facts">
        <div>
          <dt>{t('forecast.wasExpected')}</dt>
          <dd>{f.energy(past.p50Wh)}</dd>
        </div>
        <div>
          <dt>{t('forecast.wasBand')}</dt>
          <dd>{t('forecast.range', { low: f.energy(past.p10Wh), high: f.energy(past.p90Wh) })}</dd>
        </div>
        <div>
          <dt>{t('forecast.fact')}</dt>
          <dd>
            {f.energy(past.factWh)}{' '}
            <Badge tone={inside ? 'good' : 'quiet'}>{inside ? t('forecast.inside') : t('forecast.outside')}</Badge>
          </dd>
        </div>
      </dl>
      {past.issued ? null : <p class="hint">{t('forecast.recomputed')}</p>}
    </Card>
  )
}

function Hits({ view, page }: Props) {
  const { t, f } = view
  const { hits } = page
  return (
    <Card id="previsione-prova" title={t('forecast.hits')} size="half">
      {hits.days === 0 ? (
        <p>{t('forecast.noHits')}</p>
      ) : (
        <>
          <p>{t('forecast.hitsDays', { inside: hits.daysInside, days: hits.days })}</p>
          {hits.hours > 0 ? (
            <p>
              {t('forecast.hitsHours', { rate: f.percent(hits.hoursInside / hits.hours), hours: f.number(hits.hours) })}
            </p>
          ) : null}
          {hits.recomputed === 0 ? null : <p class="hint">{t.count('forecast.hitsRecomputed', hits.recomputed)}</p>}
          {hits.dayMiss === null ? null : <p>{t('forecast.dayMiss', { rate: f.percent(hits.dayMiss) })}</p>}
        </>
      )}
      <p class="hint">{t('forecast.hitsHint')}</p>
    </Card>
  )
}
