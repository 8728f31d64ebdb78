import type { NodePage } from '../models/node.ts'
import { nodePage } from '../pages/nodo.tsx'
import { plantPage } from '../queries/plant.ts'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf } from './context.ts'

/** `GET /impianto/nodo/:casa`: what is known of a node, over the network and over the hub's USB port. */
export async function showNode(context: RouteContext): Promise<Response> {
  const page = await nodeOf(context, context.c.req.param('casa') ?? '')
  return page ? html(context, nodePage(page, readerOf(context))) : message(context, 404)
}

/** `POST /impianto/nodo/:casa/autotest`. */
export function testNode(context: RouteContext): Response {
  const { c, deps } = context
  const id = c.req.param('casa') ?? ''
  const node = deps.node()
  if (!deps.registry().houses.has(id) || node?.view.identity?.house !== id) return message(context, 404)
  node.test()
  return c.redirect(`/impianto/nodo/${id}`, 303)
}

export async function nodeOf({ deps }: Pick<RouteContext, 'deps'>, id: string): Promise<NodePage | null> {
  const house = deps.registry().houses.get(id)
  if (!house) return null
  const { nodes } = await plantPage(deps)
  const view = deps.node()?.view ?? null
  return {
    house: id,
    name: house.name,
    row: nodes.find((node) => node.house === id) ?? null,
    usb: view?.identity?.house === id ? view : null,
    port: view && { path: view.path, house: view.identity?.house ?? null, problem: view.problem },
  }
}
