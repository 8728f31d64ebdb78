import { CAUSES } from '../../hub/domain/cause.ts'
import { CAUSE_WORDS, SENSOR_WORDS } from '../../hub/domain/plant-health.ts'
import { SENSOR_FAULTS } from '../../hub/domain/sensor-check.ts'
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
          {t('alerts.todo')} {todoOf(view, alert)}
        </p>
      ) : null}
      {typeof alert.detail['perdita'] === 'number' ? (
        <p>
          <a href={`/salute?${new URLSearchParams({ casa: alert.house })}`}>
            {t('health.link', { name: alert.house })}
          </a>
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

/** The next step: of the cause where one is known. */
function todoOf({ t }: View, { code, detail }: AlertView) {
  const cause = CAUSES.find((c) => CAUSE_WORDS[c] === detail['causa'])
  const kind = SENSOR_FAULTS.find((k) => SENSOR_WORDS[k] === detail['causa'])
  if (typeof detail['perdita'] === 'number' && cause) return t(`health.todo.${cause}`)
  return kind ? t(`sensor.${kind}.todo`) : t(`alert.${code}.todo`)
}

/** The figures the rule saw when it opened the alert. */
function explain(view: View, { code, detail }: AlertView): string | null {
  const { t, f } = view
  const cause = detail['causa']
  if (typeof cause === 'string') return explainCause(view, cause, detail)
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

/** What the diagnosis found, in its own words and figures. */
function explainCause({ t, f }: View, word: string, detail: AlertView['detail']): string | null {
  const cause = CAUSES.find((c) => CAUSE_WORDS[c] === word)
  const { perdita, persi_wh, persi_euro } = detail as { [key: string]: number | string | undefined }
  if (cause && typeof perdita === 'number' && typeof persi_wh === 'number' && typeof persi_euro === 'number') {
    const figures = { share: f.share(perdita), energy: f.energy(persi_wh), euro: `${f.number(persi_euro, 2)}\u00a0€` }
    return `${t(`health.cause.${cause}`)}. ${t('alert.finding.detail', figures)}`
  }
  const kind = SENSOR_FAULTS.find((k) => SENSOR_WORDS[k] === word)
  const { minuti, dal } = detail as { [key: string]: number | string | undefined }
  if (!kind || typeof dal !== 'number') return null
  const since = t('alert.sensor.detail', { day: f.dateTime(dal) })
  if (kind !== 'clock') return `${t(`sensor.${kind}`)} ${since}`
  const minutes = typeof minuti === 'number' ? minuti : 0
  const direction = minutes > 0 ? t('sensor.late') : t('sensor.early')
  return `${t('sensor.clock', { minutes: Math.abs(minutes), direction })} ${since}`
}
