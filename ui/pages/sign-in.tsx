import { Icon } from '../view/icons.tsx'
import { documentOf } from '../view/layout.tsx'
import { Field } from '../view/parts.tsx'
import { viewFor } from '../view/view.ts'
import type { Reader, SignInPage } from '../view-models.ts'

export function signInPage({ back, name, problem, retryS }: SignInPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title: t('signIn.title'),
    children: (
      <section class="card narrow-card">
        <h1>{t('signIn.title')}</h1>
        <p>{t('signIn.intro')}</p>
        {problem ? (
          <p class="error" role="alert">
            <Icon name="warning" />
            {problem === 'troppi' ? t('signIn.tooMany', { s: retryS }) : t('signIn.wrong')}
          </p>
        ) : null}
        <form method="post" action="/accesso">
          <input type="hidden" name="torna" value={back} />
          <Field name="nome" label={t('signIn.name')} value={name} autocomplete="username" />
          <Field name="password" label={t('signIn.password')} type="password" autocomplete="current-password" />
          <button type="submit" class="primary">
            {t('signIn.submit')}
          </button>
        </form>
        <p class="hint">{t('signIn.help')}</p>
      </section>
    ),
  })
}
