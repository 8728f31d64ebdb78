import type { Child } from 'hono/jsx'
import { documentOf } from '../view/layout.tsx'
import { type View, viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'
import type { CentralRole } from './deps.ts'

/** Who looks, and how. */
export interface CentralReader {
  readonly reader: Reader
  readonly person: { readonly name: string; readonly role: CentralRole } | null
}

/** A page of the central: the hub's frame, with the central's own few ways. */
export function centralDocument({ reader, person }: CentralReader, title: string, draw: (view: View) => Child): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title,
    children: (
      <>
        {person ? (
          <nav aria-label={t('app.menu')} class="actions">
            <a href="/">{t('central.hubs')}</a> <a href="/confronto">{t('central.compare')}</a>{' '}
            {person.role === 'admin' ? <a href="/registro">{t('central.audit')}</a> : null}
            <form method="post" action="/uscita">
              <button type="submit" class="quiet">
                {t('app.signOut')} ({person.name})
              </button>
            </form>
          </nav>
        ) : null}
        <h1>{title}</h1>
        {draw(view)}
      </>
    ),
  })
}
