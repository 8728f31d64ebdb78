import { AlertList } from '../view/alerts.tsx'
import { Clock, Degraded, documentOf } from '../view/layout.tsx'
import type { LivePart } from '../view/live.ts'
import { Badge, Card } from '../view/parts.tsx'
import { type View, viewFor } from '../view/view.ts'
import type { AlertView, Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly alerts: readonly AlertView[]
}

/** What is wrong now and what was: the open alerts, then the past ones. */
export function alertsPage(alerts: readonly AlertView[], reader: Reader): string {
  const view = viewFor(reader)
  return documentOf({
    view,
    title: view.t('alerts.title'),
    page: 'alerts',
    stream: '/eventi?pagina=avvisi',
    children: (
      <>
        <h1>{view.t('alerts.title')}</h1>
        <div class="cards">
          <Open view={view} alerts={alerts} />
          <Past view={view} alerts={alerts} />
        </div>
      </>
    ),
  })
}

export function liveParts(alerts: readonly AlertView[], reader: Reader): LivePart[] {
  const view = viewFor(reader)
  return [
    { id: 'ora', html: `${<Clock view={view} />}` },
    { id: 'salute', html: `${<Degraded view={view} />}` },
    { id: 'avvisi-aperti', html: `${<Open view={view} alerts={alerts} />}` },
    { id: 'avvisi-chiusi', html: `${<Past view={view} alerts={alerts} />}` },
  ]
}

function Open({ view, alerts }: Props) {
  const open = alerts.filter((alert) => alert.closedAt === null)
  return (
    <Card id="avvisi-aperti" title={view.t('alerts.openNow')}>
      {open.length === 0 ? (
        <p>
          <Badge tone="good">{view.t('alerts.noneOpen')}</Badge>
        </p>
      ) : (
        <AlertList view={view} alerts={open} named={view.reader.user?.role !== 'resident'} />
      )}
    </Card>
  )
}

function Past({ view, alerts }: Props) {
  const past = alerts.filter((alert) => alert.closedAt !== null)
  return (
    <Card id="avvisi-chiusi" title={view.t('alerts.past')}>
      {past.length === 0 ? (
        <p class="hint">{view.t('alerts.nonePast')}</p>
      ) : (
        <AlertList view={view} alerts={past} named={view.reader.user?.role !== 'resident'} />
      )}
    </Card>
  )
}
