import { isoSeconds, SECOND } from '../../hub/domain/time.ts'
import type { HistoryPage } from '../models/history.ts'

const COLUMNS = [
  'inizio_utc',
  'inizio_locale',
  'durata_s',
  'consumo_kwh',
  'prodotto_e_usato_kwh',
  'dalla_comunita_kwh',
  'dalla_rete_kwh',
  'produzione_kwh',
  'alla_comunita_kwh',
  'in_rete_kwh',
  'qualita',
  'copertura',
] as const

/**
 * One row an interval; what is missing is empty. `excel` = semicolons, decimal commas and a byte order mark, as Excel reads
 * them in Italy and wherever else the comma is decimal.
 */
export function historyTable({ bars }: Pick<HistoryPage, 'bars'>, zone: string, style: 'plain' | 'excel'): string {
  const decimal = (value: number | null, digits: number) =>
    value === null ? '' : style === 'excel' ? value.toFixed(digits).replace('.', ',') : value.toFixed(digits)
  const kwh = (wh: number | null) => decimal(wh === null ? null : wh / 1000, 3)
  const rows = bars.map((bar) => [
    isoSeconds(bar.start),
    Temporal.Instant.fromEpochMilliseconds(bar.start)
      .toZonedDateTimeISO(zone)
      .toPlainDateTime()
      .toString({ smallestUnit: 'minute' }),
    String((bar.end - bar.start) / SECOND),
    kwh(bar.consumedWh),
    kwh(bar.ownWh),
    kwh(bar.fromCommunityWh),
    kwh(bar.fromGridWh),
    kwh(bar.producedWh),
    kwh(bar.toCommunityWh),
    kwh(bar.toGridWh),
    bar.quality,
    decimal(bar.coverage, 4),
  ])
  const separator = style === 'excel' ? ';' : ','
  const text = [COLUMNS, ...rows].map((row) => row.join(separator)).join('\r\n')
  return `${style === 'excel' ? '\uFEFF' : ''}${text}\r\n`
}
