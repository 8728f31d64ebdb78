import {
  addToken,
  addUser,
  findUser,
  listTokens,
  listUsers,
  removeUser,
  revokeToken,
  setPassword,
  TOKEN_ROLES,
  USER_ROLES,
  userNameProblem,
} from '../../hub/store/people.ts'
import type { PeoplePage, PersonField, SecretPage, Values } from '../models/admin.ts'
import { PERSON_FIELDS } from '../models/admin.ts'
import { peoplePage } from '../pages/persone.tsx'
import { secretPage } from '../pages/secret.tsx'
import { text } from './accounts.ts'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { note, readerOf } from './context.ts'
import { FormReader, formValues } from './form.ts'
import { offerPairing } from './pairing.ts'

const EMPTY: Values<PersonField> = { nome: '', ruolo: 'resident', casa: '' }
/** A token of a node belongs to a house; those are made with the house on the command line. */
const ROLES_OFFERED = TOKEN_ROLES.filter((role) => role !== 'node')

/** `GET /persone`. */
export function showPeople(context: RouteContext): Promise<Response> {
  return draw(context, { saved: context.c.req.query('salvato') !== undefined })
}

/** `POST /persone`: somebody new, with a password that is shown once. */
export async function addPerson(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const values = formValues(PERSON_FIELDS, await c.req.parseBody())
  const form = new FormReader(values)
  const role = USER_ROLES.find((r) => r === values.ruolo) ?? 'resident'
  const house = role === 'resident' ? values.casa : null
  if (values.nome === '') form.fail('nome', 'vuoto')
  else if (userNameProblem(values.nome) !== null) form.fail('nome', 'nome')
  else if (await findUser(deps.view, values.nome)) form.fail('nome', 'esiste')
  if (house !== null && !deps.registry().houses.has(house)) form.fail('casa', 'casa')
  if (!form.isGood) return draw(context, { values, errors: form.errors }, 422)
  const password = deps.secrets.password()
  const passwordHash = await deps.passwords.hash(password)
  await addUser(deps.control, { name: values.nome, role, house, passwordHash, createdAt: deps.now() })
  await note(context, 'user.add', { name: values.nome, role, house })
  return showSecret(context, { kind: 'password', of: values.nome, secret: password })
}

/** `POST /persone/azione`: what a person's row offers. */
export async function actOnPerson(context: RouteContext): Promise<Response> {
  const { c, deps, principal } = context
  const form = await c.req.parseBody()
  const user = await findUser(deps.view, text(form['nome']))
  if (!user) return message(context, 404)
  switch (form['azione']) {
    case 'abbina':
      await note(context, 'user.pair', { name: user.name })
      return offerPairing(context, user.name, '/persone')
    case 'password': {
      const password = deps.secrets.password()
      await setPassword(deps.control, user.name, await deps.passwords.hash(password))
      await note(context, 'user.passwd', { name: user.name })
      return showSecret(context, { kind: 'password', of: user.name, secret: password })
    }
    case 'togli':
      // Whoever administers does not lock the door from outside.
      if (principal.kind === 'person' && principal.name === user.name) return message(context, 403)
      await removeUser(deps.control, user.name)
      await note(context, 'user.remove', { name: user.name })
      return c.redirect('/persone?salvato', 303)
    default:
      return message(context, 400)
  }
}

/** `POST /persone/token`: a token for a program, shown once. */
export async function addProgram(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const asked = (await c.req.parseBody())['ruolo']
  const role = ROLES_OFFERED.find((r) => r === asked)
  if (!role) return message(context, 400)
  const token = deps.secrets.token()
  const id = await addToken(deps.control, { tokenHash: deps.hashKey(token), role, house: null, createdAt: deps.now() })
  await note(context, 'token.create', { id, role, house: null })
  await deps.refreshRegistry()
  return showSecret(context, { kind: 'token', of: `${id} · ${role}`, secret: token })
}

/** `POST /persone/token/revoca`. */
export async function revokeProgram(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const id = Number((await c.req.parseBody())['id'])
  if (!Number.isSafeInteger(id) || !(await revokeToken(deps.control, id, deps.now()))) return message(context, 404)
  await note(context, 'token.revoke', { id })
  await deps.refreshRegistry()
  return c.redirect('/persone?salvato', 303)
}

function showSecret(context: RouteContext, secret: Pick<SecretPage, 'kind' | 'of' | 'secret'>): Response {
  return html(context, secretPage({ ...secret, address: null, back: '/persone' }, readerOf(context)))
}

async function draw(context: RouteContext, over: Partial<PeoplePage>, status = 200): Promise<Response> {
  const { deps, principal } = context
  const page: PeoplePage = {
    people: await listUsers(deps.view),
    tokens: (await listTokens(deps.view)).filter((token) => token.revokedAt === null),
    tokenRoles: ROLES_OFFERED,
    houses: [...deps.registry().houses.keys()],
    self: principal.kind === 'person' ? principal.name : '',
    values: EMPTY,
    errors: {},
    saved: false,
    ...over,
  }
  return html(context, peoplePage(page, readerOf(context)), status)
}
