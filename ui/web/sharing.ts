import { dayOf } from '../../hub/domain/time.ts'
import { oldestHour } from '../../hub/store/hours.ts'
import type { SharingPage } from '../models/sharing.ts'
import { sharingPage as drawSharing } from '../pages/condivisione.tsx'
import { choosePeriod, keyOf } from '../queries/period.ts'
import { sharingPage } from '../queries/sharing.ts'
import { sharingTable } from '../view/sharing-csv.ts'
import { viewerOf } from './access.ts'
import { CSV, download, html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf } from './context.ts'

/** `GET /condivisione`: this month. */
export async function showSharingNow(context: RouteContext): Promise<Response> {
  const { deps, c } = context
  return c.redirect(`/condivisione/${keyOf('mese', dayOf(deps.now(), deps.registry().settings.zone))}`, 303)
}

/** `GET /condivisione/:mese`. */
export async function showSharing(context: RouteContext): Promise<Response> {
  const page = await ask(context)
  return page ? html(context, drawSharing(page, readerOf(context))) : message(context, 404)
}

/** `GET /condivisione/:mese/csv`: a row a member. */
export async function downloadSharing(context: RouteContext): Promise<Response> {
  const page = await ask(context)
  if (!page) return message(context, 404)
  const excel = context.c.req.query('formato') === 'excel'
  const name = `solar-family-condivisione-${page.period.key}.csv`
  return download(sharingTable(page, excel ? 'excel' : 'plain'), name, CSV)
}

async function ask({ c, deps, memo, principal }: RouteContext): Promise<SharingPage | null> {
  const { zone } = deps.registry().settings
  const period = choosePeriod(c.req.param('mese') ?? '', deps.now(), await oldestHour(deps.readings), zone)
  if (period?.span !== 'mese') return null
  const viewer = viewerOf(principal)
  return memo.get(`condivisione ${period.key} ${JSON.stringify(viewer)}`, () => sharingPage(deps, viewer, period))
}
