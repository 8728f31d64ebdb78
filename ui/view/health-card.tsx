import type { FindingView, HealthCardModel, HealthRow } from '../models/health.ts'
import { Badge, Card } from './parts.tsx'
import type { View } from './view.ts'

/** How each plant does, those with a problem first. */
export function HealthCard({ view, health }: { readonly view: View; readonly health: HealthCardModel }) {
  const { t } = view
  return (
    <Card id="salute-impianti" title={t('health.title')}>
      {health.empty ? <p>{t(`health.${health.empty}`)}</p> : null}
      {health.summary ? (
        <p class={health.summary.bad > 0 ? 'verdict verdict-bad' : 'verdict'}>{t('health.summary', health.summary)}</p>
      ) : null}
      {health.rows.length > 0 ? (
        <ul class="alerts">
          {health.rows.map((row) => (
            <li class={row.finding ? 'alert alert-open' : 'alert'}>
              <p class="alert-head">
                <strong>{row.name}</strong>{' '}
                <Badge tone={toneOf(row)}>
                  {row.finding ? t(`health.grade.${row.finding.grade}`) : t(`health.standing.${row.standing}`)}
                </Badge>
              </p>
              {row.finding ? <FindingText view={view} finding={row.finding} peers={row.peers} /> : null}
              <p>
                <a href={`/salute?${new URLSearchParams({ casa: row.house })}`}>
                  {t('health.link', { name: row.name })}
                </a>
              </p>
            </li>
          ))}
        </ul>
      ) : null}
      <p class="hint">{t('health.explain')}</p>
    </Card>
  )
}

function toneOf(row: HealthRow): 'bad' | 'good' | 'quiet' {
  if (row.finding) return row.finding.grade === 'alert' ? 'bad' : 'quiet'
  return row.standing === 'judged' ? 'good' : 'quiet'
}

/** Cause, figures and what to do next. */
export function FindingText(props: { readonly view: View; readonly finding: FindingView; readonly peers: number }) {
  const { view, finding, peers } = props
  const { t, f } = view
  return (
    <>
      <p>{t(`health.cause.${finding.cause}`)}.</p>
      <p>
        {t('health.figures', {
          day: f.day(finding.since),
          share: f.share(finding.loss),
          energy: f.energy(finding.lostWh),
          euro: `${f.number(finding.lostEuro, 2)}\u00a0€`,
          confidence: t(`health.confidence.${finding.confidence}`),
        })}
      </p>
      {peers > 0 && peers < 5 ? <p class="hint">{t('health.fewPeers', { n: peers })}</p> : null}
      <p>
        {t('alerts.todo')} {t(`health.todo.${finding.cause}`)}
      </p>
    </>
  )
}
