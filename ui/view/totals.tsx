import type { DayChoice, DayTotals } from '../view-models.ts'
import { Icon } from './icons.tsx'
import { Card } from './parts.tsx'
import type { View } from './view.ts'

interface TotalsProps {
  readonly view: View
  readonly day: DayChoice
  readonly totals: DayTotals
  readonly of: 'house' | 'community'
  readonly size: 'third' | 'full'
}

/** The energies of the day; each tile unfolds to what it means. */
export function TotalsCard({ view, day, totals, of, size }: TotalsProps) {
  const { t, f } = view
  const house = of === 'house'
  const noData = (value: number | null) => (value === null ? t('missing.noData') : null)
  const rateReason = (rate: number | null, base: number | null, none: string) =>
    rate !== null ? null : base === null ? t('missing.noData') : none
  const noExchange =
    totals.producedWh !== null && totals.consumedWh === null ? t('missing.noMeter') : t('missing.noData')
  const tiles = [
    {
      id: 'prodotta',
      label: t('figure.production'),
      value: f.energy(totals.producedWh),
      reason: noData(totals.producedWh),
      info: t('info.production'),
    },
    {
      id: 'consumata',
      label: t('figure.consumption'),
      value: f.energy(totals.consumedWh),
      reason: totals.consumedWh === null ? noExchange : null,
      info: house ? t('info.consumption') : t('info.communityConsumption'),
    },
    {
      id: 'autosufficienza',
      label: t('figure.selfSufficiency'),
      value: f.percent(totals.selfSufficiencyRate),
      reason: rateReason(totals.selfSufficiencyRate, totals.consumedWh, t('missing.noConsumption')),
      info: t('info.selfSufficiency'),
    },
    {
      id: 'autoconsumo',
      label: t('figure.selfConsumption'),
      value: f.percent(totals.selfConsumptionRate),
      reason: rateReason(totals.selfConsumptionRate, totals.producedWh, t('missing.noProduction')),
      info: t('info.selfConsumption'),
    },
    {
      id: 'prelevata',
      label: t('figure.import'),
      value: f.energy(totals.importedWh),
      reason: totals.importedWh === null ? noExchange : null,
      info: house ? t('info.import') : t('info.communityImport'),
    },
    {
      id: 'immessa',
      label: t('figure.export'),
      value: f.energy(totals.exportedWh),
      reason: totals.exportedWh === null ? noExchange : null,
      info: house ? t('info.export') : t('info.communityExport'),
    },
    {
      id: 'condivisa',
      label: t('figure.shared'),
      value: f.energy(totals.sharedWh),
      reason: noData(totals.sharedWh),
      info: house ? t('info.shared') : t('info.communityShared'),
    },
  ]
  return (
    <Card id="totali" title={day.isToday ? t('totals.today') : t('totals.day')} size={size}>
      <div class="tiles">
        {tiles.map((tile) => (
          <details class="tile" id={`tile-${tile.id}`}>
            <summary>
              <span class="tile-label">
                <Named label={tile.label} />
              </span>
              <span class="tile-value">{tile.value}</span>
              {tile.reason ? <span class="reason">{tile.reason}</span> : null}
            </summary>
            <p class="hint">{tile.info}</p>
          </details>
        ))}
      </div>
      <p class="hint">{coverageNote(view, totals) ?? t('totals.hint')}</p>
    </Card>
  )
}

/** What the reader should know about how complete the day's figures are, or null when they are. */
function coverageNote({ t, f }: View, { quality, coverage }: DayTotals): string | null {
  if (quality === 'mancante') return null
  if (coverage < 0.95) return t('totals.partial', { share: f.share(coverage) })
  return quality === 'stimata' ? t('totals.estimated') : null
}

/** A label and its mark, which never stands on a line of its own. */
function Named({ label }: { readonly label: string }) {
  const words = label.split(' ')
  const last = words.pop()
  return (
    <>
      {words.map((word) => `${word} `).join('')}
      <span class="together">
        {last} <Icon name="info" />
      </span>
    </>
  )
}
