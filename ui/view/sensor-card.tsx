import type { SensorRow } from '../models/health.ts'
import { Badge, Card } from './parts.tsx'
import type { View } from './view.ts'

/** What no plant and no household can mean, a sentence each, with what to do. */
export function SensorCard({ view, sensors }: { readonly view: View; readonly sensors: readonly SensorRow[] }) {
  const { t, f } = view
  return (
    <Card id="sensori" title={t('sensor.title')}>
      {sensors.length === 0 ? (
        <p>
          <Badge tone="good">{t('sensor.none')}</Badge>
        </p>
      ) : (
        <ul class="alerts">
          {sensors.map((row) => (
            <li class={row.confirmed ? 'alert alert-open' : 'alert'}>
              <p class="alert-head">
                <strong>{row.house}</strong>{' '}
                {row.confirmed ? null : <Badge tone="quiet">{t('sensor.suspected')}</Badge>}
              </p>
              <p>
                {row.kind === 'clock'
                  ? t('sensor.clock', {
                      minutes: Math.abs(row.minutes),
                      direction: row.minutes > 0 ? t('sensor.late') : t('sensor.early'),
                    })
                  : t(`sensor.${row.kind}`)}{' '}
                {t('sensor.since', { day: f.day(row.since) })}
              </p>
              <p>
                {t('alerts.todo')} {t(`sensor.${row.kind}.todo`)}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
