import type { Comparison, HistoryPage } from '../models/history.ts'
import { COMPARISONS } from '../models/history.ts'
import { historyPage as drawHistory } from '../pages/storico.tsx'
import { co2Of } from '../queries/co2.ts'
import { historyPage } from '../queries/history.ts'
import { historyTable } from '../view/history-csv.ts'
import { ownHouse } from './access.ts'
import { CSV, download, html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf } from './context.ts'

/** The community, where a house could be chosen. */
const COMMUNITY = 'comunita'

/** `GET /storico`: this month, or what the form asks for, at the address that says so. */
export function chooseHistory({ c }: RouteContext): Response {
  const { periodo, casa, vs } = c.req.query()
  const query = new URLSearchParams({
    ...(casa ? { casa } : {}),
    ...(vs && vs !== 'nessuno' ? { vs } : {}),
  }).toString()
  return c.redirect(`/storico/${encodeURIComponent(periodo ?? 'mese')}${query ? `?${query}` : ''}`, 303)
}

/** `GET /storico/:periodo`. */
export async function showHistory(context: RouteContext): Promise<Response> {
  const page = await ask(context)
  return page instanceof Response ? page : html(context, drawHistory(page, readerOf(context)))
}

/** `GET /storico/:periodo/csv`: the same intervals as a file; `formato=excel` as Excel wants it where the comma is decimal. */
export async function downloadHistory(context: RouteContext): Promise<Response> {
  const page = await ask(context)
  if (page instanceof Response) return page
  const { zone } = context.deps.registry().settings
  const excel = context.c.req.query('formato') === 'excel'
  const name = `solar-family-${page.house?.id ?? COMMUNITY}-${page.period.key}.csv`
  return download(historyTable(page, zone, excel ? 'excel' : 'plain'), name, CSV)
}

async function ask(context: RouteContext): Promise<HistoryPage | Response> {
  const { c, deps, principal } = context
  const { houses } = deps.registry()
  const own = ownHouse(principal)
  const asked = c.req.query('casa') ?? own ?? COMMUNITY
  if (own !== null && asked !== own && asked !== COMMUNITY) return message(context, 403)
  const house = asked === COMMUNITY ? null : houses.get(asked)
  if (house === undefined) return message(context, 404)
  const key = c.req.param('periodo')
  const page = await historyPage(deps, {
    key: key === 'mese' ? undefined : key,
    comparison: comparisonOf(c.req.query('vs')),
    house: house && { id: house.id, name: house.name },
    choices: own === null ? [...houses.keys()] : [own],
    co2Of: async (total, id) => {
      const { sum, factors, hourly } = await co2Of(deps, total.start, total.end, id, total)
      return { ...sum, factors, hourly }
    },
  })
  return page ?? message(context, 404)
}

function comparisonOf(text: string | undefined): Comparison {
  return COMPARISONS.find((c) => c === text) ?? 'nessuno'
}
