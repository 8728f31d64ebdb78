import { forecast } from '../api/forecast.ts'
import { forecastPage as drawForecast } from '../pages/previsione.tsx'
import { forecastPage } from '../queries/forecast.ts'
import { ownHouse } from './access.ts'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf } from './context.ts'
import { json, problem } from './problem.ts'

/** The community, where a house could be chosen. */
const COMMUNITY = 'comunita'

/** `GET /previsione`: of the own house, or the one chosen; the community for those who have none. */
export async function showForecast(context: RouteContext): Promise<Response> {
  const { c, deps, principal } = context
  const { houses } = deps.registry()
  const own = ownHouse(principal)
  const asked = c.req.query('casa') ?? own ?? COMMUNITY
  if (own !== null && asked !== own && asked !== COMMUNITY) return message(context, 403)
  const house = asked === COMMUNITY ? null : houses.get(asked)
  if (house === undefined) return message(context, 404)
  const choices = own === null ? [...houses.values()].filter((h) => h.peakPower > 0).map((h) => h.id) : [own]
  return html(context, drawForecast(await forecastPage(deps, house, choices), readerOf(context)))
}

/** `GET /api/previsione/`. */
export function getForecast({ c, deps, principal }: RouteContext): Response {
  const { houses, settings } = deps.registry()
  const house = c.req.query('casa') ?? null
  const own = ownHouse(principal)
  if (house !== null && own !== null && house !== own)
    return problem(403, 'Residents see the forecast of their own house and of the community.')
  const known = house === null ? null : houses.get(house)
  if (known === undefined) return problem(404, `No house "${(house ?? '').slice(0, 40)}".`)
  if (settings.place === null)
    return problem(409, 'There is no forecast without the position of the community: set it.')
  if (known && !(known.peakPower > 0))
    return problem(409, `House "${known.id}" has no panels: nothing is forecast of it.`)
  if (known?.battery)
    return problem(409, `House "${known.id}" has a battery behind its inverter: nothing is forecast of it.`)
  const answer = forecast(deps, house)
  if (!answer) return problem(503, 'The first forecast is being made: ask again.', [], { 'retry-after': '60' })
  return json(answer)
}
