import type { SharingRule } from '../../hub/domain/allocation.ts'
import type { EmissionFactor } from '../../hub/domain/co2.ts'
import type { Tariff } from '../../hub/domain/tariff.ts'
import type { Errors, Values } from './admin.ts'

export const TARIFF_FIELDS = ['dal', 'prelievo', 'immissione', 'condivisa'] as const
export type TariffField = (typeof TARIFF_FIELDS)[number]
export const FACTOR_FIELDS = ['dal', 'fattore', 'fonte', 'anno'] as const
export type FactorField = (typeof FACTOR_FIELDS)[number]
export const SHARING_FIELDS = ['chiave', 'intervallo', 'quote', 'ordine'] as const
export type SharingField = (typeof SHARING_FIELDS)[number]

export interface TariffsPage {
  readonly tariffs: readonly Tariff[]
  readonly factors: readonly EmissionFactor[]
  readonly sharing: SharingRule
  readonly houses: readonly string[]
  /** Hours with a factor of their own. */
  readonly hourly: number
  readonly tariff: { readonly values: Values<TariffField>; readonly errors: Errors<TariffField> }
  readonly factor: { readonly values: Values<FactorField>; readonly errors: Errors<FactorField> }
  readonly rule: { readonly values: Values<SharingField>; readonly errors: Errors<SharingField> }
  readonly saved: boolean
}
