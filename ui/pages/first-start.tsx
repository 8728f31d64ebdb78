import { documentOf } from '../view/layout.tsx'
import { Field } from '../view/parts.tsx'
import { viewFor } from '../view/view.ts'
import type { FirstStartPage, FirstStartProblem, Reader } from '../view-models.ts'

/** Before there is anybody: whoever can read the hub's console makes the first administrator. */
export function firstStartPage({ name, minLength, problems }: FirstStartPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  const error = (field: FirstStartProblem) => (problems.includes(field) ? t(`first.problem.${field}`) : null)
  return documentOf({
    view,
    title: t('first.title'),
    children: (
      <section class="card narrow-card">
        <h1>{t('first.title')}</h1>
        <p>{t('first.intro')}</p>
        <details class="data" id="dove">
          <summary>{t('first.where')}</summary>
          <p>{t('first.where1')}</p>
          <p>
            {t('first.where2')} <code>journalctl -u solar-family -n 50</code>
          </p>
          <p>{t('first.where3')}</p>
        </details>
        <form method="post" action="/avvio">
          <Field name="codice" label={t('first.code')} error={error('codice')} />
          <Field name="nome" label={t('first.name')} value={name} error={error('nome')} autocomplete="username" />
          <Field
            name="password"
            label={t('first.password')}
            type="password"
            hint={t.count('first.passwordHint', minLength)}
            error={error('password')}
            autocomplete="new-password"
          />
          <Field
            name="password2"
            label={t('first.password2')}
            type="password"
            error={error('password2')}
            autocomplete="new-password"
          />
          <button type="submit" class="primary">
            {t('first.submit')}
          </button>
        </form>
      </section>
    ),
  })
}
