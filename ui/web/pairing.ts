import { addPairing, dropPairings, takePairing } from '../../hub/store/pairing.ts'
import { audit } from '../../hub/store/people.ts'
import type { HubDeps } from '../deps.ts'
import { pairPage, secretPage } from '../pages/secret.tsx'
import { addressOf, text } from './accounts.ts'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf } from './context.ts'
import { beginSession } from './session.ts'
import { Throttle } from './throttle.ts'

/** A code is good for ten minutes. */
const LASTS_MS = 600_000
/** A million codes, ten guesses a minute from an address and sixty from all: what is lost is noticed, not guessed. */
const perAddress = new Throttle(10)
const fromAll = new Throttle(60)

/** Shows the code, and the picture that a phone's camera reads. */
export async function offerPairing(context: RouteContext, user: string, back: string): Promise<Response> {
  const { c, deps } = context
  const code = deps.secrets.digits()
  const now = deps.now()
  await addPairing(deps.control, { codeHash: deps.hashKey(code), user, now, expiresAt: now + LASTS_MS })
  const address = `${new URL(c.req.url).origin}/abbina?codice=${code}`
  return html(context, secretPage({ kind: 'abbina', of: user, secret: code, address, back }, readerOf(context)))
}

/** `POST /profilo/abbina`: another device for oneself. */
export function pairOwnPhone(context: RouteContext): Response | Promise<Response> {
  const { principal } = context
  if (principal.kind !== 'person') return message(context, 403)
  return offerPairing(context, principal.name, '/profilo')
}

/** `GET /abbina`: where the picture leads; nothing happens until the button is pressed. */
export function showPairing(context: RouteContext): Response {
  const code = (context.c.req.query('codice') ?? '').replace(/\D/g, '').slice(0, 6)
  return html(context, pairPage({ code, problem: null }, readerOf(context)))
}

/** `POST /abbina`: signs this device in as whoever made the code. */
export async function pair(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const code = text((await c.req.parseBody())['codice']).replace(/\D/g, '')
  const now = performance.now()
  const refuse = (problem: 'sbagliato' | 'troppi', status: number) =>
    html(context, pairPage({ code: '', problem }, readerOf(context)), status)
  if (perAddress.wait(addressOf(context), now) > 0) return refuse('troppi', 429)
  if (fromAll.wait('all', now) > 0) {
    await dropPairings(deps.control)
    return refuse('troppi', 429)
  }
  const user = await takeCode(deps, code)
  if (user === null) return refuse('sbagliato', 422)
  await audit(deps.control, { at: deps.now(), who: user, what: 'device paired', detail: {} })
  await beginSession(deps, c, user)
  return c.redirect('/', 303)
}

async function takeCode(deps: HubDeps, code: string): Promise<string | null> {
  return code.length === 6 ? takePairing(deps.control, deps.hashKey(code), deps.now()) : null
}
