import type { PeoplePage } from '../models/admin.ts'
import { Icon } from '../view/icons.tsx'
import { documentOf } from '../view/layout.tsx'
import { Card, Choice, Field, Saved, Scroll } from '../view/parts.tsx'
import { type View, viewFor } from '../view/view.ts'
import { type Reader, ROLES } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: PeoplePage
}

/** Who may sign in, and which programs may ask. */
export function peoplePage(page: PeoplePage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title: t('people.title'),
    page: 'people',
    children: (
      <>
        <h1>{t('people.title')}</h1>
        <Saved view={view} when={page.saved} />
        <div class="cards">
          <People view={view} page={page} />
          <NewPerson view={view} page={page} />
          <Tokens view={view} page={page} />
        </div>
      </>
    ),
  })
}

function People({ view, page }: Props) {
  const { t } = view
  return (
    <Card id="persone" title={t('people.list')} note={String(page.people.length)}>
      <Scroll name={t('people.list')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('people.name')}</th>
              <th scope="col">{t('people.role')}</th>
              <th scope="col">{t('people.house')}</th>
              <th scope="col">{t('people.actions')}</th>
            </tr>
          </thead>
          <tbody>
            {page.people.map(({ name, role, house }) => (
              <tr>
                <th scope="row">{name}</th>
                <td>{t(`app.role.${role}`)}</td>
                <td>{house ?? ''}</td>
                <td>
                  <form class="row-actions" method="post" action="/persone/azione">
                    <input type="hidden" name="nome" value={name} />
                    <button type="submit" name="azione" value="abbina">
                      {t('people.pair')}
                      <span class="unseen">: {name}</span>
                    </button>
                    <button type="submit" name="azione" value="password">
                      {t('people.newPassword')}
                      <span class="unseen">: {name}</span>
                    </button>
                    {name === page.self ? null : (
                      <button type="submit" name="azione" value="togli" class="danger">
                        {t('people.remove')}
                        <span class="unseen">: {name}</span>
                      </button>
                    )}
                  </form>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  )
}

function NewPerson({ view, page }: Props) {
  const { t } = view
  const { values, errors } = page
  return (
    <Card id="persona-nuova" title={t('people.add')} size="half">
      {Object.keys(errors).length > 0 ? (
        <p class="error" role="alert">
          <Icon name="warning" />
          {t('settings.failed')}
        </p>
      ) : null}
      <form method="post" action="/persone" novalidate>
        <Field
          name="nome"
          label={t('people.name')}
          hint={t('people.nameHint')}
          value={values.nome}
          error={errors.nome ? t(`form.error.${errors.nome}`) : null}
        />
        <Choice
          name="ruolo"
          label={t('people.role')}
          value={values.ruolo}
          options={ROLES.map((role) => ({ value: role, text: t(`app.role.${role}`) }))}
        />
        <Choice
          name="casa"
          label={t('people.house')}
          hint={t('people.houseHint')}
          value={values.casa}
          error={errors.casa ? t(`form.error.${errors.casa}`) : null}
          options={[{ value: '', text: t('people.noHouse') }, ...page.houses.map((id) => ({ value: id, text: id }))]}
        />
        <button type="submit" class="primary">
          {t('people.addNow')}
        </button>
      </form>
    </Card>
  )
}

function Tokens({ view, page }: Props) {
  const { t, f } = view
  return (
    <Card id="programmi" title={t('people.programs')} size="half">
      <p class="hint">
        {t('people.programsText')} <a href="/interfaccia">{t('reference.title')}</a>
      </p>
      {page.tokens.length === 0 ? null : (
        <ul class="plain">
          {page.tokens.map((token) => (
            <li>
              <form class="row-actions" method="post" action="/persone/token/revoca">
                <input type="hidden" name="id" value={token.id} />
                <span>
                  {token.id} · {token.role}
                  {token.house ? ` · ${token.house}` : ''} · {f.dateTime(token.createdAt)}
                </span>
                <button type="submit" class="danger">
                  {t('people.revoke')}
                  <span class="unseen"> {token.id}</span>
                </button>
              </form>
            </li>
          ))}
        </ul>
      )}
      <form method="post" action="/persone/token">
        <Choice
          name="ruolo"
          id="ruolo-token"
          label={t('people.tokenRole')}
          value="reader"
          options={page.tokenRoles.map((role) => ({ value: role, text: role }))}
        />
        <button type="submit">{t('people.addToken')}</button>
      </form>
    </Card>
  )
}
