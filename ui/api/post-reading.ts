import type { Series } from '../../hub/domain/reading.ts'
import type { HubDeps } from '../deps.ts'
import type { Principal } from '../web/access.ts'
import { json, problem } from '../web/problem.ts'
import { postedHouse } from './posted-house.ts'

/** `POST /api/produzione/` and `/api/bilancio/`: the same path as a message over MQTT, answered after the commit. */
export async function postReading(
  deps: HubDeps,
  series: Series,
  principal: Principal,
  body: unknown,
): Promise<Response> {
  const house = postedHouse(deps, principal, body)
  if (house instanceof Response) return house
  const outcome = await deps.ingest.reading(house, series, body as object)
  switch (outcome.kind) {
    case 'stored':
      return json({ casa: house.id, esito: 'registrata' }, 201)
    case 'duplicate':
      return json({ casa: house.id, esito: 'duplicata' }, 201)
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
