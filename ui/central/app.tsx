import type { Context } from 'hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { compress } from 'hono/compress'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { csrf } from 'hono/csrf'
import { secureHeaders } from 'hono/secure-headers'
import { assetFile } from '../view/assets.ts'
import { LANGUAGES, type Reader, THEMES } from '../view-models.ts'
import { languageOf, safePath } from '../web/context.ts'
import { isAllowedHost } from '../web/hosts.ts'
import { Throttle } from '../web/throttle.ts'
import { compareCsv, comparePage } from './compare-page.tsx'
import type { CentralDeps, CentralRole } from './deps.ts'
import type { CentralReader } from './frame.tsx'
import { hubPage, hubsPage } from './hubs-page.tsx'
import { compare, daysSoFar, gapsOf } from './month.ts'
import { auditPage, centralSignIn } from './other-pages.tsx'

const COOKIE = 'sf_centrale'
const MAX_BODY_BYTES = 16_384
const YEAR_S = 365 * 24 * 3600
const MONTH = /^20\d\d-(0[1-9]|1[0-2])$/
const ATTEMPTS = 20

/** The central's pages: to look at, nothing on them reaches into a hub. */
export function centralPages(deps: CentralDeps): Hono {
  const app = new Hono({ strict: false })
  const attempts = new Throttle(ATTEMPTS)
  app.use(async (c, next) =>
    isAllowedHost(c.req.header('host'), deps.allowedHosts)
      ? next()
      : c.text('This central does not answer to that name: add it to http.allowed_hosts.', 403),
  )
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        ...{ defaultSrc: ["'none'"], scriptSrc: ["'self'"], styleSrc: ["'self'"], imgSrc: ["'self'"] },
        ...{ connectSrc: ["'self'"], manifestSrc: ["'self'"], formAction: ["'self'"], frameAncestors: ["'none'"] },
        baseUri: ["'none'"],
      },
      ...{ strictTransportSecurity: false, crossOriginOpenerPolicy: false, originAgentCluster: false },
      ...{ xFrameOptions: 'DENY', referrerPolicy: 'same-origin' },
    }),
    compress({ threshold: 1024 }),
    bodyLimit({ maxSize: MAX_BODY_BYTES }),
    csrf(),
  )

  app.get('/a/:hash/:name', (c) => {
    const file = assetFile(c.req.param('name'))
    if (!file) return c.notFound()
    return c.body(file.body, 200, { 'content-type': file.type, 'cache-control': 'public, max-age=31536000, immutable' })
  })
  app.get('/healthz', async (c) =>
    (await deps.alive()) ? c.json({ stato: 'ok' }) : c.json({ stato: 'degradato' }, 503),
  )
  app.get('/accesso', async (c) => page(c, centralSignIn(readerOf(c, null), '', null)))
  app.post('/accesso', async (c) => {
    const form = await c.req.parseBody()
    const name = typeof form['nome'] === 'string' ? form['nome'].trim().slice(0, 100) : ''
    const password = typeof form['password'] === 'string' ? form['password'] : ''
    const wait = attempts.wait(addressOf(c), performance.now())
    if (wait > 0) return page(c, centralSignIn(readerOf(c, null), name, 'troppi'), 429)
    const person = await deps.find(name)
    // An unknown name costs the same time as a wrong password.
    if (!(await deps.verify(password, person?.passwordHash ?? null)) || !person)
      return page(c, centralSignIn(readerOf(c, null), name, 'sbagliato'), 422)
    const { id, maxAgeS } = await deps.session.begin(person.name)
    const secure = new URL(c.req.url).protocol === 'https:'
    setCookie(c, COOKIE, id, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: maxAgeS, secure })
    return c.redirect('/', 303)
  })
  app.post('/uscita', async (c) => {
    await deps.session.end(getCookie(c, COOKIE) ?? '')
    deleteCookie(c, COOKIE, { path: '/' })
    return c.redirect('/accesso', 303)
  })
  app.post('/preferenze', async (c) => {
    const form = await c.req.parseBody()
    const keep = (name: string, value: string | undefined) =>
      value && setCookie(c, name, value, { path: '/', sameSite: 'Lax', maxAge: YEAR_S })
    keep(
      'lingua',
      LANGUAGES.find((l) => l === form['lingua']),
    )
    keep(
      'tema',
      THEMES.find((l) => l === form['tema']),
    )
    keep(
      'contrasto',
      ['normale', 'alto'].find((l) => l === form['contrasto']),
    )
    return c.redirect(safePath(form['torna']), 303)
  })

  const signedIn =
    (draw: (c: Context, by: CentralReader) => Promise<Response>, only?: CentralRole) => async (c: Context) => {
      const person = await deps.session.person(getCookie(c, COOKIE) ?? '')
      if (!person) return c.redirect('/accesso', 303)
      const { role } = person
      if (only === 'admin' && role === 'reader') return c.text('403', 403)
      return draw(c, readerOf(c, person))
    }
  app.get(
    '/',
    signedIn(async (c, by) => page(c, hubsPage({ hubs: await deps.hubs(), silences: await deps.silences(null) }, by))),
  )
  app.get(
    '/hub/:id',
    signedIn(async (c, by) => {
      const hub = (await deps.hubs()).find((one) => one.id === c.req.param('id'))
      if (!hub) return c.notFound()
      const today = new Date(deps.now()).toISOString().slice(0, 10)
      const month = today.slice(0, 7)
      const gaps = gapsOf(await deps.days(hub.id, month), month, today)
      return page(
        c,
        hubPage({ hub, month, gaps, alerts: await deps.alerts(hub.id), silences: await deps.silences(hub.id) }, by),
      )
    }),
  )
  const thisMonth = () => new Date(deps.now()).toISOString().slice(0, 7)
  const compared = async (month: string) =>
    (await deps.month(month)).map((hub) => compare(hub, daysSoFar(month, deps.now())))
  app.get('/confronto', (c) => c.redirect(`/confronto/${thisMonth()}`, 303))
  app.get(
    '/confronto/:month',
    signedIn(async (c, by) => {
      const month = c.req.param('month') ?? ''
      if (!MONTH.test(month)) return c.notFound()
      const step = (months: number) => Temporal.PlainYearMonth.from(month).add({ months }).toString()
      const after = month < thisMonth() ? step(1) : null
      return page(c, comparePage({ month, before: step(-1), after, hubs: await compared(month) }, by))
    }),
  )
  app.get(
    '/confronto/:month/csv',
    signedIn(async (c) => {
      const month = c.req.param('month') ?? ''
      if (!MONTH.test(month)) return c.notFound()
      return c.body(compareCsv(await compared(month)), 200, {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="confronto-${month}.csv"`,
        'cache-control': 'no-store',
      })
    }),
  )
  app.get(
    '/registro',
    signedIn(
      async (c, by) => page(c, auditPage({ entries: await deps.audit(), people: await deps.people() }, by)),
      'admin',
    ),
  )
  app.onError((error, c) => {
    deps.log.error({ error: String(error), path: c.req.path }, 'a page failed')
    return c.text('500', 500)
  })

  function readerOf(c: Context, person: CentralReader['person']): CentralReader {
    const { pathname, search } = new URL(c.req.url)
    const reader: Reader = {
      language: languageOf(getCookie(c, 'lingua'), c.req.header('accept-language')),
      theme: THEMES.find((theme) => theme === getCookie(c, 'tema')) ?? 'auto',
      contrast: getCookie(c, 'contrasto') === 'alto',
      ...{ user: null, path: pathname + search, community: 'Solar Family', zone: 'Europe/Rome', now: deps.now() },
      ...{ demo: false, openAlerts: 0, degraded: [], setupDone: true },
    }
    return { reader, person }
  }
  return app
}

function page(c: Context, text: string, status = 200): Response {
  c.header('cache-control', 'no-store')
  return c.html(text, status as 200)
}

function addressOf(c: Context): string {
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } }
  return incoming?.socket?.remoteAddress ?? ''
}
