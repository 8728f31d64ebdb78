import { planCleaning } from '../../hub/domain/cleaning.ts'
import { CLEANING_BOUNDS, CLEANING_MODES, type CleaningSettings } from '../../hub/domain/cleaning-settings.ts'
import { dayGrid, dayNumber } from '../../hub/domain/community-day.ts'
import { addCleaning, decideCleaning } from '../../hub/store/cleanings.ts'
import { audit } from '../../hub/store/people.ts'
import { writeSettings } from '../../hub/store/settings.ts'
import type { Values } from '../models/admin.ts'
import type { CleaningField } from '../models/cleaning.ts'
import { CLEANING_FIELDS } from '../models/cleaning.ts'
import { cleaningPage } from '../pages/pulizia.tsx'
import { cleaningPageOf } from '../queries/cleaning.ts'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf, whoOf } from './context.ts'
import { FormReader, formValues } from './form.ts'

/** `GET /pulizia`. */
export function showCleaning(context: RouteContext): Promise<Response> {
  return draw(context, { saved: context.c.req.query('salvato') !== undefined })
}

const DECISIONS = { approva: 'approve', rifiuta: 'refuse', ferma: 'stop', fatta: 'done' } as const

/** `POST /pulizia/decisione`: of a whole proposal, or of one house of it. */
export async function decideOnCleaning(context: RouteContext): Promise<Response> {
  const { deps, principal, c } = context
  const { proposta, casa, azione } = await c.req.parseBody()
  const proposal = Number(proposta)
  const what = typeof azione === 'string' && Object.hasOwn(DECISIONS, azione) ? DECISIONS[azione as 'approva'] : null
  if (!Number.isSafeInteger(proposal) || what === null) return message(context, 400)
  const [at, who] = [deps.now(), whoOf(principal)]
  const house = typeof casa === 'string' && casa !== '' ? casa : null
  const houses = await decideCleaning(deps.control, { proposal, house, what, who, at })
  if (houses.length > 0) await audit(deps.control, { at, who, what: `cleaning.${what}`, detail: { proposal, houses } })
  await deps.refreshRegistry()
  return c.redirect('/pulizia', 303)
}

/** `POST /pulizia/proposta`: a person sees dirt that the hub does not. */
export async function proposeCleaning(context: RouteContext): Promise<Response> {
  const { deps, principal, c } = context
  const { houses, settings, cleaning } = deps.registry()
  const roofs = [...houses.values()].filter((house) => house.peakPower > 0).map((house) => house.id)
  if (cleaning.length > 0 || roofs.length === 0) return message(context, 400)
  const [at, who] = [deps.now(), whoOf(principal)]
  const day = dayNumber(dayGrid(settings.place ?? { longitude: 0 }), at)
  const peakOf = (house: string) => houses.get(house)?.peakPower ?? 0
  const plan = planCleaning({ soiled: roofs, day }, peakOf, new Map(), settings.cleaning)
  const proposal = await addCleaning(deps.control, { at, day, by: who, verdict: null, money: null }, plan, null)
  await audit(deps.control, { at, who, what: 'cleaning.propose', detail: { proposal, ...plan } })
  await deps.refreshRegistry()
  return c.redirect('/pulizia', 303)
}

/** `POST /pulizia/impostazioni`. */
export async function saveCleaningSettings(context: RouteContext): Promise<Response> {
  const { deps, principal, c } = context
  const values = formValues(CLEANING_FIELDS, await c.req.parseBody())
  const { settings, form } = parseCleaning(values)
  if (!settings) return draw(context, { values, errors: form.errors }, 422)
  const at = deps.now()
  await writeSettings(deps.control, { cleaning: settings }, at)
  await audit(deps.control, { at, who: whoOf(principal), what: 'settings changed', detail: { cleaning: settings } })
  await deps.refreshRegistry()
  return c.redirect('/pulizia?salvato', 303)
}

export function parseCleaning(values: Values<CleaningField>) {
  const form = new FormReader(values)
  const number = (field: CleaningField, of: keyof typeof CLEANING_BOUNDS) => {
    const [from, to] = CLEANING_BOUNDS[of]
    return form.number(field, from, to) ?? 0
  }
  const mode = CLEANING_MODES.find((m) => m === values.modo)
  if (!mode) form.fail('modo', 'vuoto')
  const settings: CleaningSettings = {
    mode: mode ?? 'proponi',
    waterEur: number('acqua', 'waterEur'),
    labourEur: number('manodopera', 'labourEur'),
    runS: Math.round(number('durata', 'runS')),
    intervalDays: Math.round(number('intervallo', 'intervalDays')),
  }
  return { settings: form.isGood ? settings : null, form }
}

function valuesOf({ mode, waterEur, labourEur, runS, intervalDays }: CleaningSettings): Values<CleaningField> {
  return {
    modo: mode,
    acqua: String(waterEur),
    manodopera: String(labourEur),
    durata: String(runS),
    intervallo: String(intervalDays),
  }
}

async function draw(
  context: RouteContext,
  more: { saved?: boolean; values?: Values<CleaningField>; errors?: FormReader<CleaningField>['errors'] },
  status: 200 | 422 = 200,
): Promise<Response> {
  const { deps, principal } = context
  const isAdmin = principal.kind === 'person' && principal.role === 'admin'
  const values = more.values ?? valuesOf(deps.registry().settings.cleaning)
  const page = await cleaningPageOf(deps, {
    settings: isAdmin ? { values, errors: more.errors ?? {} } : null,
    saved: more.saved ?? false,
  })
  return html(context, cleaningPage(page, readerOf(context)), status)
}
