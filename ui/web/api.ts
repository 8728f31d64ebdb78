import type { Series } from '../../hub/domain/reading.ts'
import { hasHistory } from '../../hub/store/readings.ts'
import { alerts } from '../api/alerts.ts'
import { co2, parseCo2 } from '../api/co2.ts'
import { communityState, dashboard } from '../api/community.ts'
import { history, historyCsv, parseHistory } from '../api/history.ts'
import { metrics } from '../api/metrics.ts'
import { postReading } from '../api/post-reading.ts'
import { tariff } from '../api/tariff.ts'
import { ownHouse, viewerOf } from './access.ts'
import type { RouteContext } from './context.ts'
import { jsonBody } from './json-body.ts'
import { json, problem } from './problem.ts'

export function getCommunityState({ deps, principal }: RouteContext): Response {
  return json(communityState(deps, viewerOf(principal)))
}

export function getDashboard({ deps, principal }: RouteContext): Response {
  return json(dashboard(deps, viewerOf(principal)))
}

export async function getAlerts({ deps, principal }: RouteContext): Promise<Response> {
  return json(await alerts(deps, ownHouse(principal)))
}

/** `GET /api/storico/`: as JSON, or as CSV where that is asked for. */
export async function getHistory({ c, deps, principal }: RouteContext): Promise<Response> {
  const { houses, settings } = deps.registry()
  const question = parseHistory(c.req.query(), deps.now(), settings.zone)
  if (!question.ok) return problem(422, 'The question cannot be answered as asked.', question.error)
  const { house } = question.value
  const own = ownHouse(principal)
  if (house !== null && own !== null && house !== own)
    return problem(403, 'Residents see the history of their own house and of the community.')
  if (house !== null && !houses.has(house) && !(await hasHistory(deps.readings, house)))
    return problem(404, `No house "${house.slice(0, 40)}".`)
  const answer = await history(deps, question.value)
  if (!/\btext\/csv\b/.test(c.req.header('accept') ?? '')) return json(answer)
  return new Response(historyCsv(answer), { headers: { 'content-type': 'text/csv; charset=utf-8' } })
}

export function postOf(series: Series): (context: RouteContext) => Promise<Response> {
  return async (context) => {
    const body = await jsonBody(context)
    if (body instanceof Response) return body
    const { deps, principal } = context
    return postReading(deps, series, principal, body)
  }
}

/** `GET /api/co2/`. */
/** `GET /api/tariffa/`. */
export async function getTariff({ deps }: RouteContext): Promise<Response> {
  return json(await tariff(deps))
}

export async function getCo2({ c, deps, principal }: RouteContext): Promise<Response> {
  const { houses, settings } = deps.registry()
  const question = parseCo2(c.req.query(), deps.now(), settings.zone)
  if (!question.ok) return problem(422, 'The question cannot be answered as asked.', question.error)
  const own = ownHouse(principal)
  const { house } = question.value
  if (house !== null && own !== null && house !== own)
    return problem(403, 'Residents see the CO2 of their own house and of the community.')
  if (house !== null && !houses.has(house) && !(await hasHistory(deps.readings, house)))
    return problem(404, `No house "${house.slice(0, 40)}".`)
  return json(await co2(deps, question.value))
}

/** `GET /healthz`: well or not, to anybody; why, to who may read. */
export function getHealth({ deps, principal }: RouteContext): Response {
  const reasons = deps.health()
  const mayRead = principal.kind === 'token' || (principal.kind === 'person' && principal.role !== 'resident')
  return json(
    { stato: reasons.length === 0 ? 'ok' : 'degradato', ...(mayRead ? { motivi: reasons } : {}) },
    reasons.length === 0 ? 200 : 503,
  )
}

/** `GET /metrics`: for Prometheus. */
export async function getMetrics({ deps }: RouteContext): Promise<Response> {
  return new Response(await metrics(deps), { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } })
}
