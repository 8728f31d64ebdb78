import type { WeatherSettings } from '../../hub/domain/settings.ts'
import { audit } from '../../hub/store/people.ts'
import { writeSettings } from '../../hub/store/settings.ts'
import type { WeatherForm } from '../models/weather.ts'
import { shownOf, weatherForm } from '../queries/weather.ts'
import type { RouteContext } from './context.ts'
import { whoOf } from './context.ts'
import { settingsWith } from './settings.ts'

/** `POST /impostazioni/meteo`: an admin agrees, withdraws, or says whom to ask. Every change is in the log of changes, the key is not. */
export async function saveWeather(context: RouteContext): Promise<Response> {
  const { c, deps, principal } = context
  const form = await c.req.parseBody()
  const text = (name: string) => (typeof form[name] === 'string' ? form[name].trim() : '')
  const { weather: before, place } = deps.registry().settings
  const by = whoOf(principal)
  const at = deps.now()
  const agrees = text('acconsento') === 'si'
  const errors: WeatherForm['errors'] = {
    ...(agrees && place === null ? { acconsento: 'posto' } : {}),
    ...(isServiceUrl(text('previsione_url')) ? {} : { previsione_url: 'url' }),
    ...(isServiceUrl(text('satellite_url')) ? {} : { satellite_url: 'url' }),
  }
  const next: WeatherSettings = {
    agreed: agrees ? (before.agreed ?? { at, by }) : null,
    forecastUrl: text('previsione_url'),
    satelliteUrl: text('satellite_url'),
    apiKey: text('dimentica') === 'si' ? null : text('chiave') || before.apiKey,
  }
  if (Object.keys(errors).length > 0) {
    return settingsWith(context, { weather: { ...weatherForm(deps, false), ...shownOf(next, before), errors } }, 422)
  }
  await writeSettings(deps.control, { weather: next }, at)
  const changed = (Object.keys(next) as (keyof WeatherSettings)[]).filter(
    (key) => JSON.stringify(next[key]) !== JSON.stringify(before[key]),
  )
  if (changed.length > 0) {
    const { apiKey, ...told } = next
    const detail = { ...told, hasKey: apiKey !== null, changed }
    await audit(deps.control, { at, who: by, what: 'weather settings changed', detail })
  }
  await deps.refreshRegistry()
  void deps.forecast.look()
  return c.redirect('/impostazioni?meteo=salvato#meteo', 303)
}

const OWN_NETWORK =
  /^(localhost|127\.\d+\.\d+\.\d+|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+|\[::1\]|.+\.local)$/

/** A name or address that only one's own network has. */
export function isOwnNetwork(host: string): boolean {
  return OWN_NETWORK.test(host)
}

/** https anywhere, http in one's own network alone: a key and a position are not sent in the clear. */
export function isServiceUrl(text: string): boolean {
  if (text.length > 500 || !URL.canParse(text)) return false
  const { protocol, hostname, username } = new URL(text)
  if (username !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && OWN_NETWORK.test(hostname))
}
