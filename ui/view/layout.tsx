import type { Child } from 'hono/jsx'
import { LANGUAGES, THEMES } from '../view-models.ts'
import { asset } from './assets.ts'
import { Icon } from './icons.tsx'
import type { MessageKey } from './messages.it.ts'
import { isMessage } from './messages.ts'
import { Navigation, type PageName } from './navigation.tsx'
import type { View } from './view.ts'

interface LayoutProps {
  readonly view: View
  readonly title: string
  /** The entry of the navigation this page is. */
  readonly page?: PageName
  /** Where the page's live regions come from; null when it has none. */
  readonly stream?: string | null
  readonly children?: Child
}

export const HTMX = {
  includeIndicatorCSS: false,
  history: false,
  defaultTimeout: 8000,
  // A details the reader folded open stays open when its region is pushed again.
  morphIgnore: ['data-htmx-powered', 'open'],
  sse: { reconnectMaxDelay: 5000, connectTimeout: 8000 },
}

/** The whole document. */
export function documentOf(props: LayoutProps): string {
  return `<!DOCTYPE html>${<Document {...props} />}`
}

function Document({ view, title, page, stream = null, children }: LayoutProps) {
  const { reader, t } = view
  const ages = [
    t('age.second', { n: '{n}' }),
    t('age.minute', { n: '{n}' }),
    t('age.hour', { n: '{n}' }),
    t('age.day', { n: '{n}' }),
  ]
  return (
    <html
      lang={reader.language}
      data-theme={reader.theme === 'auto' ? undefined : reader.theme}
      data-contrast={reader.contrast ? '' : undefined}
    >
      <head>
        <meta charset="utf-8" />
        <title>{`${title} · ${reader.community}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={reader.theme === 'auto' ? 'light dark' : reader.theme} />
        <meta name="htmx-config" content={JSON.stringify(HTMX)} />
        <link rel="stylesheet" href={asset('style.css')} />
        <link rel="icon" href={asset('icon.svg')} type="image/svg+xml" />
        <link rel="manifest" href={asset('manifest.webmanifest')} />
        <script src={asset('app.js')} defer></script>
      </head>
      <body data-ages={ages.join('|')}>
        <a class="skip" href="#contenuto">
          {t('app.skip')}
        </a>
        <Header view={view} page={page} stream={stream} />
        {reader.demo ? (
          <aside class="ribbon" aria-label={t('app.demo')}>
            <p>
              <strong>{t('app.demo')}.</strong> {t('app.demoText')} <Clock view={view} />
            </p>
          </aside>
        ) : null}
        <Degraded view={view} />
        {reader.user?.role === 'admin' && !reader.setupDone && !reader.path.startsWith('/avvio') ? (
          <aside class="ribbon" aria-label={t('setup.steps')}>
            <p>
              {t('setup.unfinished')} <a href="/avvio/comunita">{t('setup.continue')}</a>
            </p>
          </aside>
        ) : null}
        <main id="contenuto" tabindex={-1} {...(stream ? { 'hx-sse:connect': stream, 'hx-swap': 'none' } : {})}>
          {children}
        </main>
        <Footer view={view} />
      </body>
    </html>
  )
}

function Header({
  view,
  page,
  stream,
}: {
  readonly view: View
  readonly page: PageName | undefined
  readonly stream: string | null
}) {
  const { reader, t, f } = view
  const { user } = reader
  return (
    <header class="top">
      <a class="brand" href="/">
        <Icon name="sun" />
        <span>{reader.community}</span>
      </a>
      {user ? <Navigation view={view} user={user} page={page} /> : null}
      {stream ? (
        <p class="live" id="live" role="status" data-on={t('live.on')} data-lost={t('live.lost')}>
          {t('live.at', { time: f.time(reader.now) })}
        </p>
      ) : null}
    </header>
  )
}

/** The hub's clock: part of every push, so that ages count from it and not from the browser's. */
export function Clock({ view }: { readonly view: View }) {
  const { reader, t, f } = view
  return (
    <time id="ora" datetime={new Date(reader.now).toISOString()} data-now={reader.now} data-script={asset('app.js')}>
      {t('app.clock')}: {f.dateTime(reader.now)}
    </time>
  )
}

/** Why the hub is not well; empty when it is. */
export function Degraded({ view }: { readonly view: View }) {
  const { reader, t } = view
  const textOf = (code: string) =>
    isMessage(`degraded.${code}`) ? t(`degraded.${code}` as MessageKey & 'degraded.title') : code
  return (
    <div id="salute" role="status">
      {reader.degraded.length > 0 ? (
        <p class="banner">
          <Icon name="warning" />
          <span>
            <strong>{t('degraded.title')}</strong> {reader.degraded.map(textOf).join(' ')}
          </span>
        </p>
      ) : null}
    </div>
  )
}

function Footer({ view }: { readonly view: View }) {
  const { reader, t } = view
  const { language, theme, contrast, path, user } = reader
  const themes = { auto: t('app.theme.auto'), light: t('app.theme.light'), dark: t('app.theme.dark') }
  const names = { it: 'Italiano', en: 'English' }
  return (
    <footer class="foot">
      <section class="preferences" aria-label={t('app.preferences')}>
        <form method="post" action="/preferenze">
          <input type="hidden" name="torna" value={path} />
          <fieldset>
            <legend>{t('app.language')}</legend>
            {LANGUAGES.map((code) => (
              <button
                type="submit"
                name="lingua"
                value={code}
                lang={code}
                aria-pressed={code === language ? 'true' : 'false'}
              >
                {names[code]}
              </button>
            ))}
          </fieldset>
        </form>
        <form method="post" action="/preferenze">
          <input type="hidden" name="torna" value={path} />
          <fieldset>
            <legend>{t('app.theme')}</legend>
            {THEMES.map((code) => (
              <button type="submit" name="tema" value={code} aria-pressed={code === theme ? 'true' : 'false'}>
                {themes[code]}
              </button>
            ))}
          </fieldset>
        </form>
        <form method="post" action="/preferenze">
          <input type="hidden" name="torna" value={path} />
          <fieldset>
            <legend>{t('app.contrast')}</legend>
            {(['normale', 'alto'] as const).map((code) => (
              <button
                type="submit"
                name="contrasto"
                value={code}
                aria-pressed={(code === 'alto') === contrast ? 'true' : 'false'}
              >
                {t(`app.contrast.${code}`)}
              </button>
            ))}
          </fieldset>
        </form>
      </section>
      <p class="who">
        {user ? `${user.name} · ${t(`app.role.${user.role}`)}` : 'Solar Family'}
        {reader.demo ? null : (
          <>
            {' · '}
            <Clock view={view} />
          </>
        )}
      </p>
    </footer>
  )
}
