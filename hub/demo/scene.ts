import type { House } from '../domain/house.ts'
import type { Settings } from '../domain/settings.ts'
import { DAY } from '../domain/time.ts'
import type { SceneLoad } from './scene-loads.ts'

/** How much past a scene has, ms. */
export const HISTORY = 30 * DAY

/** What the demo plays: houses, their past, and what their nodes measure from now on. */
export interface Scene {
  readonly houses: readonly SceneHouse[]
  readonly settings: Partial<Settings>
  /** The house of the resident one can sign in as; null when there is none. */
  readonly resident: string | null
  /** Where the demo's clock begins, epoch ms. */
  readonly start: number
  /** The time before `start`, in order, through `put`. */
  readonly history: (put: PutHistory) => Promise<void>
}

export interface SceneHouse {
  readonly house: House
  readonly sendsCounters: boolean
  /** What hangs on relays of its node; the past has them run as they did before there was a hub. */
  readonly loads?: readonly SceneLoad[]
  /** A valve of its node cleans the panels. */
  readonly washes?: boolean
  /** Whole watts at an instant; null while nothing is heard of the node. */
  readonly powerAt: (at: number) => { readonly productionW: number; readonly consumptionW: number } | null
  /** The same without its loads; missing = it has none. */
  readonly baseAt?: (at: number) => { readonly productionW: number; readonly consumptionW: number } | null
}

export type PutHistory = (
  house: House,
  payload: { ts: number; produzione_w: number; consumo_w: number },
) => Promise<unknown>
