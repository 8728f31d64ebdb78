import type { House } from '../../hub/domain/house.ts'
import { isoSeconds, SLOT } from '../../hub/domain/time.ts'
import { listAlerts } from '../../hub/store/alerts.ts'
import { oldestHour } from '../../hub/store/hours.ts'
import { findWish } from '../../hub/store/notices.ts'
import { listUsers } from '../../hub/store/people.ts'
import type { Step } from '../api/history.ts'
import { history } from '../api/history.ts'
import type { HubDeps } from '../deps.ts'

const YEAR_MS = 366 * 24 * 3_600_000
/** Slots are asked for in pieces: a year of them is not held at once. */
const PIECE_MS = 31 * 24 * 3_600_000
const SLOTS_FOR_MS = 13 * PIECE_MS

/** All that the hub stores of one house, as one JSON document in pieces: itself, its people, where the one who asks is told of alerts, alerts, hours and slots. */
export function ownExport(deps: HubDeps, house: House, who: string): ReadableStream<Uint8Array> {
  const pieces = documentOf(deps, house, who)
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}

async function* documentOf(deps: HubDeps, house: House, who: string): AsyncGenerator<string, void> {
  const now = deps.now()
  const people = (await listUsers(deps.view)).filter((user) => user.house === house.id)
  const wish = await findWish(deps.view, who)
  const alerts = await listAlerts(deps.view, { houses: [house.id], limit: 10_000 })
  const head = {
    esportato: isoSeconds(now),
    comunita: deps.registry().settings.communityName,
    fuso: deps.registry().settings.zone,
    casa: {
      id: house.id,
      nome: house.name,
      potenza_picco_wp: house.peakPower,
      inclinazione: house.tilt,
      orientamento: house.azimuth,
      limite_w: house.connectionLimit,
      visibile: house.shown,
    },
    persone: people.map((user) => ({ nome: user.name, ruolo: user.role, dal: isoSeconds(user.createdAt) })),
    avvisami: wish && {
      email: wish.email,
      ntfy: wish.ntfy,
      lingua: wish.language,
      quiete_da_min: wish.quiet?.fromMin ?? null,
      quiete_a_min: wish.quiet?.toMin ?? null,
      rientro: wish.recovery,
      dal: isoSeconds(wish.since),
    },
    avvisi: alerts.map((a) => ({
      codice: a.code,
      aperto: isoSeconds(a.openedAt),
      chiuso: a.closedAt === null ? null : isoSeconds(a.closedAt),
      dettaglio: a.detail,
      visto: a.seen === null ? null : { da: a.seen.by, il: isoSeconds(a.seen.at) },
    })),
  }
  yield `${JSON.stringify(head).slice(0, -1)},\n"ore":[`
  const oldest = (await oldestHour(deps.readings)) ?? now
  yield* rows(deps, house.id, { from: oldest, to: now, step: '1h', piece: YEAR_MS })
  yield '],\n"intervalli_5m":['
  const from = Math.max(Math.floor(oldest / SLOT) * SLOT, now - SLOTS_FOR_MS)
  yield* rows(deps, house.id, { from, to: now, step: '5m', piece: PIECE_MS })
  yield ']}\n'
}

/** The rows of the history that hold something, a line each. */
async function* rows(
  deps: HubDeps,
  house: string,
  { from, to, step, piece }: { from: number; to: number; step: Step; piece: number },
): AsyncGenerator<string, void> {
  let first = true
  for (let start = from; start < to; start += piece) {
    const { righe } = await history(deps, { from: start, to: Math.min(to, start + piece), step, house })
    for (const row of righe) {
      if (row.qualita === 'mancante') continue
      yield `${first ? '' : ','}\n${JSON.stringify(row)}`
      first = false
    }
  }
}
