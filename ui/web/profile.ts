import { getCookie } from 'hono/cookie'
import { editHouse } from '../../hub/store/houses.ts'
import { endOtherSessions, findUser, setPassword } from '../../hub/store/people.ts'
import type { ProfileNotice, ProfilePage, ProfileProblem } from '../models/profile.ts'
import { PROFILE_NOTICES } from '../models/profile.ts'
import { profilePage } from '../pages/profilo.tsx'
import { ownExport } from '../queries/own-data.ts'
import type { Principal } from './access.ts'
import { addressOf, checkPassword, text } from './accounts.ts'
import { download, html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { note, readerOf } from './context.ts'
import { saveOwnWish, testOwnWish, wishForm } from './notify.ts'
import { beginSession, SESSION_COOKIE } from './session.ts'
import { Throttle } from './throttle.ts'

type Person = Extract<Principal, { kind: 'person' }>

/** Tries of one's own password per person and address. */
const tries = new Throttle(10)

/** `GET /profilo`. */
export function showProfile(context: RouteContext): Promise<Response> {
  const notice = PROFILE_NOTICES.find((n) => n === context.c.req.query('fatto')) ?? null
  return draw(context, { notice })
}

/** `POST /profilo/visibile`: whether neighbours see this house by its name. */
export async function setShown(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const person = personOf(context)
  if (person.house === null) return message(context, 403)
  const shown = (await c.req.parseBody())['visibile'] === 'si'
  await editHouse(deps.control, person.house, { shown })
  await note(context, shown ? 'house shown to neighbours' : 'house hidden from neighbours', { house: person.house })
  await deps.refreshRegistry()
  return c.redirect(`/profilo?fatto=${shown ? 'visibile' : 'nascosta'}`, 303)
}

/** `POST /profilo/avvisami`: where and when a person is told of alerts. */
export async function setWish(context: RouteContext): Promise<Response> {
  const { name } = personOf(context)
  const wrong = await saveOwnWish(context, name)
  if (wrong) return draw(context, { wish: wrong }, 422)
  await note(context, 'own notifications changed', {})
  return context.c.redirect('/profilo?avvisami=salvato#avvisami', 303)
}

/** `POST /profilo/prova`: a test message to one's own addresses, and what really came of it. */
export async function testWish(context: RouteContext): Promise<Response> {
  const wish = await testOwnWish(context, personOf(context).name)
  return wish ? draw(context, { wish }) : message(context, 429, { 'retry-after': '60' })
}

/** `POST /profilo/password`. All sessions end but a new one here. */
export async function changePassword(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const person = personOf(context)
  const form = await c.req.parseBody()
  const refusal = await wrongPassword(context, text(form['attuale']))
  if (refusal instanceof Response) return refusal
  const password = text(form['password'])
  const problem =
    refusal ??
    (deps.passwords.problem(password) !== null ? 'corta' : password !== text(form['password2']) ? 'diversa' : null)
  if (problem) return draw(context, { problem: { form: 'password', code: problem } }, 422)
  await setPassword(deps.control, person.name, await deps.passwords.hash(password))
  await note(context, 'password changed', {})
  await beginSession(deps, c, person.name)
  return c.redirect('/profilo?fatto=password', 303)
}

/** `POST /profilo/uscite`: every other session of this person ends. */
export async function endSessions(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const id = getCookie(c, SESSION_COOKIE) ?? ''
  await endOtherSessions(deps.control, personOf(context).name, deps.hashKey(id))
  return c.redirect('/profilo?fatto=uscite', 303)
}

/** `GET /profilo/dati`: all that is stored of one's own house, as one file. */
export async function exportOwnData(context: RouteContext): Promise<Response> {
  const { deps } = context
  const { house, name } = personOf(context)
  const own = house === null ? undefined : deps.registry().houses.get(house)
  if (!own) return message(context, 403)
  return download(ownExport(deps, own, name), `solar-family-${own.id}.json`, 'application/json')
}

/** `POST /profilo/cancella`: what was measured at one's own house is deleted for good; the house stays in the community. */
export async function eraseOwnData(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const { house } = personOf(context)
  if (house === null) return message(context, 403)
  const refusal = await wrongPassword(context, text((await c.req.parseBody())['conferma']))
  if (refusal instanceof Response) return refusal
  if (refusal) return draw(context, { problem: { form: 'cancella', code: refusal } }, 422)
  const erased = await deps.eraseHistory(house)
  await note(context, 'own data erased', { house, readings: erased })
  return c.redirect('/profilo?fatto=cancellati', 303)
}

function personOf({ principal }: RouteContext): Person {
  if (principal.kind !== 'person') throw new Error('a page of one’s own was asked for by no person')
  return principal
}

/** Null when it is the person's password; else what is wrong, or the answer where passwords cannot be checked now. */
async function wrongPassword(context: RouteContext, password: string): Promise<ProfileProblem | Response | null> {
  const { deps } = context
  const { name } = personOf(context)
  const key = JSON.stringify([name, addressOf(context)])
  if (tries.wait(key, performance.now()) > 0) return 'troppi'
  const user = await findUser(deps.view, name)
  const correct = await checkPassword(deps, password, user?.passwordHash ?? null)
  if (correct === 'busy') return message(context, 503, { 'retry-after': '10' })
  if (correct) tries.forget(key)
  return correct ? null : 'sbagliata'
}

async function draw(
  context: RouteContext,
  over: Partial<Pick<ProfilePage, 'notice' | 'problem' | 'wish'>>,
  status = 200,
): Promise<Response> {
  const { deps } = context
  const { name, role, house } = personOf(context)
  const own = house === null ? undefined : deps.registry().houses.get(house)
  const page: ProfilePage = {
    name,
    role,
    house: own ? { id: own.id, name: own.name, shown: own.shown } : null,
    wish: over.wish ?? (await wishForm(context, name, context.c.req.query('avvisami') !== undefined)),
    minLength: deps.passwords.minLength,
    notice: null as ProfileNotice | null,
    problem: null,
    ...over,
  }
  return html(context, profilePage(page, readerOf(context)), status)
}
