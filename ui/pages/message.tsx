import { documentOf } from '../view/layout.tsx'
import { viewFor } from '../view/view.ts'
import type { MessageCode, Reader } from '../view-models.ts'

/** Why there is nothing to see, and what to do next. */
export function messagePage(code: MessageCode, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  const passing = code === 429 || code === 500 || code === 503
  return documentOf({
    view,
    title: t(`message.${code}.title`),
    children: (
      <section class="card narrow-card message">
        {typeof code === 'number' ? <p class="status">{code}</p> : null}
        <h1>{t(`message.${code}.title`)}</h1>
        <p>{t(`message.${code}.text`)}</p>
        {code === 'noHouse' ? (
          <p>
            {t('message.noHouse.todo')} <code>solar-family house add casa_A --peak 3000</code>
          </p>
        ) : null}
        <p class="actions">
          {passing ? (
            <a class="button primary" href={reader.path}>
              {t('message.retry')}
            </a>
          ) : null}
          {code === 'noHouse' ? null : (
            <a class="button" href="/">
              {reader.user ? t('message.home') : t('message.signIn')}
            </a>
          )}
        </p>
      </section>
    ),
  })
}
