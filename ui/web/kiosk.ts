import { streamSSE } from 'hono/streaming'
import type { KioskPage } from '../models/kiosk.ts'
import { kioskPage, liveParts } from '../pages/kiosk.tsx'
import { chooseDay } from '../queries/day.ts'
import { communityTotals, readDay } from '../queries/energy.ts'
import { wholeBalance } from '../queries/live.ts'
import { kioskSvg } from '../view/kiosk-svg.tsx'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf } from './context.ts'
import { principalOf } from './session.ts'

/** `GET /kiosk`: the wall display. Its token is in the address, as a display has nobody to sign it in. */
export async function showKiosk(context: RouteContext): Promise<Response> {
  return html(context, kioskPage(await kiosk(context), readerOf(context)))
}

/** `GET /kiosk.svg`: the same as a picture for electronic paper, to be fetched every few minutes. */
export async function drawKiosk(context: RouteContext): Promise<Response> {
  return new Response(kioskSvg(await kiosk(context), readerOf(context)), {
    headers: { 'content-type': 'image/svg+xml; charset=utf-8', 'cache-control': 'no-store' },
  })
}

/** `GET /kiosk/eventi`. */
export function streamKiosk(context: RouteContext): Response {
  const { c, deps, events } = context
  if (events.isFull) return message(context, 503)
  const { language } = readerOf(context)
  const key = JSON.stringify(['kiosk', language])
  const render = async () => liveParts(await kiosk(context), readerOf(context))
  return streamSSE(c, (stream) =>
    events.serve(key, render, async () => (await principalOf(deps, c)).kind !== 'nobody', stream),
  )
}

async function kiosk({ c, deps, memo }: RouteContext): Promise<KioskPage> {
  const { houses, settings } = deps.registry()
  const day = chooseDay(undefined, deps.now(), settings.zone)
  const energy = await memo.get(`day ${day.day} ${day.isToday}`, () => readDay(deps.readings, day.from, deps.now()))
  const balance = wholeBalance(deps)
  const sum = (of: (house: (typeof balance.houses)[number]) => number) => balance.houses.reduce((s, h) => s + of(h), 0)
  const query = new URLSearchParams(c.req.query()).toString()
  return {
    productionW: sum((h) => h.productionW),
    consumptionW: sum((h) => h.consumptionW),
    sharedW: balance.sharedW,
    gridImportW: balance.gridImportW,
    gridExportW: balance.gridExportW,
    heard: balance.houses.length,
    houses: houses.size,
    today: communityTotals(energy, houses.size),
    mono: c.req.query('mono') === '1',
    stream: `/kiosk/eventi${query ? `?${query}` : ''}`,
  }
}
