import { idProblem } from '../../hub/domain/house.ts'
import type { Series } from '../../hub/domain/reading.ts'
import type { HubDeps } from '../deps.ts'
import type { Principal } from '../web/access.ts'
import { json, problem } from '../web/problem.ts'

/** `POST /api/produzione/` and `/api/bilancio/`: the same path as a message over MQTT, answered after the commit. */
export async function postReading(
  deps: HubDeps,
  series: Series,
  principal: Principal,
  body: unknown,
): Promise<Response> {
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
  if (own !== null && own !== id) return problem(403, `This key posts for ${own} only, not for ${id.slice(0, 40)}.`)
  const house = deps.registry().houses.get(id)
  if (!house)
    return problem(
      404,
      idProblem(id.slice(0, 40)) ?? `No house "${id}". Add it with: solar-family house add ${id} --peak W`,
    )
  const outcome = await deps.ingest.reading(house, series, body)
  switch (outcome.kind) {
    case 'stored':
      return json({ casa: id, esito: 'registrata' }, 201)
    case 'duplicate':
      return json({ casa: id, esito: 'duplicata' }, 201)
    case 'refused': {
      const { campo, valore, atteso } = outcome.refusal
      return problem(422, `"${campo || 'body'}" is not right: ${atteso}.`, [{ campo, valore, atteso }])
    }
    case 'failed':
      return problem(503, `The reading could not be stored (${outcome.code}); send it again.`, [], {
        'retry-after': '30',
      })
  }
}
