import type { PlaneRow, SensorRow } from '../models/health.ts'
import { Badge, Card } from './parts.tsx'
import type { View } from './view.ts'

/** What no plant and no household can mean, a sentence each, with what to do. */
export function SensorCard({
  view,
  sensors,
  planes,
}: {
  readonly view: View
  readonly sensors: readonly SensorRow[]
  readonly planes: readonly PlaneRow[]
}) {
  const { t, f } = view
  return (
    <Card id="sensori" title={t('sensor.title')}>
      {sensors.length === 0 && planes.length === 0 ? (
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
          {planes.map((row) => (
            <PlaneItem view={view} row={row} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function PlaneItem({ view, row }: { readonly view: View; readonly row: PlaneRow }) {
  const { t } = view
  const { house, azimuth, tilt, fitted, days } = row
  return (
    <li class="alert alert-open">
      <p class="alert-head">
        <strong>{house}</strong>
      </p>
      {azimuth ? <p>{t('plane.azimuth', { ...azimuth })}</p> : null}
      {tilt ? <p>{t('plane.tilt', { ...tilt })}</p> : null}
      <p>{t('plane.days', { days })}</p>
      <p>
        {t('alerts.todo')} {t('plane.todo')}{' '}
        <code>
          solar-family house edit {house} --azimuth {fitted.azimuth} --tilt {fitted.tilt}
        </code>
      </p>
    </li>
  )
}
