import { setHouseKey } from '../../hub/store/houses.ts'
import { audit } from '../../hub/store/people.ts'
import type { RouteContext } from '../web/context.ts'
import { whoOf } from '../web/context.ts'
import { json, problem } from '../web/problem.ts'

/** `POST /api/case/:casa/chiave`: a new node key, in this answer and nowhere else; the old one is worthless from now on. For programs, by token. */
export async function newNodeKey({ c, deps, principal }: RouteContext): Promise<Response> {
  if (principal.kind !== 'token') return problem(403, 'Keys are given to programs with a technician token.')
  const id = c.req.param('casa') ?? ''
  const key = deps.secrets.nodeKey()
  if (!(await setHouseKey(deps.control, id, deps.hashKey(key)))) return problem(404, `No house "${id.slice(0, 40)}".`)
  await audit(deps.control, {
    at: deps.now(),
    who: whoOf(principal),
    what: 'house.rotate-key',
    detail: { id, by: 'provision' },
  })
  await deps.refreshRegistry()
  const { port } = deps.broker()
  const answer = json({ casa: id, chiave: key, mqtt_porta: port, radice: deps.mqttRoot }, 201)
  answer.headers.set('cache-control', 'no-store')
  return answer
}
