import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import { audit } from '../../hub/store/people.ts'
import type { HubDeps } from '../deps.ts'
import type { Memo } from '../queries/memo.ts'
import type { Language, Reader, Theme } from '../view-models.ts'
import { LANGUAGES, THEMES } from '../view-models.ts'
import type { Access, Principal } from './access.ts'
import { ownHouse } from './access.ts'
import type { EventHub } from './events.ts'

/** What a route is given to answer a request. */
export interface RouteContext {
  readonly c: Context
  readonly deps: HubDeps
  readonly principal: Principal
  readonly memo: Memo
  readonly events: EventHub
}

/** A route: the table of these is the whole surface of the hub, and says of each who may use it. */
export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly access: Access
  readonly handle: (context: RouteContext) => Response | Promise<Response>
}

/** Who reads a page, and how. */
export function readerOf({ c, deps, principal }: Pick<RouteContext, 'c' | 'deps' | 'principal'>): Reader {
  const { settings } = deps.registry()
  const own = ownHouse(principal)
  const url = new URL(c.req.url)
  return {
    language: languageOf(getCookie(c, 'lingua'), c.req.header('accept-language')),
    theme: THEMES.find((t) => t === getCookie(c, 'tema')) ?? 'auto',
    contrast: getCookie(c, 'contrasto') === 'alto',
    user: principal.kind === 'person' ? { name: principal.name, role: principal.role, house: principal.house } : null,
    path: url.pathname + url.search,
    community: settings.communityName,
    zone: settings.zone,
    now: deps.now(),
    demo: deps.demo,
    openAlerts: deps.cycleState().episodes.filter((e) => own === null || e.house === own).length,
    setupDone: settings.setupDone || deps.demo,
    degraded: deps.health().map((h) => h.reason),
  }
}

/** Who acts, as the log of changes names them. */
export function whoOf(principal: Principal): string {
  return principal.kind === 'person'
    ? principal.name
    : `token ${principal.kind === 'token' ? principal.role : ''}`.trim()
}

/** The chosen language, else the first of the browser's that we speak, else Italian. */
export function languageOf(chosen: string | undefined, accepted: string | undefined): Language {
  const wanted = [chosen, ...(accepted ?? '').split(',').map((part) => part.trim().slice(0, 2).toLowerCase())]
  for (const language of wanted) {
    const known = LANGUAGES.find((l) => l === language)
    if (known) return known
  }
  return 'it'
}

export function themeOf(value: unknown): Theme {
  return THEMES.find((t) => t === value) ?? 'auto'
}

/** A path on this hub to go back to: never another site. */
export function safePath(value: unknown): string {
  return typeof value === 'string' && /^\/(?![/\\])[\x21-\x7e]*$/.test(value) ? value : '/'
}

/** Writes a change into the log of changes, under the name of who made it. */
export function note(
  { deps, principal }: Pick<RouteContext, 'deps' | 'principal'>,
  what: string,
  detail: object,
): Promise<void> {
  return audit(deps.control, { at: deps.now(), who: whoOf(principal), what, detail })
}
