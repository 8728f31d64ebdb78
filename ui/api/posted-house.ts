import type { House } from '../../hub/domain/house.ts'
import { idProblem } from '../../hub/domain/house.ts'
import type { HubDeps } from '../deps.ts'
import type { Principal } from '../web/access.ts'
import { problem } from '../web/problem.ts'

/** The house that a node, a bridge or an administrator speaks for in `casa`, or why it may not. */
export function postedHouse(deps: HubDeps, principal: Principal, body: unknown): House | Response {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return problem(422, 'The body is not a JSON object.', [
      { campo: '', valore: null, atteso: 'an object such as {"casa":"casa_A","potenza_w":1500}' },
    ])
  }
  const id = (body as { casa?: unknown }).casa
  if (typeof id !== 'string') {
    return problem(422, 'The field "casa" is missing or not text.', [
      { campo: 'casa', valore: id ?? null, atteso: 'the id of a house' },
    ])
  }
  const own =
    principal.kind === 'house'
      ? principal.house
      : principal.kind === 'token' && principal.role === 'node'
        ? principal.house
        : null
  if (own !== null && own !== id) return problem(403, `This key speaks for ${own} only, not for ${id.slice(0, 40)}.`)
  return (
    deps.registry().houses.get(id) ??
    problem(404, idProblem(id.slice(0, 40)) ?? `No house "${id}". Add it with: solar-family house add ${id} --peak W`)
  )
}
