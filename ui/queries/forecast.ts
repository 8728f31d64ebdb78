import { bestWindow, type IssuedSlots, remainingWh } from '../../hub/domain/forecast-issue.ts'
import type { House } from '../../hub/domain/house.ts'
import { DAY, dayOf, HOUR } from '../../hub/domain/time.ts'
import { COMMUNITY, readProduction, readScores, type ScoredDay } from '../../hub/store/forecasts.ts'
import type { HubDeps } from '../deps.ts'
import type { DayForecastView, ForecastDayView, ForecastPage, ForecastPoint } from '../models/forecast.ts'

const SCORED_DAYS = 30
/** Long enough for a washing machine or a dishwasher. */
const BEST_LENGTH = 2 * HOUR
/** Below this a window is no advice, Wh. */
const LEAST_BEST = 200

/** Everything the forecast page shows of a house, or of the community. */
export async function forecastPage(
  deps: HubDeps,
  house: Pick<House, 'id' | 'name' | 'peakPower' | 'battery'> | null,
  choices: readonly string[],
): Promise<ForecastPage> {
  const { settings } = deps.registry()
  const { current } = deps.forecast.forecasting
  const id = house?.id ?? COMMUNITY
  const issued = current?.issued.get(id)
  const now = deps.now()
  const scores = await readScores(deps.readings, id, now - (SCORED_DAYS + 2) * DAY)
  const yesterday = dayOf(now, settings.zone).subtract({ days: 1 }).toString()
  const past = scores.find((s) => s.day === yesterday)
  const days = current?.days ?? []
  const slots = issued?.slots
  const measured = slots ? await measuredSince(deps, house?.id ?? null, slots, days[0]?.to ?? now) : []
  return {
    house: house && { id: house.id, name: house.name },
    choices,
    slotMs: slots?.slotMs ?? HOUR,
    issued:
      issued && current && slots
        ? {
            at: current.issuedAt,
            source: issued.source,
            weatherAt: current.weatherAt,
            days: issued.days.map((day, i): ForecastDayView => {
              const { from, to } = days[i] ?? { from: 0, to: 0 }
              const best = bestWindow(slots, { from: Math.max(from, now), to }, BEST_LENGTH)
              return {
                day: day.day,
                from,
                to,
                p10Wh: day.p10,
                p50Wh: day.p50,
                p90Wh: day.p90,
                remainingWh: remainingWh(slots, { from: Math.max(now, from), to }),
                best: best && best.wh >= LEAST_BEST ? best : null,
              }
            }),
            points: pointsOf(slots, measured),
          }
        : null,
    why:
      settings.place === null
        ? 'posto'
        : house !== null && !(house.peakPower > 0)
          ? 'impianto'
          : house?.battery
            ? 'batteria'
            : issued
              ? null
              : 'presto',
    yesterday: past
      ? {
          day: past.day,
          p10Wh: past.p10Wh,
          p50Wh: past.p50Wh,
          p90Wh: past.p90Wh,
          factWh: past.factWh,
          issued: past.issuedAt !== null,
        }
      : null,
    hits: hitsOf(scores.slice(-SCORED_DAYS)),
    weather: deps.forecast.weather.stand,
  }
}

/** Points of a day for the chart that shows what was measured: the forecast it had, while it is the day that is forecast. */
export function bandOfDay(
  deps: HubDeps,
  house: string,
  day: { readonly from: number; readonly to: number },
): DayForecastView | null {
  const slots = deps.forecast.forecasting.current?.issued.get(house)?.slots
  if (!slots) return null
  const points = pointsOf(slots, []).filter((p) => p.start >= day.from && p.start < day.to)
  return points.some((p) => p.p90W > 0) ? { slotMs: slots.slotMs, points } : null
}

function pointsOf(slots: IssuedSlots, measured: readonly number[]): ForecastPoint[] {
  return [...slots.p50].map((p50W, i) => {
    const fact = measured[i] ?? Number.NaN
    return {
      start: slots.from + i * slots.slotMs,
      p10W: slots.p10[i] ?? 0,
      p50W,
      p90W: slots.p90[i] ?? 0,
      measuredW: Number.isNaN(fact) ? null : fact,
    }
  })
}

/** Mean powers of today's slots; of the community only where every plant that is forecast is known. */
async function measuredSince(
  deps: HubDeps,
  house: string | null,
  { from, slotMs }: IssuedSlots,
  to: number,
): Promise<readonly number[]> {
  const production = await readProduction(deps.readings, { from, to, slotMs })
  if (house !== null) return [...(production.get(house) ?? [])]
  const houses = [...(deps.forecast.forecasting.current?.issued.keys() ?? [])].filter((id) => id !== COMMUNITY)
  const length = Math.round((to - from) / slotMs)
  return Array.from({ length }, (_, i) => houses.reduce((sum, id) => sum + (production.get(id)?.[i] ?? Number.NaN), 0))
}

function hitsOf(scores: readonly ScoredDay[]): ForecastPage['hits'] {
  const sum = (of: (score: ScoredDay) => number) => scores.reduce((total, score) => total + of(score), 0)
  const fact = sum((s) => s.factWh)
  return {
    days: scores.length,
    recomputed: scores.filter((s) => s.issuedAt === null).length,
    daysInside: scores.filter((s) => s.factWh >= s.p10Wh && s.factWh <= s.p90Wh).length,
    hours: sum((s) => s.hours),
    hoursInside: sum((s) => s.hoursInside),
    dayMiss: fact > 0 ? sum((s) => Math.abs(s.factWh - s.p50Wh)) / fact : null,
  }
}
