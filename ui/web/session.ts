import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { addSession, endSession, sessionUser } from '../../hub/store/people.ts'
import type { HubDeps } from '../deps.ts'
import type { Principal } from './access.ts'

export const SESSION_COOKIE = 'sf_sessione'
const LASTS_MS = 30 * 24 * 3_600_000

/** Begins a person's session: 256 random bits in a cookie, their hash in the database. */
export async function beginSession(deps: HubDeps, c: Context, user: string): Promise<void> {
  const id = randomBytes(32).toString('base64url')
  const now = deps.now()
  await addSession(deps.control, { idHash: deps.hashKey(id), user, createdAt: now, expiresAt: now + LASTS_MS })
  setCookie(c, SESSION_COOKIE, id, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    maxAge: LASTS_MS / 1000,
    secure: new URL(c.req.url).protocol === 'https:',
  })
}

export async function leaveSession(deps: HubDeps, c: Context): Promise<void> {
  const id = getCookie(c, SESSION_COOKIE)
  if (id) await endSession(deps.control, deps.hashKey(id))
  deleteCookie(c, SESSION_COOKIE, { path: '/' })
}

/** Who sends this request: a bearer token, a house by Basic, the token in a wall display's address, or a person's session, in this order. */
export async function principalOf(deps: HubDeps, c: Context): Promise<Principal> {
  const header = c.req.header('authorization')
  if (header !== undefined) return fromHeader(deps, header)
  const given = isKiosk(c.req.path) ? c.req.query('token') : undefined
  if (given !== undefined) return ofToken(deps, given)
  const id = getCookie(c, SESSION_COOKIE)
  const user = id ? await sessionUser(deps.view, deps.hashKey(id), deps.now()) : null
  return user ? { kind: 'person', name: user.name, role: user.role, house: user.house } : { kind: 'nobody' }
}

function fromHeader(deps: HubDeps, header: string): Principal {
  const [scheme = '', value = ''] = header.split(' ', 2)
  const { houses } = deps.registry()
  if (scheme.toLowerCase() === 'bearer') return ofToken(deps, value)
  if (scheme.toLowerCase() === 'basic') {
    const [id = '', key = ''] = splitOnce(Buffer.from(value, 'base64').toString('utf8'), ':')
    // The hashes are of random keys: comparing them leaks nothing that helps.
    return houses.get(id)?.keyHash === deps.hashKey(key) ? { kind: 'house', house: id } : { kind: 'nobody' }
  }
  return { kind: 'nobody' }
}

function ofToken(deps: HubDeps, value: string): Principal {
  const token = deps.registry().tokens.get(deps.hashKey(value))
  return token ? { kind: 'token', ...token } : { kind: 'nobody' }
}

/** A wall display has nobody to sign it in: there, and only there, a token may stand in the address. */
function isKiosk(path: string): boolean {
  return path === '/kiosk' || path === '/kiosk.svg' || path.startsWith('/kiosk/')
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
