import type { HealthPage } from '../models/health.ts'
import { HealthChart } from '../view/chart-health.tsx'
import { FindingText } from '../view/health-card.tsx'
import { documentOf } from '../view/layout.tsx'
import { Badge, Card } from '../view/parts.tsx'
import { viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

/** One plant's verdict with what it rests on. */
export function healthPage({ row, days, least }: HealthPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  const title = t('health.titleOf', { name: row.name })
  return documentOf({
    view,
    title,
    page: 'community',
    children: (
      <>
        <div class="page-head">
          <div>
            <h1>{title}</h1>
            <p>
              <a href="/comunita#salute-impianti">{t('health.back')}</a>
            </p>
          </div>
        </div>
        <div class="cards">
          <Card id="giudizio" title={t('health.verdict')}>
            {row.finding ? (
              <>
                <p>
                  <Badge tone={row.finding.grade === 'alert' ? 'bad' : 'quiet'}>
                    {t(`health.grade.${row.finding.grade}`)}
                  </Badge>
                </p>
                <FindingText view={view} finding={row.finding} peers={row.peers} />
              </>
            ) : (
              <p>
                <Badge tone={row.standing === 'judged' ? 'good' : 'quiet'}>
                  {t(`health.standing.${row.standing}`)}
                </Badge>
              </p>
            )}
            <p class="hint">{t('health.explain')}</p>
          </Card>
          <Card id="prova-giorni" title={t('health.chart')}>
            {days === null ? (
              <p>{t('health.hidden', { n: least })}</p>
            ) : days.length === 0 ? (
              <p>{t('health.noChart')}</p>
            ) : (
              <HealthChart view={view} days={days} />
            )}
          </Card>
        </div>
      </>
    ),
  })
}
