import type { SharingRule } from '../../hub/domain/allocation.ts'
import { ALLOCATION_KEYS } from '../../hub/domain/allocation.ts'
import type { EmissionFactor } from '../../hub/domain/co2.ts'
import type { Settings } from '../../hub/domain/settings.ts'
import type { Tariff } from '../../hub/domain/tariff.ts'
import { countHourFactors } from '../../hub/store/emissions.ts'
import { audit } from '../../hub/store/people.ts'
import { writeSettings } from '../../hub/store/settings.ts'
import type { Values } from '../models/admin.ts'
import type { FactorField, SharingField, TariffField, TariffsPage } from '../models/tariffs.ts'
import { FACTOR_FIELDS, SHARING_FIELDS, TARIFF_FIELDS } from '../models/tariffs.ts'
import { tariffsPage } from '../pages/tariffe.tsx'
import { parseDay } from '../queries/day.ts'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf, whoOf } from './context.ts'
import { FormReader, formValues } from './form.ts'

const MOST_CENTS = 500
const MOST_G_PER_KWH = 2_000

/** `GET /tariffe`. */
export function showTariffs(context: RouteContext): Promise<Response> {
  return draw(context, { saved: context.c.req.query('salvato') !== undefined })
}

/** `POST /tariffe/tariffa`: from its day on; one of the same day is replaced. */
export async function addTariff(context: RouteContext): Promise<Response> {
  const values = formValues(TARIFF_FIELDS, await context.c.req.parseBody())
  const form = new FormReader(values)
  const from = dayIn(form, values.dal)
  const cents = (field: TariffField) => (form.number(field, 0, MOST_CENTS) ?? 0) / 100
  const tariff: Tariff = {
    from,
    importEur: cents('prelievo'),
    exportEur: cents('immissione'),
    sharedEur: cents('condivisa'),
  }
  if (!form.isGood) return draw(context, { tariff: { values, errors: form.errors } }, 422)
  return save(context, { tariffs: put(context.deps.registry().settings.tariffs, tariff) }, tariff)
}

/** `POST /tariffe/fattore`. */
export async function addFactor(context: RouteContext): Promise<Response> {
  const values = formValues(FACTOR_FIELDS, await context.c.req.parseBody())
  const form = new FormReader(values)
  const from = dayIn(form, values.dal)
  if (values.fonte === '') form.fail('fonte', 'vuoto')
  else if (values.fonte.length > 120) form.fail('fonte', 'lungo')
  const factor: EmissionFactor = {
    from,
    gPerKwh: form.number('fattore', 0, MOST_G_PER_KWH) ?? 0,
    source: values.fonte,
    year: Math.round(form.number('anno', 1990, 2100) ?? 0),
  }
  if (!form.isGood) return draw(context, { factor: { values, errors: form.errors } }, 422)
  return save(context, { factors: put(context.deps.registry().settings.factors, factor) }, factor)
}

/** `POST /tariffe/togli`. */
export async function dropEntry(context: RouteContext): Promise<Response> {
  const { che, dal } = await context.c.req.parseBody()
  const { tariffs, factors } = context.deps.registry().settings
  const without = <T extends { readonly from: string }>(entries: readonly T[]) => entries.filter((e) => e.from !== dal)
  if (che === 'tariffa') return save(context, { tariffs: without(tariffs) }, { removed: dal })
  return che === 'fattore' ? save(context, { factors: without(factors) }, { removed: dal }) : message(context, 400)
}

/** `POST /tariffe/condivisione`. */
export async function saveRule(context: RouteContext): Promise<Response> {
  const values = formValues(SHARING_FIELDS, await context.c.req.parseBody())
  const { rule, errors } = parseRule(values, new Set(context.deps.registry().houses.keys()))
  return rule ? save(context, { sharing: rule }, rule) : draw(context, { rule: { values, errors } }, 422)
}

/** `quote` as "casa_A=2 casa_B=0.5", `ordine` as "casa_C casa_A", separated by spaces, commas or semicolons. */
export function parseRule(values: Values<SharingField>, houses: ReadonlySet<string>) {
  const form = new FormReader(values)
  const words = (text: string) => text.split(/[\s;]+|,(?!\d)/).filter((word) => word !== '')
  const shares: Record<string, number> = {}
  for (const word of words(values.quote)) {
    const [id = '', number = ''] = word.split('=')
    const share = Number(number.replace(',', '.'))
    if (!houses.has(id)) form.fail('quote', 'casa')
    else if (number === '' || !Number.isFinite(share) || share < 0 || share > 1000) form.fail('quote', 'numero')
    else shares[id] = share
  }
  const order = words(values.ordine)
  if (order.some((id) => !houses.has(id))) form.fail('ordine', 'casa')
  const rule: SharingRule = {
    key: ALLOCATION_KEYS.find((key) => key === values.chiave) ?? 'dinamica',
    intervalMin: values.intervallo === '15' ? 15 : 60,
    shares,
    order: [...new Set(order)],
  }
  return { rule: form.isGood ? rule : null, errors: form.errors }
}

function dayIn(form: FormReader<TariffField> | FormReader<FactorField>, text: string): string {
  const day = parseDay(text)
  if (!day) form.fail('dal', text === '' ? 'vuoto' : 'giorno')
  return day?.toString() ?? ''
}

/** Newest first. */
function put<T extends { readonly from: string }>(entries: readonly T[], entry: T): T[] {
  return [...entries.filter((e) => e.from !== entry.from), entry].sort((a, b) => (a.from < b.from ? 1 : -1))
}

async function save(context: RouteContext, settings: Partial<Settings>, detail: object): Promise<Response> {
  const { c, deps, principal } = context
  const at = deps.now()
  await writeSettings(deps.control, settings, at)
  const what = `settings changed: ${Object.keys(settings).join(', ')}`
  await audit(deps.control, { at, who: whoOf(principal), what, detail })
  await deps.refreshRegistry()
  return c.redirect('/tariffe?salvato', 303)
}

async function draw(context: RouteContext, over: Partial<TariffsPage>, status = 200): Promise<Response> {
  const { deps } = context
  const { houses, settings } = deps.registry()
  const { tariffs, factors, sharing } = settings
  const page: TariffsPage = {
    tariffs,
    factors,
    sharing,
    houses: [...houses.keys()],
    hourly: await countHourFactors(deps.readings),
    tariff: { values: { dal: '', prelievo: '', immissione: '', condivisa: '' }, errors: {} },
    factor: { values: { dal: '', fattore: '', fonte: '', anno: '' }, errors: {} },
    rule: {
      values: {
        chiave: sharing.key,
        intervallo: String(sharing.intervalMin),
        quote: Object.entries(sharing.shares)
          .map(([id, share]) => `${id}=${share}`)
          .join(' '),
        ordine: sharing.order.join(' '),
      },
      errors: {},
    },
    saved: false,
    ...over,
  }
  return html(context, tariffsPage(page, readerOf(context)), status)
}
