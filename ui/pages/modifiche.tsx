import type { AuditPage } from '../models/admin.ts'
import { documentOf } from '../view/layout.tsx'
import { Card, Scroll } from '../view/parts.tsx'
import { viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

/** Who changed what and when, newest first. */
export function auditPage({ entries, older }: AuditPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t, f } = view
  return documentOf({
    view,
    title: t('audit.title'),
    page: 'audit',
    children: (
      <>
        <h1>{t('audit.title')}</h1>
        <p class="hint">{t('audit.text')}</p>
        <div class="cards">
          <Card id="modifiche" title={t('audit.list')}>
            {entries.length === 0 ? (
              <p>{t('audit.none')}</p>
            ) : (
              <Scroll name={t('audit.list')}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">{t('audit.when')}</th>
                      <th scope="col">{t('audit.who')}</th>
                      <th scope="col">{t('audit.what')}</th>
                      <th scope="col">{t('audit.detail')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {entries.map((entry) => (
                      <tr>
                        <th scope="row">{f.dateTime(entry.at)}</th>
                        <td>{entry.who}</td>
                        <td>{entry.what}</td>
                        <td class="detail">{entry.detail === '{}' ? '' : <code>{entry.detail}</code>}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
            )}
            {older === null ? null : (
              <p class="links">
                <a class="button" href={`/modifiche?prima=${older}`} rel="next">
                  {t('audit.older')}
                </a>
              </p>
            )}
          </Card>
        </div>
      </>
    ),
  })
}
