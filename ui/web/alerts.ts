import { listAlerts, markAlertSeen } from '../../hub/store/alerts.ts'
import { alertsPage } from '../pages/avvisi.tsx'
import type { AlertView } from '../view-models.ts'
import { ownHouse } from './access.ts'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf, safePath } from './context.ts'

const ALERTS_SHOWN = 100

/** `GET /avvisi`. */
export async function showAlerts(context: RouteContext): Promise<Response> {
  return html(context, alertsPage(await alertsFor(context), readerOf(context)))
}

/** The alerts that whoever asks may see: a resident those of the own house. */
export function alertsFor({ deps, principal }: Pick<RouteContext, 'deps' | 'principal'>): Promise<AlertView[]> {
  const own = ownHouse(principal)
  return listAlerts(deps.view, { ...(own === null ? {} : { houses: [own] }), limit: ALERTS_SHOWN })
}

/** `POST /avvisi/visto`: somebody has seen it; it stays open until what caused it is over. */
export async function seeAlert(context: RouteContext): Promise<Response> {
  const { c, deps, principal } = context
  if (principal.kind !== 'person') return message(context, 403)
  const form = await c.req.parseBody()
  const own = ownHouse(principal)
  const seen = await markAlertSeen(deps.control, {
    id: Number(form['avviso']),
    houses: own === null ? null : [own],
    by: principal.name,
    at: deps.now(),
  })
  return seen ? c.redirect(safePath(form['torna']), 303) : message(context, 404)
}
