import type { HousesPage } from '../models/admin.ts'
import { HouseFields } from '../view/house-fields.tsx'
import { documentOf } from '../view/layout.tsx'
import { Card, Saved, Scroll } from '../view/parts.tsx'
import { type View, viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: HousesPage
}

/** The houses of the community: who they are, a form for a new one or for one that changes. */
export function housesPage(page: HousesPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title: page.editing ?? t('houses.title'),
    page: 'houses',
    children: (
      <>
        <h1>{page.editing ?? t('houses.title')}</h1>
        <Saved view={view} when={page.saved} />
        <div class="cards">
          {page.editing === null ? <List view={view} page={page} /> : null}
          <HouseForm view={view} page={page} />
          {page.editing === null ? null : <Dangerous view={view} id={page.editing} />}
        </div>
      </>
    ),
  })
}

function List({ view, page }: Props) {
  const { t, f } = view
  const { houses } = page
  return (
    <Card id="case" title={t('houses.list')} note={String(houses.length)}>
      {houses.length === 0 ? (
        <p>{t('houses.none')}</p>
      ) : (
        <Scroll name={t('houses.list')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('houses.house')}</th>
                <th scope="col">{t('houses.peak')}</th>
                <th scope="col">{t('houses.roof')}</th>
                <th scope="col">{t('houses.residents')}</th>
                <th scope="col">{t('houses.shown')}</th>
              </tr>
            </thead>
            <tbody>
              {houses.map((house) => (
                <tr>
                  <th scope="row">
                    <a href={`/case/${house.id}`}>{house.id}</a>
                    {house.name === house.id ? '' : ` · ${house.name}`}
                  </th>
                  <td>
                    {house.peakPower > 0 ? `${f.number(house.peakPower / 1000, 1)}\u00a0kWp` : t('house.noPlant')}
                  </td>
                  <td>
                    {house.tilt === null || house.azimuth === null
                      ? t('houses.unknown')
                      : `${f.number(house.tilt)}°, ${t(`compass.${compass(house.azimuth)}`)}`}
                  </td>
                  <td>{house.residents.join(', ')}</td>
                  <td>{house.shown ? t('houses.yes') : t('houses.no')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Card>
  )
}

const COMPASS = ['n', 'ne', 'e', 'se', 's', 'so', 'o', 'no'] as const

/** The nearest of eight directions; azimuth from north. */
export function compass(azimuth: number): (typeof COMPASS)[number] {
  return COMPASS[Math.round(azimuth / 45) % 8] ?? 'n'
}

function HouseForm({ view, page }: Props) {
  const { t } = view
  const { values, errors, editing } = page
  return (
    <Card id="casa-nuova" title={editing === null ? t('houses.add') : t('houses.edit')} size="half">
      <form method="post" action={editing === null ? '/case' : `/case/${editing}`} novalidate>
        <HouseFields view={view} values={values} errors={errors} withId={editing === null} />
        <button type="submit" class="primary">
          {editing === null ? t('houses.addNow') : t('settings.submit')}
        </button>
      </form>
    </Card>
  )
}

/** What cannot be taken back lies folded, with what it does. */
function Dangerous({ view, id }: { readonly view: View; readonly id: string }) {
  const { t } = view
  return (
    <Card id="casa-altro" title={t('houses.more')} size="half">
      <details class="data" id="chiave">
        <summary>{t('houses.newKey')}</summary>
        <p>{t('houses.newKeyText')}</p>
        <form method="post" action={`/case/${id}/chiave`}>
          <button type="submit">{t('houses.newKey')}</button>
        </form>
      </details>
      <details class="data" id="togli">
        <summary>{t('houses.remove')}</summary>
        <p>{t('houses.removeText')}</p>
        <form method="post" action={`/case/${id}/togli`}>
          <button type="submit" class="danger">
            {t('houses.removeNow', { id })}
          </button>
        </form>
      </details>
      <p>
        <a href="/case">{t('houses.back')}</a>
      </p>
    </Card>
  )
}
