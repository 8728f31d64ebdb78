import { ALLOCATION_KEYS } from '../../hub/domain/allocation.ts'
import { OTHERS } from '../../hub/domain/visibility.ts'
import type { SharingPage } from '../models/sharing.ts'
import { Icon } from '../view/icons.tsx'
import { documentOf } from '../view/layout.tsx'
import { Card, Scroll } from '../view/parts.tsx'
import { periodName } from '../view/period-text.ts'
import { type View, viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: SharingPage
}

/** How the energy that the community shared in a month is dealt to its members, by the chosen key and by the others. */
export function sharingPage(page: SharingPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  const name = periodName(view, page.period)
  return documentOf({
    view,
    title: `${t('sharing.title')} · ${name}`,
    page: 'sharing',
    children: (
      <>
        <h1>{t('sharing.title')}</h1>
        <p class="hint">{t(`sharing.interval.${page.intervalMin}`)}</p>
        <nav class="day" aria-label={t('history.nav')}>
          <p class="day-name">
            <strong>{name}</strong>
          </p>
          <div class="day-choice">
            {page.period.previous === null ? null : (
              <a
                class="button square"
                href={`/condivisione/${page.period.previous}`}
                aria-label={t('history.previous')}
              >
                <Icon name="left" />
              </a>
            )}
            {page.period.next === null ? null : (
              <a class="button square" href={`/condivisione/${page.period.next}`} aria-label={t('history.next')}>
                <Icon name="right" />
              </a>
            )}
          </div>
        </nav>
        <div class="cards">
          <Members view={view} page={page} />
          <Keys view={view} page={page} />
        </div>
      </>
    ),
  })
}

function Members({ view, page }: Props) {
  const { t, f, reader } = view
  const { key } = page
  return (
    <Card id="membri" title={t('sharing.members', { key: t(`sharing.key.${key}`) })}>
      {page.members.length === 0 || page.intervals === 0 ? (
        <p>{t('sharing.none')}</p>
      ) : (
        <Scroll name={t('sharing.title')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('houses.house')}</th>
                <th scope="col">{t('sharing.withdrawn')}</th>
                <th scope="col">{t('sharing.taken')}</th>
                <th scope="col">{t('sharing.injected')}</th>
                <th scope="col">{t('sharing.given')}</th>
                <th scope="col">{t('sharing.worth')}</th>
              </tr>
            </thead>
            <tbody>
              {page.members.map((member) => (
                <tr>
                  <th scope="row">
                    {member.name === OTHERS ? t('sharing.others') : member.name}
                    {member.own ? ` (${t('sharing.you')})` : ''}
                  </th>
                  <td>{f.energy(member.withdrawnWh)}</td>
                  <td>{f.energy(member.taken[key])}</td>
                  <td>{f.energy(member.injectedWh)}</td>
                  <td>{f.energy(member.given[key])}</td>
                  <td>{f.euro((member.taken[key] / 1000) * page.sharedEur)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <p class="hint">
        {t('sharing.worthHint', { euro: f.euro(page.sharedEur) })} {t('sharing.official')}
        {page.estimated !== null && page.estimated > 0.005
          ? ` ${t('sharing.estimated', { share: f.percent(page.estimated) })}`
          : ''}
        {page.onlyHours ? ` ${t('sharing.onlyHours')}` : ''}
      </p>
      {reader.user?.role === 'resident' ? null : (
        <p class="links">
          <a class="button" href={`/condivisione/${page.period.key}/csv`} download>
            {t('history.csv')}
          </a>
          <a class="button" href={`/condivisione/${page.period.key}/csv?formato=excel`} download>
            {t('history.csvExcel')}
          </a>
        </p>
      )}
    </Card>
  )
}

/** The same month by every key: what each would share, how evenly, and what the reader's house would get. */
function Keys({ view, page }: Props) {
  const { t, f } = view
  const own = page.members.find((member) => member.own)
  return (
    <Card id="chiavi" title={t('sharing.compare')}>
      <Scroll name={t('sharing.compare')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('sharing.keyName')}</th>
              <th scope="col">{t('sharing.shared')}</th>
              {own ? <th scope="col">{t('sharing.toYou')}</th> : null}
              <th scope="col">{t('sharing.evenness')}</th>
            </tr>
          </thead>
          <tbody>
            {ALLOCATION_KEYS.map((key) => (
              <tr class={key === page.key ? 'own' : undefined}>
                <th scope="row">
                  {t(`sharing.key.${key}`)}
                  {key === page.key ? ` (${t('sharing.chosen')})` : ''}
                  <span class="hint">{t(`sharing.how.${key}`)}</span>
                </th>
                <td>{f.energy(page.shared[key])}</td>
                {own ? <td>{f.energy(own.taken[key])}</td> : null}
                <td>{page.gini[key] === null ? '–' : f.percent(1 - (page.gini[key] ?? 0))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p class="hint">{t('sharing.evennessHint')}</p>
    </Card>
  )
}
