import { healthPage as drawHealth } from '../pages/salute.tsx'
import { healthPage } from '../queries/health.ts'
import { ownHouse } from './access.ts'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf } from './context.ts'

/** `GET /salute?casa=`: what a plant's verdict rests on; residents see their own alone. */
export function showHealth(context: RouteContext): Response | Promise<Response> {
  const { c, deps, principal } = context
  const own = ownHouse(principal)
  const asked = c.req.query('casa')
  if (own !== null && asked !== undefined && asked !== own) return message(context, 403)
  const house = deps.registry().houses.get(own ?? asked ?? '')
  return house
    ? html(context, drawHealth(healthPage(deps, house, own === null), readerOf(context)))
    : message(context, 404)
}
