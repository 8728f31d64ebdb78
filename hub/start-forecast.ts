import { effectivePlane } from './domain/effective-plane.ts'
import type { PlaneFit } from './domain/plane-fit.ts'
import type { Roof } from './flow/forecast-learning.ts'
import { forecastStore } from './flow/forecast-store.ts'
import { Forecasting } from './flow/forecasting.ts'
import type { Recovery } from './flow/recovery.ts'
import type { Registry } from './flow/registry.ts'
import { SingleRun } from './flow/single-run.ts'
import { Weather } from './flow/weather.ts'
import { openMeteo } from './flow/weather-provider.ts'
import { fetchText } from './io/fetch-text.ts'
import type { Log } from './io/log.ts'
import { everySeconds } from './io/schedule.ts'
import { readPlanes } from './store/planes.ts'
import type { Store } from './store/store.ts'
import { readWeather, retireWeather, saveWeather, weatherStand } from './store/weather.ts'

/** An answer for seven days is some 30 kB. */
const FETCH_LIMITS = { timeoutMs: 20_000, maxBytes: 2_000_000 }
const WEATHER_KEPT = 400 * 24 * 3_600_000

export interface RunningForecast {
  readonly forecasting: Forecasting
  readonly weather: Weather
  /** Gives what ends it. */
  readonly start: () => () => Promise<void>
  /** Looks at once whether something is due, besides the schedule. */
  readonly look: () => Promise<void>
}

/** Weather and forecasts, looked after once a minute from `start` on. The demo asks nobody for weather. */
export function prepareForecast(parts: {
  readonly now: () => number
  readonly elapsed: () => number
  /** Nothing is fetched or learned by a clock that may be wrong. */
  readonly clockCertain: () => boolean
  readonly log: Log
  readonly registry: Registry
  readonly store: Store
  readonly recovery: Recovery
  readonly demo: boolean
}): RunningForecast {
  const { now, elapsed, clockCertain, log, registry, store, recovery, demo } = parts
  let planes: ReadonlyMap<string, PlaneFit> = new Map()
  const settings = () => {
    const { settings: current } = registry.current
    return demo ? { ...current, weather: { ...current.weather, agreed: null } } : current
  }
  const ending = new AbortController()
  const weather = new Weather({
    clock: { now, elapsed },
    random: Math.random,
    settings,
    provider: ({ weather: { forecastUrl, satelliteUrl, apiKey } }) =>
      openMeteo({ forecast: { baseUrl: forecastUrl, apiKey }, satellite: { baseUrl: satelliteUrl, apiKey } }, (url) =>
        fetchText(url, FETCH_LIMITS, ending.signal),
      ),
    load: (place, from, to) => recovery.guard(() => readWeather(store.readings, { place, from, to })),
    stand: (place) => recovery.guard(() => weatherStand(store.readings, place)),
    save: async (hours) => {
      await saveWeather(store.readingsWriter, hours)
      await retireWeather(store.readingsWriter, now() - WEATHER_KEPT)
    },
    onNew: () => log.info('new weather'),
    onFailure: (message) => log.warn({ message }, 'no weather: the hub goes on with what it has'),
  })
  const forecasting = new Forecasting({
    now,
    settings,
    roofs: () => roofsOf(registry, planes),
    weather,
    store: forecastStore(store, recovery),
    onDone: (run) => log.info(run, 'forecasts issued'),
  })
  const failed = (what: string) => (error: unknown) => log.error({ error: String(error) }, what)
  const forecast = async () => {
    planes = await recovery.guard(() => readPlanes(store.readings))
    await forecasting.run()
  }
  const looks = new SingleRun(async () => {
    await weather.run().catch(failed('weather failed'))
    await forecast().catch(failed('forecasting failed'))
  })
  const look = () => (clockCertain() ? looks.run() : Promise.resolve())
  return {
    forecasting,
    weather,
    look,
    start: () => {
      const job = everySeconds(EVERY_S, () => void look())
      const soon = setTimeout(() => void look(), SOON_MS)
      return async () => {
        job.stop()
        clearTimeout(soon)
        ending.abort()
        await forecasting.stop()
        await looks.stop()
      }
    },
  }
}

const EVERY_S = 60
/** After a start, what is urgent goes first. */
const SOON_MS = 2_000

/** Roofs that are foretold: what a battery gives is not the sun's. */
function roofsOf(registry: Registry, planes: ReadonlyMap<string, PlaneFit>): Roof[] {
  return [...registry.current.houses.values()]
    .filter((house) => house.peakPower > 0 && !house.battery)
    .map((house) => ({
      id: house.id,
      peakPower: house.peakPower,
      plane: effectivePlane(house, planes.get(house.id) ?? null),
    }))
}
