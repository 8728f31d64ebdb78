import { HUB_SILENT_AFTER } from '../../hub/domain/presence.ts'
import { Age, Badge, Card, Scroll } from '../view/parts.tsx'
import type { View } from '../view/view.ts'
import type { HubAlert, HubNow, HubSilence } from './deps.ts'
import { type CentralReader, centralDocument } from './frame.tsx'
import { HubMap } from './map.tsx'
import type { Gap } from './month.ts'

export function isSilent(hub: HubNow, now: number): boolean {
  return !hub.revoked && hub.seenAt !== null && now - hub.seenAt > HUB_SILENT_AFTER
}

/** All hubs: who is silent and why, where they are, what they run. */
export function hubsPage(
  { hubs, silences }: { readonly hubs: readonly HubNow[]; readonly silences: readonly HubSilence[] },
  by: CentralReader,
): string {
  const { now } = by.reader
  const silent = hubs.filter((hub) => isSilent(hub, now))
  const versions = Map.groupBy(
    hubs.filter((hub) => hub.program !== '' && !hub.revoked),
    (hub) => hub.program,
  )
  return centralDocument(by, by.reader.language === 'it' ? 'Hub' : 'Hubs', (view) => {
    const { t, f } = view
    return (
      <div class="cards">
        {silent.length > 0 ? (
          <Card id="silenti" title={t.count('central.silent', silent.length)}>
            <ul>
              {silent.map((hub) => (
                <li>
                  <Badge tone="bad">{hub.name}</Badge> {t('central.silentSince', { when: f.dateTime(hub.seenAt ?? 0) })}{' '}
                  {t('central.cause', { cause: causeOf(view, hub) })}
                </li>
              ))}
            </ul>
          </Card>
        ) : null}
        <Card id="elenco" title={t('central.hubs')}>
          <Scroll name={t('central.hubs')}>
            <table>
              <thead>
                <tr>
                  {(['name', 'state', 'lastSync', 'lag', 'houses', 'openAlerts', 'version'] as const).map((column) => (
                    <th scope="col">{t(`central.${column}`)}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {hubs.map((hub) => (
                  <tr>
                    <th scope="row">
                      <a href={`/hub/${hub.id}`}>{hub.name}</a>
                    </th>
                    <td>
                      <State view={view} hub={hub} />
                    </td>
                    <td>{hub.committedAt === null ? '–' : <Age at={hub.committedAt} view={view} />}</td>
                    <td>{hub.skewS === null ? '–' : `${f.number(hub.skewS, 0)}\u00a0s`}</td>
                    <td>{hub.houses === null ? '–' : `${hub.heard ?? 0}/${hub.houses}`}</td>
                    <td>{hub.openAlerts ?? '–'}</td>
                    <td>{hub.program || '–'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          {hubs.length === 0 ? <p>{t('central.noHubs')}</p> : null}
        </Card>
        <Card id="silenzi" title={t('central.silences')}>
          <Silences view={view} silences={silences} named={new Map(hubs.map((hub) => [hub.id, hub.name]))} />
        </Card>
        <Card id="mappa" title={t('central.map')} size="half">
          <HubMap view={view} hubs={hubs} silent={new Set(silent.map((hub) => hub.id))} />
        </Card>
        <Card id="versioni" title={t('central.versions')} size="half">
          <ul>
            {[...versions].map(([program, own]) => (
              <li>
                {program}: {own.length}
              </li>
            ))}
          </ul>
        </Card>
      </div>
    )
  })
}

/** When hubs were not heard, and the last known cause. */
function Silences({
  view,
  silences,
  named,
}: {
  readonly view: View
  readonly silences: readonly HubSilence[]
  readonly named: ReadonlyMap<string, string> | null
}) {
  const { t, f } = view
  if (silences.length === 0) return <p>{t('central.noSilences')}</p>
  return (
    <ul>
      {silences.map(({ hub, openedAt, closedAt, cause }) => (
        <li>
          {named ? `${named.get(hub) ?? hub} · ` : ''}
          {f.dateTime(openedAt)} – {closedAt === null ? '…' : `${f.dateTime(closedAt)}.`}{' '}
          {t('central.cause', { cause: cause || t('central.noCause') })}
        </li>
      ))}
    </ul>
  )
}

function State({ view, hub }: { view: View; hub: HubNow }) {
  const { t, reader } = view
  if (hub.revoked) return <Badge tone="quiet">{t('central.revoked')}</Badge>
  if (hub.seenAt === null) return <Badge tone="quiet">{t('central.never')}</Badge>
  if (isSilent(hub, reader.now)) return <Badge tone="bad">{t('central.isSilent')}</Badge>
  return <Badge tone={hub.problem === null ? 'good' : 'bad'}>{hub.problem ?? t('central.online')}</Badge>
}

/** The last that is known of why a hub is silent: what it was refused for, what it complained of, else nothing. */
function causeOf({ t }: View, hub: HubNow): string {
  return hub.problem ?? (hub.reasons.length > 0 ? hub.reasons.join(', ') : t('central.noCause'))
}

export interface HubPage {
  readonly hub: HubNow
  readonly month: string
  readonly gaps: readonly Gap[]
  readonly alerts: readonly HubAlert[]
  readonly silences: readonly HubSilence[]
}

export function hubPage({ hub, month, gaps, alerts, silences }: HubPage, by: CentralReader): string {
  return centralDocument(by, hub.name, (view) => {
    const { t, f } = view
    return (
      <div class="cards">
        <Card id="stato" title={t('central.state')} size="half">
          <p>
            <State view={view} hub={hub} />
          </p>
          {hub.reasons.length > 0 ? <p>{t('central.cause', { cause: hub.reasons.join(', ') })}</p> : null}
        </Card>
        <Card id="qualita" title={t('central.quality')} note={month} size="half">
          {gaps.length === 0 ? (
            <p>{t('central.noGaps')}</p>
          ) : (
            <ul>
              {gaps.map((gap) => (
                <li>
                  {gap.from === gap.to ? gap.from : `${gap.from} – ${gap.to}`}: {t(`central.quality.${gap.kind}`)}
                </li>
              ))}
            </ul>
          )}
        </Card>
        <Card id="silenzi" title={t('central.silences')}>
          <Silences view={view} silences={silences} named={null} />
        </Card>
        <Card id="avvisi" title={t('nav.alerts')}>
          {alerts.length === 0 ? <p>{t('central.noAlerts')}</p> : null}
          <ul>
            {alerts.map((alert) => (
              <li>
                {alert.codice} {alert.casa ?? ''} · {f.dateTime(alert.aperto * 1000)} –{' '}
                {alert.chiuso === null ? '…' : f.dateTime(alert.chiuso * 1000)}
              </li>
            ))}
          </ul>
        </Card>
      </div>
    )
  })
}
