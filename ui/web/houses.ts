import type { House } from '../../hub/domain/house.ts'
import { idProblem, MAX_CONNECTION_W, MAX_PEAK_W, nameProblem } from '../../hub/domain/house.ts'
import { addHouses, editHouse, removeHouse, setHouseKey } from '../../hub/store/houses.ts'
import { listUsers, revokeHouseTokens } from '../../hub/store/people.ts'
import type { Errors, HouseField, HousesPage, Values } from '../models/admin.ts'
import { HOUSE_FIELDS } from '../models/admin.ts'
import { housesPage } from '../pages/case.tsx'
import { secretPage } from '../pages/secret.tsx'
import { setupHousesPage } from '../pages/setup.tsx'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { note, readerOf, safePath } from './context.ts'
import { FormReader, formValues } from './form.ts'

export const EMPTY_HOUSE: Values<HouseField> = {
  id: '',
  nome: '',
  picco: '',
  inclinazione: '',
  orientamento: '',
  limite: '',
}

/** `GET /case`. */
export function showHouses(context: RouteContext): Promise<Response> {
  return draw(context, { saved: context.c.req.query('salvato') !== undefined })
}

/** `GET /case/:casa`. */
export async function showHouseForm(context: RouteContext): Promise<Response> {
  const house = context.deps.registry().houses.get(context.c.req.param('casa') ?? '')
  return house ? draw(context, { editing: house.id, values: toValues(house) }) : message(context, 404)
}

/** `POST /case`: a new house, and the key of its node, shown once. */
export async function addHouse(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const body = await c.req.parseBody()
  const values = formValues(HOUSE_FIELDS, body)
  const back = body['torna'] === undefined ? '/case' : safePath(body['torna'])
  const { houses } = deps.registry()
  const { house, errors } = parseHouse(values, new Set(houses.keys()))
  if (!house && back === '/avvio/case')
    return html(context, setupHousesPage({ houses: [...houses.values()], values, errors }, readerOf(context)), 422)
  if (!house) return draw(context, { values, errors }, 422)
  const key = deps.secrets.nodeKey()
  await addHouses(deps.control, [{ ...house, keyHash: deps.hashKey(key) }], deps.now())
  await note(context, 'house.add', house)
  return showKey(context, house.id, key, back)
}

/** `POST /case/:casa`. */
export async function changeHouse(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const house = deps.registry().houses.get(c.req.param('casa') ?? '')
  if (!house) return message(context, 404)
  const values = { ...formValues(HOUSE_FIELDS, await c.req.parseBody()), id: house.id }
  const parsed = parseHouse(values, new Set())
  if (!parsed.house) return draw(context, { editing: house.id, values, errors: parsed.errors }, 422)
  const { name, peakPower, tilt, azimuth, connectionLimit } = parsed.house
  const change = { name, peakPower, tilt, azimuth, connectionLimit }
  await editHouse(deps.control, house.id, change)
  await note(context, 'house.edit', { id: house.id, ...change })
  await deps.refreshRegistry()
  return c.redirect('/case?salvato', 303)
}

/** `POST /case/:casa/chiave`: the old key is worthless from now on. */
export async function changeKey(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const id = c.req.param('casa') ?? ''
  const key = deps.secrets.nodeKey()
  if (!(await setHouseKey(deps.control, id, deps.hashKey(key)))) return message(context, 404)
  await note(context, 'house.rotate-key', { id })
  return showKey(context, id, key, '/case')
}

/** `POST /case/:casa/togli`: out of the community; its history stays. */
export async function takeHouseOut(context: RouteContext): Promise<Response> {
  const { c, deps } = context
  const id = c.req.param('casa') ?? ''
  if (!(await removeHouse(deps.control, id, deps.now()))) return message(context, 404)
  const tokens = await revokeHouseTokens(deps.control, id, deps.now())
  await note(context, 'house.remove', { id, erased: null, tokens })
  await deps.refreshRegistry()
  return c.redirect('/case?salvato', 303)
}

async function showKey(context: RouteContext, of: string, secret: string, back: string): Promise<Response> {
  await context.deps.refreshRegistry()
  return html(context, secretPage({ kind: 'chiave', of, secret, address: null, back }, readerOf(context)))
}

/** The house a form describes, or which field is wrong and how. `taken` = ids that are in use. */
export function parseHouse(
  values: Values<HouseField>,
  taken: ReadonlySet<string>,
): { house: House | null; errors: Errors<HouseField> } {
  const form = new FormReader(values)
  if (values.id === '') form.fail('id', 'vuoto')
  else if (idProblem(values.id) !== null) form.fail('id', 'id')
  else if (taken.has(values.id)) form.fail('id', 'esiste')
  if (values.nome !== '' && nameProblem(values.nome) !== null) form.fail('nome', 'lungo')
  const house: House = {
    id: values.id,
    name: values.nome === '' ? values.id : values.nome,
    peakPower: form.number('picco', 0, MAX_PEAK_W) ?? 0,
    tilt: form.number('inclinazione', 0, 90, true),
    azimuth: form.number('orientamento', 0, 360, true),
    connectionLimit: form.number('limite', 1, MAX_CONNECTION_W, true),
    shown: false,
  }
  return { house: form.isGood ? house : null, errors: form.errors }
}

function toValues(house: House): Values<HouseField> {
  const text = (value: number | null) => (value === null ? '' : String(value))
  return {
    id: house.id,
    nome: house.name === house.id ? '' : house.name,
    picco: text(house.peakPower),
    inclinazione: text(house.tilt),
    orientamento: text(house.azimuth),
    limite: text(house.connectionLimit),
  }
}

async function draw(context: RouteContext, over: Partial<HousesPage>, status = 200): Promise<Response> {
  const { deps } = context
  const residents = Map.groupBy(await listUsers(deps.view), (user) => user.house)
  const houses = [...deps.registry().houses.values()].map((house) => ({
    ...house,
    residents: (residents.get(house.id) ?? []).map((user) => user.name),
  }))
  const page = { houses, values: EMPTY_HOUSE, errors: {}, editing: null, saved: false, ...over }
  return html(context, housesPage(page, readerOf(context)), status)
}
