import type { SyncPage } from '../models/sync.ts'
import { documentOf } from '../view/layout.tsx'
import { Badge, Card, Field, Saved, Scroll } from '../view/parts.tsx'
import { type View, viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: SyncPage
}

/** What a central is told, byte for byte, and the agreement that it needs. */
export function syncPage(page: SyncPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title: t('sync.title'),
    page: 'sync',
    children: (
      <>
        <h1>{t('sync.title')}</h1>
        <Saved view={view} when={page.saved} />
        <div class="cards">
          <Agreement view={view} page={page} />
          <Central view={view} page={page} />
          <Next view={view} page={page} />
          <Sent view={view} page={page} />
        </div>
      </>
    ),
  })
}

function Agreement({ view, page }: Props) {
  const { t, f } = view
  const { agreed, houses, paused } = page.settings
  const since = (act: { readonly at: number; readonly by: string }) =>
    t('sync.since', { when: f.dateTime(act.at), who: act.by })
  return (
    <Card id="accordo" title={t('sync.agreement')} size="half">
      <p>{t('sync.what')}</p>
      <p>
        {agreed ? <Badge tone={paused ? 'quiet' : 'good'}>{t(paused ? 'sync.paused' : 'sync.on')}</Badge> : null}
        {agreed ? ` ${since(agreed)}` : <Badge tone="quiet">{t('sync.off')}</Badge>}
      </p>
      <form method="post" action="/sincronia" class="actions">
        {agreed ? (
          <>
            <Act name={paused ? 'riprendi' : 'ferma'} text={t(paused ? 'sync.resume' : 'sync.pause')} />
            <Act name="ritira" text={t('sync.withdraw')} danger />
          </>
        ) : (
          <Act name="accetta" text={t('sync.agree')} primary />
        )}
      </form>
      {agreed ? (
        <>
          <p>{t('sync.housesWhat')}</p>
          <p>{houses ? since(houses) : t('sync.housesOff')}</p>
          <form method="post" action="/sincronia">
            {houses ? (
              <Act name="ritira-case" text={t('sync.housesWithdraw')} danger />
            ) : (
              <Act name="accetta-case" text={t('sync.housesAgree')} />
            )}
          </form>
        </>
      ) : null}
    </Card>
  )
}

function Act({ name, text, primary, danger }: { name: string; text: string; primary?: true; danger?: true }) {
  return (
    <button type="submit" name="azione" value={name} class={primary ? 'primary' : danger ? 'danger' : undefined}>
      {text}
    </button>
  )
}

function Central({ view, page }: Props) {
  const { t, f } = view
  const { url, hub, codeError } = page
  return (
    <Card id="centrale" title={t('sync.central')} size="half">
      {url === null ? (
        <p>{t('sync.noUrl')}</p>
      ) : (
        <>
          <p>{hub === null ? t('sync.notEnrolled', { url }) : t('sync.enrolled', { url, hub })}</p>
          {page.problem === null ? null : (
            <p>
              <Badge tone="bad">{t('sync.problem')}</Badge> {page.problem}
            </p>
          )}
          <p>
            {t.count('sync.waiting', page.waiting)} {page.held > 0 ? t.count('sync.held', page.held) : null}{' '}
            {page.nextAt === null ? null : t('sync.nextAt', { when: f.dateTime(page.nextAt) })}
          </p>
          <details class="data" id="iscrizione" open={hub === null || codeError !== null}>
            <summary>{t('sync.enrol')}</summary>
            <form method="post" action="/sincronia/iscrizione" novalidate>
              <Field
                name="codice"
                label={t('sync.code')}
                hint={t('sync.codeHint')}
                error={codeError === null ? null : codeError === 'vuoto' ? t('form.error.vuoto') : codeError}
              />
              <button type="submit">{t('sync.enrol')}</button>
            </form>
          </details>
        </>
      )}
    </Card>
  )
}

function Next({ view, page }: Props) {
  const { t } = view
  const { next } = page
  return (
    <Card id="prossimo" title={t('sync.next')}>
      {next === null ? (
        <p>{t('sync.nothing')}</p>
      ) : (
        <>
          <p>{t(next.waitsForAnswer ? 'sync.waitsForAnswer' : 'sync.nextText')}</p>
          <Scroll name={t('sync.next')}>
            <pre>{next.text}</pre>
          </Scroll>
        </>
      )}
    </Card>
  )
}

function Sent({ view, page }: Props) {
  const { t, f } = view
  return (
    <Card id="inviati" title={t('sync.sent')}>
      {page.opened ? (
        <Scroll name={t('sync.batch', { id: page.opened.id })}>
          <pre id="lotto">{page.opened.text}</pre>
          {page.opened.answer === null ? null : <pre>{page.opened.answer}</pre>}
        </Scroll>
      ) : null}
      {page.sent.length === 0 ? (
        <p>{t('sync.neverSent')}</p>
      ) : (
        <Scroll name={t('sync.sent')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('sync.when')}</th>
                <th scope="col">{t('sync.rows')}</th>
                <th scope="col">{t('sync.answered')}</th>
              </tr>
            </thead>
            <tbody>
              {page.sent.map((batch) => (
                <tr>
                  <th scope="row">
                    <a href={`/sincronia?lotto=${batch.id}#inviati`}>{f.dateTime(batch.at)}</a>
                  </th>
                  <td>{f.number(batch.rows, 0)}</td>
                  <td>{batch.answeredAt === null ? t('sync.noAnswer') : f.dateTime(batch.answeredAt)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Card>
  )
}
