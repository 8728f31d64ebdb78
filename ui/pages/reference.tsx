import { OPERATIONS, schemaOf } from '../api/openapi.ts'
import { documentOf } from '../view/layout.tsx'
import { Card, Scroll } from '../view/parts.tsx'
import { viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

/** What programs may ask of the hub, from the same list as the OpenAPI description; the words of the interface itself are English. */
export function referencePage(reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title: t('reference.title'),
    children: (
      <>
        <h1>{t('reference.title')}</h1>
        <p class="hint">
          {t('reference.text')} <a href="/api/openapi.json">/api/openapi.json</a>
        </p>
        <div class="cards">
          {OPERATIONS.map(({ method, path, summary, query = [], body, answer }, i) => (
            <Card id={`api-${i}`} title={`${method.toUpperCase()} ${path}`} size="half">
              <p lang="en">{summary}</p>
              {query.length === 0 ? null : (
                <ul class="plain" lang="en">
                  {query.map(({ name, text }) => (
                    <li>
                      <code>{name}</code>: {text}
                    </li>
                  ))}
                </ul>
              )}
              {[
                { name: t('reference.body'), schema: body },
                { name: t('reference.answer'), schema: answer },
              ].map(({ name, schema }, part) =>
                schema ? (
                  <details class="data" id={`api-${i}-${part}`}>
                    <summary>
                      {name}
                      <span class="unseen">: {path}</span>
                    </summary>
                    <Scroll name={`${name}: ${path}`}>
                      <pre lang="en">
                        <code>{JSON.stringify(schemaOf(schema), readable, 1)}</code>
                      </pre>
                    </Scroll>
                  </details>
                ) : null,
              )}
            </Card>
          ))}
        </div>
      </>
    ),
  })
}

/** A format says more to people than the pattern beside it. */
function readable(key: string, value: unknown): unknown {
  return key === 'pattern' || key === 'minimum' || key === 'maximum' ? undefined : value
}
