/** The community on a wall: no house by name. Powers in W, energies in Wh. */
export interface KioskPage {
  readonly productionW: number
  readonly consumptionW: number
  readonly sharedW: number
  readonly gridImportW: number
  readonly gridExportW: number
  /** Houses whose values are fresh, of how many. */
  readonly heard: number
  readonly houses: number
  readonly today: {
    readonly producedWh: number | null
    readonly sharedWh: number | null
    readonly selfSufficiencyRate: number | null
  }
  /** In greys and patterns alone, for screens without colour. */
  readonly mono: boolean
  /** Where the live regions come from. */
  readonly stream: string
}
