import { setCookie } from 'hono/cookie'
import { addUser, audit, findUser, userNameProblem } from '../../hub/store/people.ts'
import type { HubDeps } from '../deps.ts'
import { firstStartPage } from '../pages/first-start.tsx'
import { signInPage } from '../pages/sign-in.tsx'
import type { FirstStartProblem } from '../view-models.ts'
import { LANGUAGES } from '../view-models.ts'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf, safePath, themeOf } from './context.ts'
import { beginSession, leaveSession } from './session.ts'
import { Throttle } from './throttle.ts'

const YEAR_S = 365 * 24 * 3600

const perAddress = new Throttle(20)
const perAccount = new Throttle(10)

/** `GET /accesso`. */
export function showSignIn(context: RouteContext): Response {
  const back = safePath(context.c.req.query('torna'))
  if (context.principal.kind === 'person') return context.c.redirect(back, 303)
  return html(context, signInPage({ back, name: '', problem: null, retryS: 0 }, readerOf(context)))
}

/** `POST /accesso`. Attempts are counted per address, and per account from that address: others cannot lock anybody out. */
export async function signIn(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const form = await c.req.parseBody()
  const name = text(form['nome']).trim()
  const back = safePath(form['torna'])
  const address = addressOf(context)
  const now = performance.now()
  const account = JSON.stringify([name.toLowerCase(), address])
  const wait = Math.max(perAddress.wait(address, now), perAccount.wait(account, now))
  if (wait > 0) {
    c.header('retry-after', String(wait))
    return html(context, signInPage({ back, name, problem: 'troppi', retryS: wait }, readerOf(context)), 429)
  }
  const user = await findUser(deps.view, name)
  // An unknown name costs the same time as a wrong password.
  const correct = await checkPassword(deps, text(form['password']), user?.passwordHash ?? null)
  if (correct === 'busy') return message(context, 503, { 'retry-after': '10' })
  if (!user || !correct)
    return html(context, signInPage({ back, name, problem: 'sbagliato', retryS: 0 }, readerOf(context)), 422)
  perAccount.forget(account)
  await beginSession(deps, c, user.name)
  return c.redirect(back, 303)
}

export async function checkPassword(deps: HubDeps, password: string, hash: string | null): Promise<boolean | 'busy'> {
  try {
    return await deps.passwords.verify(password, hash)
  } catch (error) {
    if ((error as Error).name === 'PasswordsBusyError') return 'busy'
    throw error
  }
}

/** `POST /uscita`. */
export async function signOut({ c, deps }: RouteContext): Promise<Response> {
  await leaveSession(deps, c)
  return c.redirect('/accesso', 303)
}

/** `POST /preferenze`: language, theme and contrast, kept in the browser. */
export async function savePreferences({ c }: RouteContext): Promise<Response> {
  const form = await c.req.parseBody()
  const language = LANGUAGES.find((l) => l === form['lingua'])
  const options = { path: '/', maxAge: YEAR_S, sameSite: 'Strict', httpOnly: true } as const
  if (language) setCookie(c, 'lingua', language, options)
  if (form['contrasto'] !== undefined)
    setCookie(c, 'contrasto', form['contrasto'] === 'alto' ? 'alto' : 'normale', options)
  if (form['tema'] !== undefined) setCookie(c, 'tema', themeOf(form['tema']), options)
  return c.redirect(safePath(form['torna']), 303)
}

/** `GET /avvio`: open only while there is no admin. */
export function showFirstStart(context: RouteContext): Response {
  const { deps } = context
  if (deps.firstStartCode() === null) return context.c.redirect('/', 303)
  return html(
    context,
    firstStartPage({ name: '', minLength: deps.passwords.minLength, problems: [] }, readerOf(context)),
  )
}

/** `POST /avvio`: the first admin, made with the code from the hub's console. */
export async function makeFirstAdmin(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const expected = deps.firstStartCode()
  if (expected === null) return c.redirect('/', 303)
  const form = await c.req.parseBody()
  const name = text(form['nome']).trim()
  const password = text(form['password'])
  const wait = perAddress.wait(`avvio ${addressOf(context)}`, performance.now())
  const problems: FirstStartProblem[] = []
  if (wait > 0) return message(context, 429, { 'retry-after': String(wait) })
  if (deps.hashKey(text(form['codice']).trim().toUpperCase()) !== deps.hashKey(expected)) problems.push('codice')
  if (userNameProblem(name) !== null) problems.push('nome')
  if (deps.passwords.problem(password) !== null) problems.push('password')
  else if (password !== text(form['password2'])) problems.push('password2')
  if (problems.length > 0)
    return html(
      context,
      firstStartPage({ name, minLength: deps.passwords.minLength, problems }, readerOf(context)),
      422,
    )
  const at = deps.now()
  await addUser(deps.control, {
    name,
    role: 'admin',
    house: null,
    passwordHash: await deps.passwords.hash(password),
    createdAt: at,
  })
  await audit(deps.control, { at, who: name, what: 'first admin made', detail: {} })
  // The page that comes next asks the registry whether there is an admin.
  await deps.refreshRegistry()
  await beginSession(deps, c, name)
  return c.redirect('/avvio/comunita', 303)
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 1000) : ''
}

export function addressOf({ c }: RouteContext): string {
  const env = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined
  return env?.incoming?.socket?.remoteAddress ?? 'unknown'
}
