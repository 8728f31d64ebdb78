import { idProblem } from '../../hub/domain/house.ts'
import type { Load } from '../../hub/domain/load.ts'
import { LOAD_KINDS, REST_STATES } from '../../hub/domain/load.ts'
import { loadProblems } from '../../hub/domain/load-check.ts'
import { presetLoad } from '../../hub/domain/load-presets.ts'
import type { LoadField, LoadText } from '../../hub/domain/load-text.ts'
import { applyLoadText, fieldOf, LOAD_FIELDS, loadText } from '../../hub/domain/load-text.ts'
import type { Problem } from '../../hub/domain/problem.ts'
import { problemOf } from '../../hub/domain/problem.ts'
import type { KeyedHouse } from '../../hub/store/houses.ts'
import { saveLoad, setArmed } from '../../hub/store/loads.ts'
import { audit } from '../../hub/store/people.ts'
import type { LoadForm, LoadsPage } from '../models/loads.ts'
import { loadFormPage, loadPage, loadsPage } from '../pages/carichi.tsx'
import { chooseDay } from '../queries/day.ts'
import { loadDecisions, loadSavings, loadStretches, loadViews } from '../queries/loads.ts'
import { ownHouse } from './access.ts'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf, safePath, whoOf } from './context.ts'
import { formValues } from './form.ts'
import { MODES, takeOver, USUAL_OVERRIDE_S } from './loads-api.ts'

/** What people may set of the loads of their own house; the rest is how it is wired, and the installer's. */
const RESIDENT_FIELDS: readonly LoadField[] = [
  'name',
  'priority',
  'need',
  'by',
  'daily-max',
  'window',
  'threshold',
  'sustain',
  'neighbours',
]

/** The house a request is about: the own one of a resident, a chosen one for others; or the answer to who may not. */
function houseFor({ deps, principal }: RouteContext, asked: string | undefined): KeyedHouse | 403 | 404 {
  const { houses } = deps.registry()
  const own = ownHouse(principal)
  if (own !== null && asked !== undefined && asked !== own) return 403
  const id = own ?? asked ?? [...deps.registry().loads.keys()][0] ?? [...houses.keys()][0] ?? ''
  return houses.get(id) ?? 404
}

function isInstaller({ principal }: RouteContext): boolean {
  return principal.kind === 'person' && principal.role !== 'resident'
}

/** `GET /carichi?casa=`. */
export async function showLoads(context: RouteContext): Promise<Response> {
  const house = houseFor(context, context.c.req.query('casa'))
  if (typeof house === 'number') return message(context, house)
  return html(context, loadsPage(await loadsOf(context, house), readerOf(context)))
}

export async function loadsOf(context: RouteContext, house: KeyedHouse): Promise<LoadsPage> {
  const { deps, principal } = context
  const loads = loadViews(deps, [house.id])
  return {
    house: { id: house.id, name: house.name },
    choices: ownHouse(principal) === null ? [...deps.registry().houses.keys()] : [],
    loads,
    mayEdit: isInstaller(context),
    mayArm: principal.kind === 'person' && principal.role === 'admin',
    shadowUntil: loads[0]?.shadowUntil ?? null,
    savings: await loadSavings(deps, house.id),
  }
}

/** `GET /carichi/<casa>/<carico>?giorno=`. */
export async function showLoad(context: RouteContext): Promise<Response> {
  const found = find(context)
  if (typeof found === 'number') return message(context, found)
  const { deps, c } = context
  const view = loadViews(deps, [found.house.id]).find((v) => v.load.id === found.load.id)
  if (!view) return message(context, 404)
  const day = chooseDay(c.req.query('giorno'), deps.now(), deps.registry().settings.zone)
  const of = { house: found.house.id, load: found.load.id, from: day.from, to: day.to }
  const [stretches, decisions] = await Promise.all([loadStretches(deps, of), loadDecisions(deps, of)])
  const { id, name } = found.house
  return html(context, loadPage({ house: { id, name }, view, day, stretches, decisions }, readerOf(context)))
}

/** `POST /carichi/<casa>/<carico>/comando`: somebody takes over, or gives back. */
export async function commandLoad(context: RouteContext): Promise<Response> {
  const found = find(context)
  if (typeof found === 'number') return message(context, found)
  const { c, deps, principal } = context
  const form = await c.req.parseBody()
  const mode = MODES.find((m) => m === form['modo'])
  if (!mode) return message(context, 400)
  const of = { house: found.house.id, load: found.load.id }
  await takeOver(deps, { ...of, mode, durationS: USUAL_OVERRIDE_S, who: whoOf(principal) })
  return c.redirect(safePath(form['torna']), 303)
}

/** `POST /carichi/arma`: switched from now on, before the first week is over. */
export async function armLoads(context: RouteContext): Promise<Response> {
  const { deps, c, principal } = context
  const { casa } = formValues(['casa'], await c.req.parseBody())
  const house = houseFor(context, casa)
  if (typeof house === 'number') return message(context, house)
  const at = deps.now()
  await setArmed(deps.control, house.id, at)
  await audit(deps.control, { at, who: whoOf(principal), what: 'load.arm', detail: { house: house.id, armed: true } })
  await deps.refreshRegistry()
  return c.redirect(`/carichi?${new URLSearchParams({ casa: house.id })}`, 303)
}

/** `GET /carichi/<casa>/<carico>/impostazioni`. */
export function showLoadForm(context: RouteContext): Response {
  const found = find(context)
  if (typeof found === 'number') return message(context, found)
  const saved = context.c.req.query('salvato') !== undefined
  return drawForm(context, found.house, found.load, loadText(found.load), {}, { saved, isNew: false })
}

/** `POST /carichi/<casa>/<carico>/impostazioni`. */
export async function saveLoadForm(context: RouteContext): Promise<Response> {
  const found = find(context)
  if (typeof found === 'number') return message(context, found)
  return save(context, found.house, found.load, false)
}

/** `GET /carichi/nuovo?casa=`. */
export function showNewLoad(context: RouteContext): Response {
  const house = houseFor(context, context.c.req.query('casa'))
  if (typeof house === 'number') return message(context, house)
  const asked = context.c.req.query('tipo')
  const kind = LOAD_KINDS.find((k) => k === asked) ?? 'waterHeater'
  const load = presetLoad({ house: house.id, id: '', kind })
  return drawForm(context, house, load, loadText(load), {}, { saved: false, isNew: true })
}

/** `POST /carichi/nuovo`. */
export async function addLoad(context: RouteContext): Promise<Response> {
  const { casa, id, kind } = formValues(['casa', 'id', 'kind'], await context.c.req.parseBody())
  const house = houseFor(context, casa)
  if (typeof house === 'number') return message(context, house)
  const of = LOAD_KINDS.find((k) => k === kind) ?? 'generic'
  return save(context, house, presetLoad({ house: house.id, id, kind: of }), true)
}

async function save(context: RouteContext, house: KeyedHouse, base: Load, isNew: boolean): Promise<Response> {
  const { c, deps, principal } = context
  const body = await c.req.parseBody()
  const given = formValues(fieldsFor(context), body) as Partial<LoadText>
  const typed = isNew && !given.name ? { ...given, name: base.id } : given
  const read = applyLoadText(base, typed)
  const others = (deps.registry().loads.get(house.id) ?? []).map((l) => l.load).filter((l) => isNew || l.id !== base.id)
  const wrongId = isNew ? idProblem(base.id) : null
  const problems: readonly Problem[] = [
    ...(wrongId ? [problemOf('id', base.id, 'id', { text: wrongId })] : []),
    ...(read.ok ? loadProblems(read.value, house, others) : read.error),
  ]
  if (!read.ok || problems.length > 0) {
    const errors: { [field: string]: Problem } = {}
    for (const problem of problems)
      errors[problem.campo === 'id' ? 'id' : (fieldOf(problem.campo) ?? 'name')] ??= problem
    return drawForm(context, house, base, { ...loadText(base), ...typed }, errors, { saved: false, isNew })
  }
  const at = deps.now()
  await saveLoad(deps.control, read.value, at)
  const detail = {
    house: house.id,
    id: base.id,
    ...(isNew ? {} : { before: loadText(base) }),
    after: loadText(read.value),
  }
  await audit(deps.control, { at, who: whoOf(principal), what: isNew ? 'load.add' : 'load.edit', detail })
  await deps.refreshRegistry()
  const where = `/carichi/${house.id}/${base.id}`
  return c.redirect(isNew ? where : `${where}/impostazioni?salvato`, 303)
}

function fieldsFor(context: RouteContext): readonly LoadField[] {
  return isInstaller(context) ? LOAD_FIELDS : RESIDENT_FIELDS
}

function drawForm(
  context: RouteContext,
  house: KeyedHouse,
  load: Load,
  values: LoadText,
  errors: LoadForm['errors'],
  { saved, isNew }: { readonly saved: boolean; readonly isNew: boolean },
): Response {
  const others = (context.deps.registry().loads.get(house.id) ?? [])
    .map((l) => l.load.id)
    .filter((id) => id !== load.id)
  const yesNo = ['yes', 'no']
  const form: LoadForm = {
    house: { id: house.id, name: house.name },
    load: load.id,
    fields: fieldsFor(context),
    options: {
      ...{ kind: LOAD_KINDS, rest: REST_STATES, thermostat: yesNo, probe: yesNo, legionella: yesNo },
      needs: ['', ...others],
    },
    ...{ values, errors, saved, isNew },
  }
  return html(context, loadFormPage(form, readerOf(context)), Object.keys(errors).length > 0 ? 422 : 200)
}

function find(context: RouteContext): { house: KeyedHouse; load: Load } | 403 | 404 {
  const house = houseFor(context, context.c.req.param('casa'))
  if (typeof house === 'number') return house
  const id = context.c.req.param('carico')
  const load = context.deps
    .registry()
    .loads.get(house.id)
    ?.find((l) => l.load.id === id)?.load
  return load ? { house, load } : 404
}
