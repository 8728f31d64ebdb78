import type { Bands, DayForecasts, ModelledDay, PlantForecast } from '../domain/forecast.ts'
import { EMPTY_BANDS, emptyForecast, learnDay, learnFrom, shareOf } from '../domain/forecast.ts'
import type { Band } from '../domain/forecast-band.ts'
import { modelDay, type SkyDay } from '../domain/forecast-sky.ts'
import type { Plane } from '../domain/irradiance.ts'
import type { SolarGrid } from '../domain/solar-grid.ts'
import type { StoredForecast } from '../store/forecasts.ts'
import { type IssuedBefore, issuedYields } from './forecast-issued.ts'
import type { Steps } from './steps.ts'

/** A roof as it is forecast. */
export interface Roof {
  readonly id: string
  /** Wp, more than 0. */
  readonly peakPower: number
  readonly plane: Plane
}

/** What is known of all roofs up to and with a solar day. */
export interface Learned {
  readonly plants: ReadonlyMap<string, PlantForecast>
  readonly community: Bands
  readonly communityTo: number | null
  /** Solar day -> how many houses were heard about noon of it when it was learned. */
  readonly heard: ReadonlyMap<number, number>
}

export const NOTHING_LEARNED: Learned = {
  plants: new Map(),
  community: EMPTY_BANDS,
  communityTo: null,
  heard: new Map(),
}

/** A day as it was forecast the moment before it began, of one roof; W per Wp. */
export interface DayBefore {
  readonly model: PlantForecast
  readonly modelled: ModelledDay
  readonly forecasts: DayForecasts
  readonly measured: Float64Array
  /** As it was issued with weather, the evening before and the one before that; null where it was not. */
  readonly issued: Float64Array | null
  readonly issuedEarlier: Float64Array | null
}

export interface LearnedDay {
  readonly learned: Learned
  /** What each roof was forecast from what was known before the day. */
  readonly before: ReadonlyMap<string, DayBefore>
  /** Bands of the community before the day. */
  readonly communityBefore: Bands
}

export interface DayInput {
  readonly grid: SolarGrid
  readonly roofs: readonly Roof[]
  readonly sky: SkyDay
  /** House -> W of each slot, NaN where not known. */
  readonly production: ReadonlyMap<string, Float64Array>
  /** Houses of which a fault is known on that day. */
  readonly faulty: ReadonlySet<string>
  readonly issued: IssuedBefore
  readonly steps: Steps
}

/** Goes on by one solar day for every roof that has not seen it yet. */
export async function learnFromDay(learned: Learned, input: DayInput): Promise<LearnedDay> {
  const { grid, roofs, sky, production, faulty, issued: stored, steps } = input
  const unknown = new Float64Array(grid.slots).fill(Number.NaN)
  const days: { roof: Roof; modelled: ModelledDay; measured: Float64Array; share: number | null }[] = []
  for (const roof of roofs) {
    const modelled = modelDay(sky, roof.plane)
    const measured = (production.get(roof.id) ?? unknown).map((w) => w / roof.peakPower)
    days.push({ roof, modelled, measured, share: shareOf({ clear: modelled.clear, measured }) })
    await steps.between()
  }
  const plants = new Map(learned.plants)
  const before = new Map<string, DayBefore>()
  for (const { roof, modelled, measured, share } of days) {
    const model = plants.get(roof.id) ?? emptyForecast(grid)
    if (model.learnedTo !== null && model.learnedTo >= sky.day) continue
    const peers = days.filter((d) => d.roof.id !== roof.id && d.share !== null).map((d) => Number(d.share))
    const as = (forecast: StoredForecast | undefined) =>
      forecast ? issuedYields(grid, modelled, forecast, roof.peakPower) : null
    const issued = { issued: as(stored.eve.get(roof.id)), issuedEarlier: as(stored.earlier.get(roof.id)) }
    const facts = { ...modelled, measured, well: share !== null && !faulty.has(roof.id), peers, ...issued }
    const next = learnDay(model, grid, facts)
    plants.set(roof.id, next.model)
    before.set(roof.id, { model, modelled, forecasts: next.forecasts, measured, ...issued })
    await steps.between()
  }
  const isNew = learned.communityTo === null || sky.day > learned.communityTo
  return {
    before,
    communityBefore: learned.community,
    learned: {
      ...learned,
      plants,
      community: isNew ? learnCommunity(learned.community, grid, roofs, before) : learned.community,
      communityTo: isNew ? sky.day : learned.communityTo,
    },
  }
}

/** Misses of the sum of the roofs that were measured, whatever became of each: what the street's band is made of. */
function learnCommunity(
  bands: Bands,
  grid: SolarGrid,
  roofs: readonly Roof[],
  before: ReadonlyMap<string, DayBefore>,
): Bands {
  const known = roofs.flatMap((roof) => {
    const day = before.get(roof.id)
    return day && shareOf({ clear: day.modelled.clear, measured: day.measured }) !== null ? [{ roof, day }] : []
  })
  const first = known[0]
  if (!first) return bands
  const sum = (of: (day: DayBefore) => Float64Array) => {
    const total = new Float64Array(grid.slots)
    for (const { roof, day } of known)
      for (const [slot, value] of of(day).entries()) total[slot] = (total[slot] ?? 0) + value * roof.peakPower
    return total
  }
  const facts = { day: first.day.modelled.day, clear: sum((d) => d.modelled.clear), measured: sum((d) => d.measured) }
  /** Learns where each of the roofs was forecast so. */
  const learn = (band: Band, of: (day: DayBefore) => Float64Array | null) =>
    known.every(({ day }) => of(day) !== null)
      ? learnFrom(
          band,
          grid,
          facts,
          sum((d) => of(d) ?? d.forecasts.clear),
        )
      : band
  return {
    clear: learn(bands.clear, (d) => d.forecasts.clear),
    weather: learn(bands.weather, (d) => d.issued ?? d.forecasts.weather),
    later: {
      clear: learn(bands.later.clear, (d) => d.forecasts.later),
      weather: learn(bands.later.weather, (d) => d.issuedEarlier),
    },
  }
}
