import type { House } from '../domain/house.ts'
import type { Settings } from '../domain/settings.ts'
import { DAY } from '../domain/time.ts'

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
  /** Whole watts at an instant; null while nothing is heard of the node. */
  readonly powerAt: (at: number) => { readonly productionW: number; readonly consumptionW: number } | null
}

export type PutHistory = (
  house: House,
  payload: { ts: number; produzione_w: number; consumo_w: number },
) => Promise<unknown>
