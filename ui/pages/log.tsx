import { documentOf } from '../view/layout.tsx'
import { Badge, Card, Scroll } from '../view/parts.tsx'
import type { View } from '../view/view.ts'
import { viewFor } from '../view/view.ts'
import type { LogEntry, LogPage, Reader } from '../view-models.ts'
import { LOG_LEVELS_SHOWN } from '../view-models.ts'

/** What the hub wrote down lately, newest first, for technicians. */
export function logPage(page: LogPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title: t('log.title'),
    page: 'log',
    children: (
      <>
        <h1>{t('log.title')}</h1>
        <form class="choice spaced" method="get" action="/registro">
          <span class="pair">
            <label for="livello">{t('log.level')}</label>
            <select id="livello" name="livello">
              {LOG_LEVELS_SHOWN.map((level) => (
                <option value={level} selected={level === page.level}>
                  {t(`log.level.${level}`)}
                </option>
              ))}
            </select>
          </span>
          <span class="pair">
            <label for="cerca">{t('log.search')}</label>
            <input id="cerca" name="cerca" type="search" value={page.search} maxlength={80} />
          </span>
          <button type="submit">{t('log.show')}</button>
          <a class="button" href="/registro/scarica" download="solar-family.log.jsonl">
            {t('log.download')}
          </a>
        </form>
        <Card id="righe" title={t('log.lines')} note={t('log.count', { shown: page.entries.length, n: page.total })}>
          {page.entries.length === 0 ? <p>{t('log.none')}</p> : <Lines view={view} entries={page.entries} />}
        </Card>
      </>
    ),
  })
}

const TONES = { debug: 'quiet', info: 'quiet', warn: 'bad', error: 'bad' } as const

function Lines({ view, entries }: { readonly view: View; readonly entries: readonly LogEntry[] }) {
  const { t, f } = view
  return (
    <Scroll name={t('log.lines')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('log.time')}</th>
            <th scope="col">{t('log.level')}</th>
            <th scope="col">{t('log.text')}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr>
              <td class="nowrap">{f.dateTime(entry.at)}</td>
              <td>
                <Badge tone={TONES[entry.level]}>{t(`log.level.${entry.level}`)}</Badge>
              </td>
              <td class="log-text">
                {entry.text} {entry.detail === '' ? null : <code>{entry.detail}</code>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
