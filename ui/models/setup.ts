import type { SettingsError } from '../view-models.ts'
import type { Errors, HouseField, Values } from './admin.ts'

/** Steps of the first start, in order; the first is done before anybody can sign in. */
export const SETUP_STEPS = ['amministratore', 'comunita', 'case', 'nodi'] as const
export type SetupStep = (typeof SETUP_STEPS)[number]

export const PLACE_FIELDS = ['nome', 'fuso', 'latitudine', 'longitudine'] as const
export type PlaceField = (typeof PLACE_FIELDS)[number]

export interface SetupCommunity {
  readonly values: Values<PlaceField>
  readonly errors: { readonly [F in PlaceField]?: SettingsError }
}

export interface SetupHouses {
  readonly houses: readonly { readonly id: string; readonly name: string; readonly peakPower: number }[]
  readonly values: Values<HouseField>
  readonly errors: Errors<HouseField>
}

export interface SetupNodes {
  readonly nodes: readonly {
    readonly house: string
    readonly heardAt: number | null
    readonly productionW: number | null
    readonly consumptionW: number | null
  }[]
  /** Who knocked and was not let in: a node with a wrong name or key shows here. */
  readonly strangers: readonly { readonly who: string; readonly why: string; readonly lastAt: number }[]
  readonly mqttPort: number
  readonly host: string
}
