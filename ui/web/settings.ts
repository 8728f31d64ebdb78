import { ALERT_RULES } from '../../hub/domain/benchmark.ts'
import { controlText } from '../../hub/domain/control-text.ts'
import type { Settings } from '../../hub/domain/settings.ts'
import { audit } from '../../hub/store/people.ts'
import { writeSettings } from '../../hub/store/settings.ts'
import { settingsPage } from '../pages/settings.tsx'
import { weatherForm } from '../queries/weather.ts'
import type { SettingsError, SettingsField, SettingsPage } from '../view-models.ts'
import { SETTINGS_FIELDS } from '../view-models.ts'
import { html } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf, whoOf } from './context.ts'

type Values = Record<SettingsField, string>
type Errors = Partial<Record<SettingsField, SettingsError>>
type FormSettings = Pick<Settings, 'communityName' | 'zone' | 'place' | 'benchmark'>

/** `GET /impostazioni`. */
export function showSettings(context: RouteContext): Response {
  return settingsWith(context, {})
}

/** The page as it stands, with a part of it as it was typed. */
export function settingsWith(context: RouteContext, typed: Partial<SettingsPage>, status = 200): Response {
  const { c, deps } = context
  const { settings } = deps.registry()
  const page: SettingsPage = {
    values: toValues(settings),
    errors: {},
    saved: c.req.query('salvato') !== undefined,
    weather: weatherForm(deps, c.req.query('meteo') !== undefined),
    control: { values: controlText(settings), errors: {}, saved: c.req.query('controllo') !== undefined },
    ...typed,
  }
  return html(context, settingsPage(page, readerOf(context)), status)
}

/** `POST /impostazioni`. */
export async function saveSettings(context: RouteContext): Promise<Response> {
  const { c, deps, principal } = context
  const form = await c.req.parseBody()
  const values = Object.fromEntries(
    SETTINGS_FIELDS.map((f) => [f, typeof form[f] === 'string' ? form[f].trim() : '']),
  ) as Values
  const { settings, errors } = parseSettings(values)
  if (!settings) return settingsWith(context, { values, errors, saved: false }, 422)
  const at = deps.now()
  await writeSettings(deps.control, settings, at)
  await audit(deps.control, {
    at,
    who: whoOf(principal),
    what: 'settings changed',
    detail: settings,
  })
  await deps.refreshRegistry()
  return c.redirect('/impostazioni?salvato', 303)
}

/** The settings a form holds, or which field is wrong and how. */
export function parseSettings(values: Values): { settings: FormSettings | null; errors: Errors } {
  const errors: Errors = {}
  const numberIn = (field: SettingsField, min: number, max: number, whole = false): number => {
    const value = Number(values[field].replace(',', '.'))
    if (values[field] === '') errors[field] = 'vuoto'
    else if (!Number.isFinite(value) || (whole && !Number.isInteger(value))) errors[field] = 'numero'
    else if (value < min || value > max) errors[field] = 'intervallo'
    return value
  }
  if (values.nome === '') errors.nome = 'vuoto'
  else if (values.nome.length > 60) errors.nome = 'lungo'
  if (!isZone(values.fuso)) errors.fuso = 'fuso'
  let place: Settings['place'] = null
  if (values.latitudine !== '' && values.longitudine !== '') {
    place = { latitude: numberIn('latitudine', -90, 90), longitude: numberIn('longitudine', -180, 180) }
  } else if (values.latitudine !== values.longitudine) {
    errors[values.latitudine === '' ? 'latitudine' : 'longitudine'] = 'coppia'
  }
  const threshold = numberIn('soglia', 1, 100) / 100
  const minHouses = numberIn('minimo', 2, 1000, true)
  const alert = ALERT_RULES.find((rule) => rule === (values.avviso || 'robusta'))
  if (!alert) errors.avviso = 'regola'
  const benchmark = { threshold, minHouses, alert: alert ?? 'robusta' }
  const settings = { communityName: values.nome, zone: values.fuso, place, benchmark }
  return { settings: Object.keys(errors).length === 0 ? settings : null, errors }
}

export function toValues({ communityName, zone, place, benchmark }: Settings): Values {
  return {
    nome: communityName,
    fuso: zone,
    latitudine: place ? String(place.latitude) : '',
    longitudine: place ? String(place.longitude) : '',
    soglia: String(Math.round(benchmark.threshold * 1000) / 10),
    minimo: String(benchmark.minHouses),
    avviso: benchmark.alert ?? 'robusta',
  }
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone !== ''
  } catch {
    return false
  }
}
