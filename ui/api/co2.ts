import type { FieldError, Result } from '../../hub/domain/result.ts'
import { fail, ok } from '../../hub/domain/result.ts'
import { DAY, isoSeconds } from '../../hub/domain/time.ts'
import type { HubDeps } from '../deps.ts'
import { co2Of } from '../queries/co2.ts'
import { parseSpan } from './history.ts'

/** With factors of single hours every hour is read: that is answered for so long at once. */
const MOST = 5 * 366 * DAY

export function parseCo2(
  query: Record<string, string | undefined>,
  now: number,
  zone: string,
): Result<{ from: number; to: number; house: string | null }, FieldError[]> {
  const { from, to, errors } = parseSpan(query, now, zone)
  if (errors.length === 0 && to - from > MOST)
    errors.push({ campo: 'da', valore: query['da'], atteso: 'at most 5 years before "a"' })
  return errors.length > 0 ? fail(errors) : ok({ from, to, house: query['casa'] ?? null })
}

/** `GET /api/co2/`: three numbers that are never added up, and apart the gross definition and the life cycle. */
export async function co2(deps: HubDeps, { from, to, house }: { from: number; to: number; house: string | null }) {
  const answer = await co2Of(deps, from, to, house)
  const { sum } = answer
  return {
    da: isoSeconds(answer.from),
    a: isoSeconds(answer.to),
    fattori: answer.factors.map((f) => ({ g_kwh: f.gPerKwh, fonte: f.source, anno: f.year, dal: f.from })),
    ore_con_fattore_orario: answer.hourly,
    produzione_wh: Math.round(sum.producedWh),
    produzione_g: Math.round(sum.grossG),
    evitata_autoconsumo_g: Math.round(sum.ownG),
    evitata_condivisione_g: Math.round(sum.sharedG),
    immessa_g: Math.round(sum.exportedG),
    ciclo_vita_g: Math.round(sum.lifeCycleG),
    ore_senza_fattore: sum.withoutFactor,
  }
}
