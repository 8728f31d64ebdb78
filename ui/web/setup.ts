import { audit } from '../../hub/store/people.ts'
import { writeSettings } from '../../hub/store/settings.ts'
import type { HubDeps } from '../deps.ts'
import type { SetupNodes } from '../models/setup.ts'
import { PLACE_FIELDS } from '../models/setup.ts'
import { setupCommunityPage, setupHousesPage, setupNodesPage } from '../pages/setup.tsx'
import { html } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf, whoOf } from './context.ts'
import { formValues } from './form.ts'
import { EMPTY_HOUSE } from './houses.ts'
import { parseSettings, toValues } from './settings.ts'

const STRANGERS_SHOWN = 5

/** `GET /avvio/comunita`. */
export function showSetupCommunity(context: RouteContext): Response {
  const values = toValues(context.deps.registry().settings)
  return html(context, setupCommunityPage({ values, errors: {} }, readerOf(context)))
}

/** `POST /avvio/comunita`: what this step asks; the rest of the settings stays as it is. */
export async function saveSetupCommunity(context: RouteContext): Promise<Response> {
  const { c, deps, principal } = context
  const values = { ...toValues(deps.registry().settings), ...formValues(PLACE_FIELDS, await c.req.parseBody()) }
  const { settings, errors } = parseSettings(values)
  if (!settings) return html(context, setupCommunityPage({ values, errors }, readerOf(context)), 422)
  const { communityName, zone, place } = settings
  const at = deps.now()
  await writeSettings(deps.control, { communityName, zone, place }, at)
  await audit(deps.control, {
    at,
    who: whoOf(principal),
    what: 'settings changed',
    detail: { communityName, zone, place },
  })
  await deps.refreshRegistry()
  return c.redirect('/avvio/case', 303)
}

/** `GET /avvio/case`: the form itself is the one of the houses page, which comes back here. */
export function showSetupHouses(context: RouteContext): Response {
  const houses = [...context.deps.registry().houses.values()]
  return html(context, setupHousesPage({ houses, values: EMPTY_HOUSE, errors: {} }, readerOf(context)))
}

/** `GET /avvio/nodi`. */
export function showSetupNodes(context: RouteContext): Response {
  return html(context, setupNodesPage(setupNodes(context.deps, hostOf(context)), readerOf(context)))
}

/** `POST /avvio/fine`. */
export async function finishSetup({ c, deps, principal }: RouteContext): Promise<Response> {
  const at = deps.now()
  await writeSettings(deps.control, { setupDone: true }, at)
  await audit(deps.control, { at, who: whoOf(principal), what: 'first start finished', detail: {} })
  await deps.refreshRegistry()
  return c.redirect('/', 303)
}

/** What has been heard of the nodes so far, and who was not let in. */
export function setupNodes(deps: HubDeps, host: string): SetupNodes {
  const { houses } = deps.registry()
  const latest = deps.live.latestOf(houses.keys())
  return {
    nodes: [...houses.keys()].map((house) => {
      const { production, consumption } = latest.get(house) ?? { production: null, consumption: null }
      const heardAt = Math.max(production?.at ?? 0, deps.live.node(house)?.at ?? 0)
      return {
        house,
        heardAt: heardAt > 0 ? heardAt : null,
        productionW: production?.w ?? null,
        consumptionW: consumption?.w ?? null,
      }
    }),
    strangers: deps.strangers().slice(0, STRANGERS_SHOWN),
    mqttPort: deps.broker().port,
    host,
  }
}

/** The address under which this reader reaches the hub, which a node on the same network does too. */
export function hostOf({ c }: Pick<RouteContext, 'c'>): string {
  return new URL(c.req.url).hostname
}
