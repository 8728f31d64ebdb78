import type { Roof } from '../domain/community-day.ts'
import { effectivePlane } from '../domain/effective-plane.ts'
import type { PlaneFit } from '../domain/plane-fit.ts'
import type { PlantHealth } from '../domain/plant-health.ts'
import type { Settings } from '../domain/settings.ts'
import type { DiagnoseOutcome, DiagnoseRequest } from '../store/diagnose.ts'
import type { KeyedHouse } from '../store/houses.ts'
import type { Health } from './health.ts'
import { SingleRun } from './single-run.ts'

export interface DiagnosisOptions {
  readonly now: () => number
  readonly registry: () => { readonly houses: ReadonlyMap<string, KeyedHouse>; readonly settings: Settings }
  /** Runs in a thread of its own; rejects when the file cannot be read or the hub stops. */
  readonly diagnose: (request: Omit<DiagnoseRequest, 'readings'>) => Promise<DiagnoseOutcome>
  readonly health: Health
  readonly onDone?: (outcome: DiagnoseOutcome) => void
  readonly onError?: (error: unknown) => void
}

/**
 * How the plants do, in memory: judged anew after each hour in another thread, read by the tick and by pages. Until the first run
 * is done, and while the community's position is not set, nothing is known of any.
 */
export class Diagnosis {
  readonly #options: DiagnosisOptions
  #plants: ReadonlyMap<string, PlantHealth> | null = null
  #unfit: readonly (readonly [house: string, days: readonly number[]])[] = []
  #planes: ReadonlyMap<string, PlaneFit> = new Map()
  readonly #work = new SingleRun(() => this.#runOn())
  #again = false

  constructor(options: DiagnosisOptions) {
    this.#options = options
  }

  /** Health of every house that has been judged; null while nothing is known. */
  get plants(): ReadonlyMap<string, PlantHealth> | null {
    return this.#plants
  }

  /** Planes as the clear days of each roof tell them. */
  get planes(): ReadonlyMap<string, PlaneFit> {
    return this.#planes
  }

  /** Roofs that tell of the light above them, and the days on which they do not. */
  roofs(): { roofs: Roof[]; unfit: readonly (readonly [house: string, days: readonly number[]])[] } {
    const { registry } = this.#options
    const houses = [...registry().houses.values()].filter((h) => h.peakPower > 0 && h.battery !== true)
    return {
      roofs: houses
        .map((h) => {
          const fit = this.#planes.get(h.id) ?? null
          // A guessed plane would fall and rise with the seasons.
          const plane = fit === null && (h.tilt === null || h.azimuth === null) ? null : effectivePlane(h, fit)
          return { id: h.id, peakPower: h.peakPower, plane }
        })
        .filter((roof) => roof.plane !== null),
      unfit: this.#unfit,
    }
  }

  /** Judges what is due. A call while another runs has that one look once more. */
  run(): Promise<void> {
    this.#again = this.#work.isRunning
    return this.#work.run()
  }

  async #runOn(): Promise<void> {
    do {
      this.#again = false
      await this.#run()
    } while (this.#again && !this.#work.isStopped)
  }

  stop(): Promise<void> {
    return this.#work.stop()
  }

  async #run(): Promise<void> {
    const { now, registry, diagnose, health, onDone, onError } = this.#options
    const { houses, settings } = registry()
    if (!settings.place) {
      this.#plants = new Map()
      return
    }
    try {
      const outcome = await diagnose({
        now: now(),
        site: settings.place,
        houses: [...houses.values()].map((h) => ({
          id: h.id,
          peakPower: h.peakPower,
          plane: planeEntered(h),
          battery: h.battery === true,
        })),
        threshold: settings.benchmark.threshold,
        minHouses: Math.max(3, settings.benchmark.minHouses),
      })
      this.#plants = new Map(outcome.health.map((plant) => [plant.house, plant]))
      this.#planes = new Map(outcome.planes)
      this.#unfit = outcome.unfit
      health.set('diagnosis', null)
      onDone?.(outcome)
    } catch (error) {
      if (this.#work.isStopped) return
      if (health.set('diagnosis', error instanceof Error ? error.message : String(error))) onError?.(error)
    }
  }
}

function planeEntered({ tilt, azimuth }: KeyedHouse) {
  return tilt === null || azimuth === null ? null : { tilt, azimuth }
}
