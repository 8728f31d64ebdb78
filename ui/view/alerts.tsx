import type { AlertView } from '../view-models.ts'
import { Badge, Card } from './parts.tsx'
import type { View } from './view.ts'

interface AlertsProps {
  readonly view: View
  readonly alerts: readonly AlertView[]
  /** Name the house of each alert. */
  readonly named: boolean
  readonly size: 'half' | 'full'
}

/** Open alerts first, the newest on top: what, since when, what to do. */
export function AlertsCard({ view, alerts, named, size }: AlertsProps) {
  const { t } = view
  const sorted = [...alerts].sort(
    (a, b) => Number(a.closedAt !== null) - Number(b.closedAt !== null) || b.openedAt - a.openedAt,
  )
  return (
    <Card id="avvisi" title={t('alerts.title')} size={size}>
      {sorted.length === 0 ? (
        <p>
          <Badge tone="good">{t('alerts.none')}</Badge>
        </p>
      ) : (
        <AlertList view={view} alerts={sorted} named={named} />
      )}
    </Card>
  )
}

/** In the order given; each open one can be marked as seen. */
export function AlertList({ view, alerts, named }: Omit<AlertsProps, 'size'>) {
  return (
    <ul class="alerts">
      {alerts.map((alert) => (
        <AlertItem view={view} alert={alert} named={named} />
      ))}
    </ul>
  )
}

function AlertItem({
  view,
  alert,
  named,
}: {
  readonly view: View
  readonly alert: AlertView
  readonly named: boolean
}) {
  const { t, f } = view
  const open = alert.closedAt === null
  const why = explain(view, alert)
  return (
    <li class={open ? 'alert alert-open' : 'alert'}>
      <p class="alert-head">
        <strong>
          {t(`alert.${alert.code}.title`)}
          {named ? ` · ${alert.house}` : ''}
        </strong>{' '}
        <Badge tone={open ? 'bad' : 'quiet'}>{open ? t('alerts.open') : t('alerts.recovered')}</Badge>
      </p>
      <p class="hint">
        {t('alerts.since', { when: f.dateTime(alert.openedAt) })}
        {alert.closedAt === null ? '' : ` · ${t('alerts.closed', { when: f.dateTime(alert.closedAt) })}`}
      </p>
      {why ? <p>{why}</p> : null}
      {open ? (
        <p>
          {t('alerts.todo')} {t(`alert.${alert.code}.todo`)}
        </p>
      ) : null}
      {alert.seen ? (
        <p class="hint">{t('alerts.seenBy', { who: alert.seen.by, when: f.dateTime(alert.seen.at) })}</p>
      ) : open ? (
        <form method="post" action="/avvisi/visto">
          <input type="hidden" name="avviso" value={alert.id} />
          <input type="hidden" name="torna" value={view.reader.path} />
          <button type="submit" class="quiet">
            {t('alerts.see')}
            <span class="unseen">: {t(`alert.${alert.code}.title`)}</span>
          </button>
        </form>
      ) : null}
    </li>
  )
}

/** The figures the rule saw when it opened the alert. */
function explain({ t, f }: View, { code, detail }: AlertView): string | null {
  if (code === 'performance_bassa') {
    const { rendimento, media, soglia } = detail as { [key: string]: number | string | undefined }
    if (typeof rendimento !== 'number' || typeof media !== 'number' || typeof soglia !== 'number') return null
    return t('alert.performance_bassa.detail', {
      own: f.number(rendimento, 2),
      mean: f.number(media, 2),
      share: f.share(soglia),
    })
  }
  const last = detail['ultimo']
  return code === 'nodo_offline' && typeof last === 'number'
    ? t('alert.nodo_offline.detail', { when: f.dateTime(last) })
    : null
}
