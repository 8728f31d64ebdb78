import type { AlertCode } from '../domain/alert.ts'
import type { PlantForecast } from '../domain/forecast.ts'
import { EMPTY_BANDS } from '../domain/forecast.ts'
import { DAY } from '../domain/time.ts'
import { listAlerts } from '../store/alerts.ts'
import { decodeBands, decodePlant, encodeBands, encodePlant } from '../store/forecast-state.ts'
import {
  COMMUNITY,
  countSlots,
  firstSlot,
  forecastsBefore,
  readModel,
  readProduction,
  retireForecasts,
  saveForecasts,
  saveModel,
  saveScores,
  scoredHouses,
} from '../store/forecasts.ts'
import { unfitHouses } from '../store/plant-records.ts'
import type { Store } from '../store/store.ts'
import type { ForecastStore } from './forecast-ports.ts'
import type { Recovery } from './recovery.ts'

/** Alerts that say a plant did not make what it can, whatever the weather. */
const FAULTS: ReadonlySet<AlertCode> = new Set(['fermo', 'cablaggio', 'orologio'])

/** How long things are kept, ms: hourly forecasts, those a day was scored by, scores. */
const KEPT = { issued: 3 * DAY, kept: 60 * DAY, scores: 400 * DAY }

/** Where forecasting keeps what it knows: readings.db, as any measurement; alerts are in the other file. */
export function forecastStore(store: Store, recovery: Pick<Recovery, 'guard'>): ForecastStore {
  const { readings, readingsWriter, view } = store
  return {
    production: (range) => recovery.guard(() => readProduction(readings, range)),
    counts: (starts) => recovery.guard(() => countSlots(readings, starts)),
    first: () => recovery.guard(() => firstSlot(readings)),
    faulty: async (from, to, day) => {
      const [alerts, unfit] = await Promise.all([
        listAlerts(view, { limit: ALERTS }),
        recovery.guard(() => unfitHouses(readings, day)),
      ])
      return new Set([
        ...unfit,
        ...alerts
          .filter((a) => FAULTS.has(a.code) && a.openedAt < to && (a.closedAt ?? Number.POSITIVE_INFINITY) >= from)
          .map((a) => a.house),
      ])
    },
    load: async (grid, planes) => {
      const textOf = (house: string) => recovery.guard(() => readModel(readings, house))
      const plants = new Map<string, PlantForecast>()
      for (const [house, plane] of planes) {
        const saved = JSON.parse((await textOf(house)) ?? '{}') as { plane?: string; model?: string }
        const model = saved.plane === plane && saved.model ? decodePlant(saved.model, grid.slots) : null
        if (model) plants.set(house, model)
      }
      const street = JSON.parse((await textOf(COMMUNITY)) ?? '{}') as {
        to?: number
        bands?: string
        heard?: [number, number][]
      }
      return {
        plants,
        community: (street.bands ? decodeBands(street.bands) : null) ?? EMPTY_BANDS,
        communityTo: street.to ?? null,
        heard: new Map(street.heard ?? []),
      }
    },
    saveLearned: async (learned, planes, houses) => {
      for (const house of houses) {
        const model = learned.plants.get(house)
        if (!model) continue
        const text = JSON.stringify({ plane: planes.get(house), model: encodePlant(model) })
        await saveModel(readingsWriter, house, model.learnedTo ?? 0, text)
      }
      const street = JSON.stringify({
        to: learned.communityTo,
        bands: encodeBands(learned.community),
        heard: [...learned.heard],
      })
      await saveModel(readingsWriter, COMMUNITY, learned.communityTo ?? 0, street)
    },
    save: (at, weatherAt, issued) => saveForecasts(readingsWriter, at, weatherAt, issued),
    before: (at, within) => recovery.guard(() => forecastsBefore(readings, at, within)),
    scored: async (start) => new Set(await recovery.guard(() => scoredHouses(readings, start))),
    saveScores: (scores) => saveScores(readingsWriter, scores),
    retire: (now) =>
      retireForecasts(readingsWriter, {
        issued: now - KEPT.issued,
        kept: now - KEPT.kept,
        scores: now - KEPT.scores,
      }),
  }
}

const ALERTS = 2_000
