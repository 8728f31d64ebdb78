import type { AdcStatistics, NodeCheck, NodeEvent } from '../../hub/domain/node-serial.ts'
import type { WatchedNode } from '../../hub/flow/node-watch.ts'
import type { NodePage } from '../models/node.ts'
import { documentOf } from '../view/layout.tsx'
import type { LivePart } from '../view/live.ts'
import type { MessageKey } from '../view/messages.it.ts'
import { isMessage } from '../view/messages.ts'
import { Age, Badge, Card, Scroll } from '../view/parts.tsx'
import { type View, viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: NodePage
}

/** One node, for the technician: over the network always, over USB when it is the one on the hub's port. */
export function nodePage(page: NodePage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title: t('node.title', { house: page.name }),
    page: 'plant',
    stream: `/eventi?${new URLSearchParams({ pagina: 'nodo', casa: page.house })}`,
    children: (
      <>
        <div class="page-head">
          <h1>{t('node.title', { house: page.name })}</h1>
          <a href="/impianto">{t('node.back')}</a>
        </div>
        <div class="cards">
          <NetworkCard view={view} page={page} />
          <UsbCard view={view} page={page} />
          <TestCard view={view} page={page} />
          <EventsCard view={view} page={page} />
        </div>
      </>
    ),
  })
}

export function liveParts(page: NodePage, reader: Reader): LivePart[] {
  const view = viewFor(reader)
  return [
    { id: 'rete', html: `${<NetworkCard view={view} page={page} />}` },
    { id: 'usb', html: `${<UsbCard view={view} page={page} />}` },
    { id: 'autotest', html: `${<TestCard view={view} page={page} />}` },
    { id: 'eventi', html: `${<EventsCard view={view} page={page} />}` },
  ]
}

function Facts({ rows }: { readonly rows: readonly (readonly [string, unknown])[] }) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function NetworkCard({ view, page }: Props) {
  const { t, f } = view
  const { row } = page
  if (!row) return null
  return (
    <Card id="rete" title={t('node.network')}>
      <Facts
        rows={[
          [t('plant.heard'), row.heardAt === null ? t('age.never') : <Age at={row.heardAt} view={view} />],
          [t('plant.link'), row.online ? t('plant.linkOn') : t('plant.linkOff')],
          [t('plant.firmware'), row.fw ?? t('missing.noData')],
          [t('plant.boot'), row.boot === null ? t('missing.noData') : String(row.boot)],
          [t('plant.uptime'), row.uptimeS === null ? t('missing.noData') : f.duration(row.uptimeS)],
        ]}
      />
    </Card>
  )
}

function UsbCard({ view, page }: Props) {
  const { t } = view
  const { usb, port } = page
  return (
    <Card
      id="usb"
      title={t('node.usb')}
      {...(port ? { note: usb?.identity ? `${port.path}, ${usb.identity.mac}` : port.path } : {})}
    >
      {usb ? <Usb view={view} usb={usb} /> : <NoUsb view={view} page={page} />}
    </Card>
  )
}

function NoUsb({ view, page }: Props) {
  const { t } = view
  const { port } = page
  const key = `node.problem.${port?.problem ?? ''}`
  return (
    <div class="empty">
      {port === null ? <p>{t('node.noPort')}</p> : null}
      {port?.house ? <p>{t('node.otherHouse', { house: port.house })}</p> : null}
      {port && isMessage(key) ? <p>{t(key as MessageKey & 'node.problem.silent')}</p> : null}
      {port?.house === '' ? <p>{t('node.noHouse')}</p> : null}
      <p>
        {t('node.useCommand')} <code>solar-family node selftest</code>
      </p>
    </div>
  )
}

function Usb({ view, usb }: { readonly view: View; readonly usb: WatchedNode }) {
  const { t, f } = view
  const { identity, measures, network, adc } = usb
  const watts = (w: number | null | undefined, ma: number | null | undefined) =>
    w === null || w === undefined ? t('missing.noData') : `${f.power(w)} (${f.number((ma ?? 0) / 1000, 2)}\u00a0A)`
  const m = measures?.value
  return (
    <>
      <Facts
        rows={[
          [t('plant.firmware'), identity ? identity.firmware : t('missing.noData')],
          [t('node.reset'), identity ? t(resetKey(identity.reset)) : t('missing.noData')],
          [t('node.watchdog'), identity ? f.number(identity.watchdogResets) : t('missing.noData')],
          [t('figure.production'), watts(m?.productionW, m?.milliamps[0])],
          [t('figure.consumption'), watts(m?.consumptionW, m?.milliamps[1])],
          [t('node.supply'), m?.supplyMv ? `${f.number(m.supplyMv / 1000, 2)}\u00a0V` : t('missing.noData')],
          [t('node.address'), network ? network.address : t('missing.noData')],
          [t('node.mqtt'), network ? network.mqtt : t('missing.noData')],
          [t('node.measured'), measures ? <Age at={measures.at} view={view} /> : t('age.never')],
        ]}
      />
      <p>
        {t('node.faults')}:{' '}
        {m && m.faults.length > 0 ? <Badge tone="bad">{m.faults.join(', ')}</Badge> : t('node.none')}
      </p>
      <h3>{t('node.adc')}</h3>
      <AdcTable view={view} adc={adc} />
    </>
  )
}

function AdcTable({ view, adc }: { readonly view: View; readonly adc: readonly AdcStatistics[] }) {
  const { t, f } = view
  const columns = ['channel', 'samples', 'mean', 'rms', 'min', 'max', 'clipped', 'lost'] as const
  return (
    <Scroll name={t('node.adc')}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col">{t(`node.adc.${column}`)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {adc.map((a) => (
            <tr>
              <th scope="row">{a.channel === 0 ? t('figure.production') : t('figure.consumption')}</th>
              <td>{f.number(a.samples)}</td>
              <td>{f.number(a.mean, 2)}</td>
              <td>{f.number(a.rms, 2)}</td>
              <td>{f.number(a.min)}</td>
              <td>{f.number(a.max)}</td>
              <td>{f.number(a.clipped)}</td>
              <td>{f.number(a.lost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

const TONES = { pass: 'good', warn: 'bad', fail: 'bad', skip: 'quiet' } as const

function TestCard({ view, page }: Props) {
  const { t } = view
  const { usb } = page
  if (!usb)
    return (
      <Card id="autotest" title={t('node.test')}>
        {t('node.onlyUsb')}
      </Card>
    )
  return (
    <Card id="autotest" title={t('node.test')}>
      {usb.checks ? (
        <>
          <p>
            <Age at={usb.checks.at} view={view} />
          </p>
          <Checks view={view} checks={usb.checks.value} />
        </>
      ) : null}
      {usb.testing ? (
        <p role="status">{t('node.testing')}</p>
      ) : (
        <form method="post" action={`/impianto/nodo/${page.house}/autotest`}>
          <button type="submit" class="primary">
            {t('node.runTest')}
          </button>
        </form>
      )}
    </Card>
  )
}

function Checks({ view, checks }: { readonly view: View; readonly checks: readonly NodeCheck[] }) {
  const { t } = view
  return (
    <Scroll name={t('node.test')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('node.check')}</th>
            <th scope="col">{t('node.result')}</th>
            <th scope="col">{t('node.found')}</th>
            <th scope="col">{t('node.expected')}</th>
          </tr>
        </thead>
        <tbody>
          {checks.map((check) => (
            <tr>
              <th scope="row">{nameOf(view, check)}</th>
              <td>
                <Badge tone={TONES[check.verdict]}>{t(`node.verdict.${check.verdict}`)}</Badge>
              </td>
              <td>{check.value}</td>
              <td>{check.expected}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function nameOf({ t }: View, { name }: NodeCheck): string {
  const key = `node.check.${name}`
  return isMessage(key) ? t(key as MessageKey & 'node.check.adc') : name
}

function resetKey(reset: string): 'node.reset.ignoto' {
  const key = `node.reset.${reset}`
  return (isMessage(key) ? key : 'node.reset.ignoto') as 'node.reset.ignoto'
}

function EventsCard({ view, page }: Props) {
  const { t } = view
  const events = page.usb?.events ?? []
  return (
    <Card id="eventi" title={t('node.events')}>
      {events.length === 0 ? (
        <p>{page.usb ? t('node.none') : t('node.onlyUsb')}</p>
      ) : (
        <Events view={view} events={events} />
      )}
    </Card>
  )
}

function Events({ view, events }: { readonly view: View; readonly events: readonly NodeEvent[] }) {
  const { t, f } = view
  return (
    <Scroll name={t('node.events')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('plant.boot')}</th>
            <th scope="col">{t('plant.uptime')}</th>
            <th scope="col">{t('node.event')}</th>
            <th scope="col">{t('node.value')}</th>
          </tr>
        </thead>
        <tbody>
          {events.toReversed().map((event) => (
            <tr>
              <td>{event.boot}</td>
              <td>{f.duration(event.uptimeS)}</td>
              <th scope="row">
                <code>{event.event}</code>
              </th>
              <td>{f.number(event.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
