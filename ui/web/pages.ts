import { streamSSE } from 'hono/streaming'
import type { House } from '../../hub/domain/house.ts'
import type { KeyedHouse } from '../../hub/store/houses.ts'
import { liveParts as alertsParts } from '../pages/avvisi.tsx'
import { loadsParts } from '../pages/carichi.tsx'
import { housePage as drawHouse, liveParts as houseParts } from '../pages/casa.tsx'
import { liveParts as communityParts, communityPage as drawCommunity } from '../pages/comunita.tsx'
import { plantPage as drawPlant, liveParts as plantParts } from '../pages/impianto.tsx'
import { logPage } from '../pages/log.tsx'
import { liveParts as nodeParts } from '../pages/nodo.tsx'
import { liveParts as setupParts } from '../pages/setup.tsx'
import { chooseDay } from '../queries/day.ts'
import { logEntries } from '../queries/log.ts'
import type { PageQuery } from '../queries/pages.ts'
import { communityPage, housePage } from '../queries/pages.ts'
import { plantPage } from '../queries/plant.ts'
import type { LivePart } from '../view/live.ts'
import type { Reader } from '../view-models.ts'
import { ownHouse, viewerOf } from './access.ts'
import { alertsFor } from './alerts.ts'
import { download, html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf } from './context.ts'
import { loadsOf } from './loads.ts'
import { nodeOf } from './node.ts'
import { principalOf } from './session.ts'
import { hostOf, setupNodes } from './setup.ts'

/** `GET /`: one house, the own one of a resident, a chosen one for others. */
export async function showHouse(context: RouteContext): Promise<Response> {
  const house = chooseHouse(context)
  if (house === 'forbidden') return message(context, 403)
  if (!house) return message(context, context.deps.registry().houses.size === 0 ? 'noHouse' : 404)
  return html(
    context,
    drawHouse(await housePage(pageQuery(context, context.c.req.query('giorno')), house), readerOf(context)),
  )
}

/** `GET /comunita`. */
export async function showCommunity(context: RouteContext): Promise<Response> {
  return html(
    context,
    drawCommunity(await communityPage(pageQuery(context, context.c.req.query('giorno'))), readerOf(context)),
  )
}

/** `GET /impianto`. */
export async function showPlant(context: RouteContext): Promise<Response> {
  return html(context, drawPlant(await plantPage(context.deps), readerOf(context)))
}

/** `GET /registro`. */
export function showLog(context: RouteContext): Response {
  const { c, deps } = context
  return html(context, logPage(logEntries(deps.logLines(), c.req.query()), readerOf(context)))
}

/** `GET /registro/scarica`: the lines as they are. */
export function downloadLog({ deps }: RouteContext): Response {
  return download(`${deps.logLines().join('\n')}\n`, 'solar-family.log.jsonl', 'application/jsonl')
}

/** `GET /eventi?pagina=`: the changing parts of an open page, again and again. */
export async function streamPage(context: RouteContext): Promise<Response> {
  const { c, deps, events, principal } = context
  const page = c.req.query('pagina')
  const house = page === 'casa' || page === 'carichi' ? chooseHouse(context) : null
  const own = ownHouse(principal)
  const isTechnical = principal.kind === 'person' && principal.role !== 'resident'
  const technical = ['impianto', 'nodo', 'avvio'].includes(page ?? '')
  if (house === 'forbidden' || (technical && !isTechnical)) return message(context, 403)
  if (events.isFull) return message(context, 503)
  const reader = readerOf(context)
  const render = parts(context, page, house, () => ({ ...readerOf(context), path: pathOf(page, house) }))
  if (!render) return message(context, 404)
  const key = JSON.stringify([
    page,
    page === 'nodo' ? c.req.query('casa') : (house?.id ?? null),
    reader.language,
    own,
    isTechnical,
  ])
  return streamSSE(c, (stream) =>
    events.serve(key, render, async () => (await principalOf(deps, c)).kind !== 'nobody', stream),
  )
}

function parts(
  context: RouteContext,
  page: string | undefined,
  house: KeyedHouse | null | undefined,
  reader: () => Reader,
): (() => Promise<readonly LivePart[]>) | null {
  switch (page) {
    case 'casa':
      return house ? async () => houseParts(await housePage(pageQuery(context, undefined), house), reader()) : null
    case 'carichi':
      return house ? async () => loadsParts(await loadsOf(context, house), reader()) : null
    case 'comunita':
      return async () => communityParts(await communityPage(pageQuery(context, undefined)), reader())
    case 'avvio':
      return async () => setupParts(setupNodes(context.deps, hostOf(context)), reader())
    case 'avvisi':
      return async () => alertsParts(await alertsFor(context), reader())
    case 'nodo': {
      const asked = context.c.req.query('casa') ?? ''
      if (!context.deps.registry().houses.has(asked)) return null
      return async () => {
        const node = await nodeOf(context, asked)
        return node ? nodeParts(node, reader()) : []
      }
    }
    case 'impianto':
      return async () => plantParts(await plantPage(context.deps), reader())
    default:
      return null
  }
}

/** Where the page of a stream lives: its forms come back there. */
function pathOf(page: string | undefined, house: House | null | undefined): string {
  if (page === 'carichi') return house ? `/carichi?${new URLSearchParams({ casa: house.id })}` : '/carichi'
  if (page === 'casa') return house ? `/?${new URLSearchParams({ casa: house.id })}` : '/'
  return `/${page}`
}

/** `asked` = the day in the address; an open page always shows today. */
function pageQuery({ deps, memo, principal }: RouteContext, asked: string | undefined): PageQuery {
  const day = chooseDay(asked, deps.now(), deps.registry().settings.zone)
  return { deps, memo, viewer: viewerOf(principal), day }
}

/** The house a request is about: `forbidden` when it is another one than a resident's own, undefined when unknown. */
function chooseHouse({ c, deps, principal }: RouteContext): KeyedHouse | 'forbidden' | undefined {
  const { houses } = deps.registry()
  const own = ownHouse(principal)
  const asked = c.req.query('casa')
  if (own !== null && asked !== undefined && asked !== own) return 'forbidden'
  return houses.get(own ?? asked ?? [...houses.keys()][0] ?? '')
}
