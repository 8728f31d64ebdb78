import { remainingWh } from '../../hub/domain/forecast-issue.ts'
import { isoSeconds, SECOND } from '../../hub/domain/time.ts'
import { COMMUNITY } from '../../hub/store/forecasts.ts'
import type { HubDeps } from '../deps.ts'

/** `GET /api/previsione/` of a house, or of the community (null); null where nothing is forecast. */
export function forecast(deps: HubDeps, house: string | null) {
  const { current } = deps.forecast.forecasting
  const issued = current?.issued.get(house ?? COMMUNITY)
  if (!current || !issued) return null
  const now = deps.now()
  const { slots } = issued
  const seconds = slots.slotMs / SECOND
  return {
    emessa: isoSeconds(current.issuedAt),
    fonte: issued.source,
    eta_meteo_s: current.weatherAt === null ? null : Math.max(0, Math.round((now - current.weatherAt) / SECOND)),
    fuso: deps.registry().settings.zone,
    giorni: issued.days.map((day, i) => {
      const bounds = current.days[i] ?? { from: 0, to: 0 }
      return {
        giorno: day.day,
        casa: house,
        p10_wh: Math.round(day.p10),
        p50_wh: Math.round(day.p50),
        p90_wh: Math.round(day.p90),
        residuo_wh: Math.round(remainingWh(slots, { from: Math.max(now, bounds.from), to: bounds.to })),
      }
    }),
    intervalli: [...slots.p50].map((p50, i) => ({
      inizio: isoSeconds(slots.from + i * slots.slotMs),
      durata_s: seconds,
      casa: house,
      p10_w: Math.round(slots.p10[i] ?? 0),
      p50_w: Math.round(p50),
      p90_w: Math.round(slots.p90[i] ?? 0),
    })),
  }
}
