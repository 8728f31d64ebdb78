import { Clock, Degraded, documentOf } from '../view/layout.tsx'
import type { LivePart } from '../view/live.ts'
import type { MessageKey } from '../view/messages.it.ts'
import { isMessage } from '../view/messages.ts'
import { Age, Badge, Card, Scroll } from '../view/parts.tsx'
import { SensorCard } from '../view/sensor-card.tsx'
import { type View, viewFor } from '../view/view.ts'
import type { NodeRow, PlantPage, Reader, RefusalRow } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: PlantPage
}

/** The technician's page: which nodes are heard, what was refused and who was kept out. */
export function plantPage(page: PlantPage, reader: Reader): string {
  const view = viewFor(reader)
  return documentOf({
    view,
    title: view.t('plant.title'),
    page: 'plant',
    stream: '/eventi?pagina=impianto',
    children: (
      <>
        <div class="page-head">
          <h1>{view.t('plant.title')}</h1>
        </div>
        <div class="cards">
          <HubCard view={view} page={page} />
          <NodesCard view={view} page={page} />
          <SensorCard view={view} sensors={page.sensors} planes={page.planes} />
          <StrangersCard view={view} page={page} />
        </div>
      </>
    ),
  })
}

export function liveParts(page: PlantPage, reader: Reader): LivePart[] {
  const view = viewFor(reader)
  return [
    { id: 'ora', html: `${<Clock view={view} />}` },
    { id: 'salute', html: `${<Degraded view={view} />}` },
    { id: 'hub', html: `${<HubCard view={view} page={page} />}` },
    { id: 'nodi', html: `${<NodesCard view={view} page={page} />}` },
    { id: 'sensori', html: `${<SensorCard view={view} sensors={page.sensors} planes={page.planes} />}` },
    { id: 'respinti', html: `${<StrangersCard view={view} page={page} />}` },
  ]
}

function HubCard({ view, page }: Props) {
  const { t, f } = view
  const { broker, store, certificate } = page
  const entries = [
    broker.externalUrl === null
      ? [t('plant.brokerPort'), String(broker.port)]
      : [t('plant.externalBroker'), broker.externalUrl],
    ...(broker.clients === null ? [] : [[t('plant.clients'), f.number(broker.clients)]]),
    [t('plant.readings'), f.number(store.readings)],
    [t('plant.size'), f.bytes(store.bytes)],
    [t('plant.commit'), store.commitMs === null ? t('missing.noData') : `${f.number(store.commitMs)}\u00a0ms`],
  ]
  return (
    <Card id="hub" title={t('plant.hub')}>
      <dl class="facts">
        {entries.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {broker.externalUrl === null ? null : <p class="hint">{t('plant.externalHint')}</p>}
      {certificate === null ? null : (
        <p>
          {t(certificate.own ? 'plant.certificateOwn' : 'plant.certificate', {
            until: f.dateTime(certificate.validTo),
          })}
          <br />
          <code class="fingerprint">{certificate.fingerprint}</code>
        </p>
      )}
    </Card>
  )
}

function NodesCard({ view, page }: Props) {
  const { t } = view
  const { nodes } = page
  const online = nodes.filter((node) => node.state !== 'offline').length
  return (
    <Card
      id="nodi"
      title={t('plant.nodes')}
      {...(nodes.length > 0 ? { note: t('plant.onlineCount', { online, n: nodes.length }) } : {})}
    >
      {nodes.length === 0 ? (
        <div class="empty">
          <p>{t('plant.noNodes')}</p>
          <p>
            {t('plant.noNodesHint')} <code>solar-family house add casa_A --peak 3000</code>
          </p>
        </div>
      ) : (
        <ul class="nodes">
          {nodes.map((node) => (
            <NodeItem view={view} node={node} />
          ))}
        </ul>
      )}
    </Card>
  )
}

const TONES = { ok: 'good', anomalo: 'bad', notte: 'quiet', offline: 'bad' } as const

function NodeItem({ view, node }: { readonly view: View; readonly node: NodeRow }) {
  const { t, f } = view
  const refused = node.refusals.reduce((sum, row) => sum + row.count, 0)
  return (
    <li class="node-item" id={`nodo-${node.house}`}>
      <p class="node-head">
        <a href={`/?${new URLSearchParams({ casa: node.house })}`}>{node.name}</a>{' '}
        <Badge tone={TONES[node.state]}>{t(`node.state.${node.state}`)}</Badge>{' '}
        <a href={`/impianto/nodo/${node.house}`}>{t('node.open')}</a>
      </p>
      <dl>
        <div>
          <dt>{t('plant.heard')}</dt>
          <dd>{node.heardAt === null ? t('age.never') : <Age at={node.heardAt} view={view} />}</dd>
        </div>
        <div>
          <dt>{t('plant.link')}</dt>
          <dd>{node.online ? t('plant.linkOn') : t('plant.linkOff')}</dd>
        </div>
        <div>
          <dt>{t('plant.firmware')}</dt>
          <dd>{node.fw ?? t('missing.noData')}</dd>
        </div>
        <div>
          <dt>{t('plant.boot')}</dt>
          <dd>{node.boot === null ? t('missing.noData') : node.boot}</dd>
        </div>
        <div>
          <dt>{t('plant.uptime')}</dt>
          <dd>{node.uptimeS === null ? t('missing.noData') : f.duration(node.uptimeS)}</dd>
        </div>
      </dl>
      {refused > 0 ? (
        <details class="data" id={`rifiuti-${node.house}`}>
          <summary>{t.count('plant.refused', refused)}</summary>
          <ul>
            {node.refusals.map((row) => (
              <Refusal view={view} row={row} />
            ))}
          </ul>
        </details>
      ) : null}
    </li>
  )
}

function Refusal({ view, row }: { readonly view: View; readonly row: RefusalRow }) {
  const { t, f, reader } = view
  const key = `refusal.${row.reason}`
  const reason = isMessage(key) ? t(key as MessageKey & 'refusal.formato') : row.reason
  return (
    <li>
      {t('plant.refusal', { count: f.number(row.count), reason, age: f.age(reader.now - row.lastAt) })}
      <br />
      <span class="hint">{t('plant.refusalValue', { campo: row.campo, valore: row.valore, atteso: row.atteso })}</span>
    </li>
  )
}

function StrangersCard({ view, page }: Props) {
  const { t, f } = view
  const columns = [
    t('plant.stranger.who'),
    t('plant.stranger.address'),
    t('plant.stranger.why'),
    t('plant.stranger.count'),
    t('plant.stranger.last'),
  ]
  return (
    <Card id="respinti" title={t('plant.strangers')}>
      {page.strangers.length === 0 ? (
        <p>{t('plant.noStrangers')}</p>
      ) : (
        <Scroll name={t('plant.strangers')}>
          <table>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th scope="col">{column}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {page.strangers.map((row) => (
                <tr>
                  <th scope="row">{row.who}</th>
                  <td>{row.address}</td>
                  <td>{row.why}</td>
                  <td>{f.number(row.count)}</td>
                  <td>
                    <Age at={row.lastAt} view={view} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Card>
  )
}
