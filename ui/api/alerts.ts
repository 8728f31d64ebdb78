import { isoSeconds } from '../../hub/domain/time.ts'
import { listAlerts } from '../../hub/store/alerts.ts'
import type { HubDeps } from '../deps.ts'

/** Fields of a detail that are instants. */
const INSTANTS: ReadonlySet<string> = new Set(['ultimo', 'dal'])

/** `GET /api/avvisi/`: open alerts first, then the past ones; of one house where only that may be seen. */
export async function alerts(deps: HubDeps, house: string | null) {
  const rows = await listAlerts(deps.view, house === null ? {} : { houses: [house] })
  return {
    avvisi: rows.map((a) => ({
      casa: a.house,
      codice: a.code,
      aperto: isoSeconds(a.openedAt),
      chiuso: a.closedAt === null ? null : isoSeconds(a.closedAt),
      dettaglio: Object.fromEntries(
        Object.entries(a.detail).map(([key, value]) => [
          key,
          INSTANTS.has(key) && typeof value === 'number' ? isoSeconds(value) : value,
        ]),
      ),
    })),
  }
}
