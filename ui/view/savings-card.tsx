import type { LoadSavings, SavedTotal } from '../models/loads.ts'
import { Icon } from './icons.tsx'
import { Card, Scroll } from './parts.tsx'
import type { View } from './view.ts'

/** What the relays changed, with what it is measured against. */
export function SavingsCard({
  view,
  savings,
  shadowUntil,
}: {
  readonly view: View
  readonly savings: LoadSavings
  readonly shadowUntil: number | null
}) {
  const { t, f } = view
  const { lately, total, community, loads, watched, prices } = savings
  const shown = lately ?? (total === null ? watched : null)
  const isWatched = shown !== null && shown === watched
  return (
    <Card id="risparmio" title={isWatched ? t('load.wouldHave') : t('load.saved')} size="full">
      {shown ? <Amounts view={view} saved={shown} /> : <p>{t('load.saved.none')}</p>}
      {watched ? <p>{watchedText(view, watched, shadowUntil !== null)}</p> : null}
      {loads.length > 0 ? (
        <Scroll name={t('load.saved.byLoad')}>
          <table>
            <caption>{t('load.saved.byLoad')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('load.title')}</th>
                <th scope="col">{t('load.saved.lately')}</th>
                <th scope="col">{t('load.saved.total')}</th>
              </tr>
            </thead>
            <tbody>
              {loads.map((load) => (
                <tr>
                  <th scope="row">{load.name}</th>
                  <td>{short(view, load.lately)}</td>
                  <td>{short(view, load.total)}</td>
                </tr>
              ))}
              <tr>
                <th scope="row">{t('load.saved.house')}</th>
                <td>{short(view, lately)}</td>
                <td>{short(view, total)}</td>
              </tr>
            </tbody>
          </table>
        </Scroll>
      ) : null}
      {community ? <p>{t('load.saved.community', amounts(view, community))}</p> : null}
      <details class="data" id="risparmio-come">
        <summary>
          <Icon name="info" />
          {t('load.saved.how')}
        </summary>
        <p>{t('load.saved.against', { buy: f.number(prices.importEur, 2), sell: f.number(prices.exportEur, 2) })}</p>
        {prices.assumed ? <p>{t('load.saved.assumed')}</p> : null}
      </details>
    </Card>
  )
}

function Amounts({ view, saved }: { readonly view: View; readonly saved: SavedTotal }) {
  const { t, f } = view
  return (
    <dl class="facts">
      <div>
        <dt>{t('load.saved.moved')}</dt>
        <dd>{f.energy(saved.movedKwh * 1000)}</dd>
      </div>
      <div>
        <dt>{t('load.saved.euro')}</dt>
        <dd>{f.euro(saved.euro)}</dd>
      </div>
      <div>
        <dt>{t('load.saved.co2')}</dt>
        <dd>
          {saved.co2Kg === null ? t('load.saved.noFactor') : f.mass(saved.co2Kg * 1000)}
          {saved.co2Kg === 0 ? <small> {t('load.saved.yearly')}</small> : null}
        </dd>
      </div>
    </dl>
  )
}

function watchedText(view: View, watched: SavedTotal, isRunning: boolean): string {
  const { t } = view
  const said = { ...amounts(view, watched), days: t.count('load.days', watched.days) }
  return isRunning ? t('load.saved.watching', said) : t('load.saved.watched', said)
}

function amounts({ f }: View, { movedKwh, euro }: SavedTotal) {
  return { energy: f.energy(movedKwh * 1000), euro: f.euro(euro) }
}

function short(view: View, saved: SavedTotal | null): string {
  if (!saved) return '–'
  const { energy, euro } = amounts(view, saved)
  return `${energy} · ${euro}`
}
