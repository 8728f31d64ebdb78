import { HOUR, MINUTE, SECOND } from '../../hub/domain/time.ts'
import type { LoadTopic } from '../../hub/flow/load-inbox.ts'
import { loadAnswer, loadsAnswer } from '../api/loads.ts'
import { postedHouse } from '../api/posted-house.ts'
import type { HubDeps } from '../deps.ts'
import { loadViews } from '../queries/loads.ts'
import { ownHouse } from './access.ts'
import type { RouteContext } from './context.ts'
import { whoOf } from './context.ts'
import { jsonBody } from './json-body.ts'
import { json, problem } from './problem.ts'

/** A node that asks over HTTP comes again after this, s. */
const RETRY_S = 30
export const MODES = ['auto', 'acceso', 'spento'] as const
export type Mode = (typeof MODES)[number]
export const USUAL_OVERRIDE_S = (2 * HOUR) / SECOND
const SHORTEST_OVERRIDE_S = MINUTE / SECOND
const LONGEST_OVERRIDE_S = (24 * HOUR) / SECOND

/** `GET /api/carichi/`. */
export function getLoads({ deps, principal }: RouteContext): Response {
  return json(loadsAnswer(deps, ownHouse(principal)))
}

/** `POST /api/carichi/<casa>/<carico>/`: a person takes over a load, or gives it back. */
export async function postOverride(context: RouteContext): Promise<Response> {
  const { c, deps, principal } = context
  const body = await jsonBody(context)
  if (body instanceof Response) return body
  const house = c.req.param('casa') ?? ''
  const load = c.req.param('carico') ?? ''
  const own = ownHouse(principal)
  if (own !== null && own !== house) return problem(403, 'Residents switch the loads of their own house.')
  const known =
    deps.registry().houses.has(house) &&
    deps
      .registry()
      .loads.get(house)
      ?.some((l) => l.load.id === load)
  if (!known) return problem(404, `No load "${load.slice(0, 40)}" at a house "${house.slice(0, 40)}".`)
  const { modo, durata_s = USUAL_OVERRIDE_S } = (body ?? {}) as { modo?: unknown; durata_s?: unknown }
  const mode = MODES.find((m) => m === modo)
  if (!mode)
    return problem(422, 'The field "modo" is not right.', [
      { campo: 'modo', valore: modo ?? null, atteso: `one of ${MODES.join(', ')}` },
    ])
  const isLong = typeof durata_s === 'number' && durata_s >= SHORTEST_OVERRIDE_S && durata_s <= LONGEST_OVERRIDE_S
  if (mode !== 'auto' && !isLong)
    return problem(422, 'The field "durata_s" is not right.', [
      {
        campo: 'durata_s',
        valore: durata_s,
        atteso: `seconds from ${SHORTEST_OVERRIDE_S} to ${LONGEST_OVERRIDE_S}: nobody takes over for ever by accident`,
      },
    ])
  await takeOver(deps, { house, load, mode, durationS: Number(durata_s), who: whoOf(principal) })
  const view = loadViews(deps, [house]).find((v) => v.load.id === load)
  return view ? json(loadAnswer(view, deps.now())) : problem(404, 'The load was taken away meanwhile.')
}

/** Stores what a person wants and lets the hub act on it at once. */
export async function takeOver(
  deps: HubDeps,
  wish: { house: string; load: string; mode: Mode; durationS: number; who: string },
): Promise<void> {
  const { house, load, mode, durationS, who } = wish
  await deps.loads.override({ house, load }, mode === 'auto' ? null : { on: mode === 'acceso', durationS }, who)
}

/** `GET /api/comandi/?casa=`: for nodes that only speak HTTP; asking renews. */
export function getCommands({ c, deps, principal }: RouteContext): Response {
  const house = postedHouse(deps, principal, { casa: c.req.query('casa') })
  if (house instanceof Response) return house
  return json({ casa: house.id, comandi: deps.loads.poll(house.id), riprova_s: RETRY_S })
}

/** `POST /api/comandi/esito/`. */
export const postResult = (context: RouteContext) => post(context, (house) => ({ kind: 'commandResult', house }))

/** `POST /api/carico/stato/`. */
export const postLoadState = (context: RouteContext) =>
  post(context, (house, body) => {
    const { carico } = body as { carico?: unknown }
    return typeof carico === 'string' ? { kind: 'loadState', house, load: carico } : null
  })

async function post(
  context: RouteContext,
  topicOf: (house: string, body: object) => LoadTopic | null,
): Promise<Response> {
  const { deps, principal } = context
  const body = await jsonBody(context)
  if (body instanceof Response) return body
  const house = postedHouse(deps, principal, body)
  if (house instanceof Response) return house
  const topic = topicOf(house.id, body as object)
  const isKnown =
    topic &&
    ('load' in topic
      ? deps
          .registry()
          .loads.get(house.id)
          ?.some((l) => l.load.id === topic.load)
      : true)
  if (!topic || !isKnown)
    return problem(404, `${house.id} has no such load.`, [
      {
        campo: 'carico',
        valore: (body as { carico?: unknown }).carico ?? null,
        atteso: 'the id of a load of this house',
      },
    ])
  const outcome = await deps.loads.inbox(topic, body as object)
  switch (outcome.kind) {
    case 'stored':
    case 'duplicate':
      return json({ casa: house.id, esito: 'registrata' }, 201)
    case 'refused': {
      const { campo, valore, atteso } = outcome.refusal
      return problem(422, `"${campo || 'body'}" is not right: ${atteso}.`, [{ campo, valore, atteso }])
    }
    case 'failed':
      return problem(503, `It could not be stored (${outcome.code}); send it again.`, [], { 'retry-after': '30' })
  }
}
