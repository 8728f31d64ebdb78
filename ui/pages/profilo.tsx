import type { ProfilePage, ProfileProblem } from '../models/profile.ts'
import { documentOf } from '../view/layout.tsx'
import { Badge, Card, Field } from '../view/parts.tsx'
import { type View, viewFor } from '../view/view.ts'
import { WishSection } from '../view/wish-section.tsx'
import type { Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: ProfilePage
}

/** What is one's own: the password, what neighbours may see, one's data. */
export function profilePage(page: ProfilePage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title: t('profile.title'),
    page: 'profile',
    children: (
      <>
        <h1>{t('profile.title')}</h1>
        <p class="hint">{t('profile.who', { name: page.name, role: t(`app.role.${page.role}`) })}</p>
        {page.notice ? (
          <p role="status">
            <Badge tone="good">{t(`profile.notice.${page.notice}`)}</Badge>
          </p>
        ) : null}
        <div class="cards">
          {page.house ? <Sharing view={view} house={page.house} /> : null}
          <Password view={view} page={page} />
          <WishSection view={view} form={page.wish} />
          <Sessions view={view} />
          {page.house ? <OwnData view={view} page={page} house={page.house} /> : null}
        </div>
      </>
    ),
  })
}

type OwnHouse = NonNullable<ProfilePage['house']>

function Sharing({ view, house }: { readonly view: View; readonly house: OwnHouse }) {
  const { t } = view
  return (
    <Card id="visibile" title={t('profile.sharing')} size="half">
      <p>{house.shown ? t('profile.shown', { house: house.name }) : t('profile.hidden', { house: house.name })}</p>
      <p class="hint">{t('profile.sharingHint')}</p>
      <form method="post" action="/profilo/visibile">
        <button type="submit" name="visibile" value={house.shown ? 'no' : 'si'}>
          {house.shown ? t('profile.hide') : t('profile.show')}
        </button>
      </form>
    </Card>
  )
}

function Password({ view, page }: Props) {
  const { t } = view
  const problem = page.problem?.form === 'password' ? page.problem.code : null
  const error = (...codes: readonly ProfileProblem[]) =>
    problem !== null && codes.includes(problem) ? t(`profile.problem.${problem}`) : null
  return (
    <Card id="password-nuova" title={t('profile.password')} size="half">
      <form method="post" action="/profilo/password">
        <Field
          name="attuale"
          label={t('profile.current')}
          type="password"
          autocomplete="current-password"
          error={error('sbagliata', 'troppi')}
        />
        <Field
          name="password"
          label={t('first.password')}
          type="password"
          autocomplete="new-password"
          hint={t.count('first.passwordHint', page.minLength)}
          error={error('corta')}
        />
        <Field
          name="password2"
          label={t('first.password2')}
          type="password"
          autocomplete="new-password"
          error={error('diversa')}
        />
        <button type="submit" class="primary">
          {t('profile.change')}
        </button>
      </form>
    </Card>
  )
}

function Sessions({ view }: { readonly view: View }) {
  const { t } = view
  return (
    <Card id="accessi" title={t('profile.sessions')} size="half">
      <p>{t('profile.sessionsText')}</p>
      <form method="post" action="/profilo/abbina">
        <button type="submit">{t('profile.pair')}</button>
      </form>
      <p>{t('profile.endText')}</p>
      <form method="post" action="/profilo/uscite">
        <button type="submit">{t('profile.endOthers')}</button>
      </form>
    </Card>
  )
}

function OwnData({ view, page, house }: Props & { readonly house: OwnHouse }) {
  const { t } = view
  const problem = page.problem?.form === 'cancella' ? page.problem.code : null
  return (
    <Card id="dati" title={t('profile.data')} size="half">
      <p>{t('profile.dataText')}</p>
      <p class="links">
        <a class="button" href="/profilo/dati" download>
          {t('profile.export')}
        </a>
      </p>
      <details class="data" id="cancella" open={problem !== null}>
        <summary>{t('profile.erase')}</summary>
        <p>{t('profile.eraseText', { house: house.name })}</p>
        <form method="post" action="/profilo/cancella">
          <Field
            name="conferma"
            label={t('profile.confirm')}
            type="password"
            autocomplete="current-password"
            error={problem ? t(`profile.problem.${problem}`) : null}
          />
          <button type="submit" class="danger">
            {t('profile.eraseNow')}
          </button>
        </form>
      </details>
    </Card>
  )
}
