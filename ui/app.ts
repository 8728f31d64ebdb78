import type { Context, MiddlewareHandler } from 'hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { compress } from 'hono/compress'
import { csrf } from 'hono/csrf'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import type { HubDeps } from './deps.ts'
import { Memo } from './queries/memo.ts'
import { ROUTES } from './routes.ts'
import { assetFile } from './view/assets.ts'
import type { MessageCode } from './view-models.ts'
import { MESSAGES } from './view-models.ts'
import { admit } from './web/access.ts'
import { message } from './web/answers.ts'
import type { RouteContext } from './web/context.ts'
import { EventHub } from './web/events.ts'
import { isAllowedHost } from './web/hosts.ts'
import { problem } from './web/problem.ts'
import { principalOf } from './web/session.ts'

const MAX_BODY_BYTES = 65_536
/** Energy of a day is asked again after this; powers are always as they are. */
const ENERGY_MEMO_MS = 10_000

export interface App {
  readonly fetch: Hono['fetch']
  /** Ends the streams of open pages. */
  readonly stop: () => void
}

/** The hub's web: pages and API, from the table of routes. */
export function makeApp(deps: HubDeps): App {
  const app = new Hono({ strict: false })
  const memo = new Memo(ENERGY_MEMO_MS)
  const events = new EventHub((error) => deps.log.error({ error: String(error) }, 'a live page could not be drawn'))
  const contextOf = async (c: Context): Promise<RouteContext> => ({
    c,
    deps,
    memo,
    events,
    principal: await principalOf(deps, c),
  })

  app.use(hostCheck(deps), securityHeaders())
  app.use(compress({ threshold: 1024 }))
  app.get('/a/:hash/:name', (c) => {
    const file = assetFile(c.req.param('name'))
    if (!file) return c.notFound()
    return c.body(file.body, 200, { 'content-type': file.type, 'cache-control': 'public, max-age=31536000, immutable' })
  })
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (c) => problem(413, `At most ${MAX_BODY_BYTES} bytes are taken.`, [], pathHeaders(c)),
    }),
    csrfForPages(),
  )

  for (const path of new Set(ROUTES.map((route) => route.path))) {
    const routes = ROUTES.filter((route) => route.path === path)
    app.all(path, async (c) => {
      const method = c.req.method === 'HEAD' ? 'GET' : c.req.method
      const route = routes.find((r) => r.method === method)
      if (!route)
        return refuse(await contextOf(c), 405, {
          allow: routes.flatMap((r) => (r.method === 'GET' ? ['GET', 'HEAD'] : [r.method])).join(', '),
        })
      if (isPage(c) && path !== '/avvio' && path !== '/preferenze' && deps.firstStartCode() !== null)
        return c.redirect('/avvio', 303)
      const context = await contextOf(c)
      switch (admit(route.access, context.principal)) {
        case 'granted':
          return route.handle(context)
        case 'unknown':
          return unknown(context)
        case 'forbidden':
          return refuse(context, 403)
      }
    })
  }
  app.notFound(async (c) => refuse(await contextOf(c), 404))
  app.onError(async (error, c) => {
    if (error instanceof HTTPException) return refuse(await contextOf(c), error.status)
    deps.log.error({ error: error.message, stack: error.stack, path: c.req.path }, 'a request failed')
    return refuse({ c, deps, memo, events, principal: { kind: 'nobody' } }, 500)
  })
  return { fetch: app.fetch, stop: () => events.stop() }
}

/** Paths that programs ask for: they are answered with problems, not with pages. */
const MACHINE_PATHS = ['/api/', '/healthz', '/metrics']

function isPage(c: Context): boolean {
  return !MACHINE_PATHS.some((path) => c.req.path.startsWith(path))
}

function pathHeaders(c: Context): Record<string, string> {
  return isPage(c) ? {} : { connection: 'close' }
}

/** Sign in first: a page leads there and back, the API says so. */
function unknown(context: RouteContext): Response {
  const { c } = context
  if (!isPage(c))
    return problem(401, 'Send a token as "Authorization: Bearer ...", or sign in.', [], {
      'www-authenticate': 'Bearer',
    })
  if (c.req.method !== 'GET' || c.req.path === '/eventi') return c.text('', 401)
  const { pathname, search } = new URL(c.req.url)
  return c.redirect(`/accesso?${new URLSearchParams({ torna: pathname + search })}`, 303)
}

function refuse(context: RouteContext, status: number, headers: Record<string, string> = {}): Response {
  if (!isPage(context.c)) return problem(status, DETAILS[status] ?? 'The request could not be answered.', [], headers)
  const code = MESSAGES.find((m) => m === status) ?? (status === 405 ? 404 : 500)
  const response = message(context, code as MessageCode, headers)
  return status === code ? response : new Response(response.body, { status, headers: response.headers })
}

const DETAILS: Record<number, string> = {
  403: 'This role may not do that.',
  404: 'There is no such path.',
  405: 'The path exists, but not with this method.',
  500: 'The request failed; the log says why.',
}

function hostCheck(deps: HubDeps): MiddlewareHandler {
  return async (c, next) => {
    if (!isAllowedHost(c.req.header('host'), deps.allowedHosts)) {
      return problem(
        403,
        `This hub does not answer to the name "${(c.req.header('host') ?? '').slice(0, 80)}". Use its address, or add the name to http.allowed_hosts.`,
      )
    }
    return next()
  }
}

/** Forms come from our own pages only; the API is used with tokens, which no other site has. */
function csrfForPages(): MiddlewareHandler {
  const check = csrf()
  return (c, next) => (isPage(c) ? check(c, next) : next())
}

function securityHeaders(): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    // Plain HTTP on a LAN: these would only make noise, or lock the address to HTTPS.
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xFrameOptions: 'DENY',
    referrerPolicy: 'same-origin',
  })
}
