import { Card, Scroll } from '../view/parts.tsx'
import { type CentralReader, centralDocument } from './frame.tsx'
import type { ComparedHub } from './month.ts'

export interface ComparePage {
  readonly month: string
  readonly before: string
  readonly after: string | null
  readonly hubs: readonly ComparedHub[]
}

const COLUMNS = [
  'yield',
  'produced',
  'consumed',
  'imported',
  'exported',
  'shared',
  'selfSufficiency',
  'co2',
  'quality',
] as const

/** A month of all communities, side by side: what a printed report holds as well. */
export function comparePage({ month, before, after, hubs }: ComparePage, by: CentralReader): string {
  return centralDocument(by, by.reader.language === 'it' ? `Confronto, ${month}` : `Comparison, ${month}`, (view) => {
    const { t, f } = view
    const kwh = (wh: number | null) => (wh === null ? '–' : `${f.number(wh / 1000, 0)}\u00a0kWh`)
    const share = (part: number | null) => (part === null ? '–' : `${f.number(part * 100, 0)}\u00a0%`)
    return (
      <div class="cards">
        <Card id="mese" title={t('central.compare')} note={month}>
          <p class="actions">
            <a href={`/confronto/${before}`}>{before}</a> {after ? <a href={`/confronto/${after}`}>{after}</a> : null}{' '}
            <a href={`/confronto/${month}/csv`}>CSV</a>
          </p>
          <p class="hint">{t('central.compareText')}</p>
          {hubs.length === 0 ? <p>{t('central.noData')}</p> : null}
          <Scroll name={t('central.compare')}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t('central.name')}</th>
                  {COLUMNS.map((column) => (
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
                    <td>{hub.yieldPerDay === null ? '–' : f.number(hub.yieldPerDay, 2)}</td>
                    <td>{kwh(hub.producedWh)}</td>
                    <td>{kwh(hub.consumedWh)}</td>
                    <td>{kwh(hub.importedWh)}</td>
                    <td>{kwh(hub.exportedWh)}</td>
                    <td>{kwh(hub.sharedWh)}</td>
                    <td>{share(hub.selfSufficiency)}</td>
                    <td>{hub.co2G === null ? '–' : `${f.number(hub.co2G / 1000, 0)}\u00a0kg`}</td>
                    <td>
                      {t(`central.quality.${hub.quality}`)} ({share(hub.coverage)})
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </Card>
      </div>
    )
  })
}

/** The same as a file. A name that begins like a formula is made plain text for spreadsheets. */
export function compareCsv(hubs: readonly ComparedHub[]): string {
  const text = (value: string) => `"${(/^[=+\-@\t]/.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`
  const number = (value: number | null, digits: number) => (value === null ? '' : value.toFixed(digits))
  const lines = hubs.map((hub) =>
    [
      hub.id,
      text(hub.name),
      ...[hub.producedWh, hub.consumedWh, hub.importedWh, hub.exportedWh, hub.sharedWh, hub.co2G].map((v) =>
        number(v, 0),
      ),
      number(hub.yieldPerDay, 3),
      number(hub.selfSufficiency, 4),
      number(hub.coverage, 4),
    ].join(','),
  )
  const head =
    'hub,nome,prodotta_wh,consumata_wh,prelevata_wh,immessa_wh,condivisa_wh,co2_evitata_g,resa_kwh_kwp_giorno,autosufficienza,copertura'
  return `${[head, ...lines].join('\r\n')}\r\n`
}
