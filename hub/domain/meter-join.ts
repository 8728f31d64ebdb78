import { MINUTE, SECOND } from './time.ts'

/** What a meter's channel measures: production, consumption, or the exchange with the grid (import positive). */
export const METER_ROLES = ['produzione', 'consumo', 'rete'] as const
export type MeterRole = (typeof METER_ROLES)[number]

/** One value of a role: W, and what its meter has counted, Wh; null where it does not say. */
export interface RoleValue {
  readonly powerW: number
  readonly drawnWh: number | null
  readonly returnedWh: number | null
}

/** What the meters of a house say together. Powers in W, counters in Wh, null where they are not known. */
export interface Joined {
  readonly productionW: number
  /** Null = a house whose production alone is measured. */
  readonly consumptionW: number | null
  readonly producedWh: number | null
  readonly consumedWh: number | null
  readonly importedWh: number | null
  readonly exportedWh: number | null
}

/** A meter that has been silent for longer is not joined with those that speak. */
const STALE = MINUTE
/** Meters that send at every change are joined no more often. */
const LEAST_APART = 2 * SECOND
/** With one meter quiet, the others are joined with its last value so often. */
const PATIENCE = 10 * SECOND
/** A house is heard so long before it is known which meters it has. */
const SETTLING = 5 * SECOND
/** An inverter at night draws a little: a production meter may say so. */
const STANDBY_W = 50

interface Heard extends RoleValue {
  readonly at: number
}

/**
 * Joins meters of one house that speak one after the other into one balance. Instants are of the monotonic clock, ms.
 * Consumption is measured, or production + import where the exchange is: `c = p + g`.
 */
export class MeterJoin {
  readonly #plant: boolean
  readonly #heard = new Map<MeterRole, Heard>()
  #since: number | null = null
  #lastAt = Number.NEGATIVE_INFINITY

  /** `plant` = the house has panels: its exchange alone does not tell its consumption. */
  constructor(plant: boolean) {
    this.#plant = plant
  }

  /**
   * Takes a value; what it makes together with the others, `lacking` where they do not suffice, null where it is too soon.
   * Worked value: 2000 W produced and -500 W from the grid -> 1500 W consumed.
   */
  take(role: MeterRole, value: RoleValue, at: number): Joined | 'lacking' | null {
    this.#since ??= at
    this.#heard.set(role, { ...value, at })
    if (at - this.#lastAt < LEAST_APART || at - this.#since < SETTLING) return null
    const fresh = new Map([...this.#heard].filter(([, heard]) => at - heard.at <= STALE))
    const isWhole = [...fresh.values()].every((heard) => heard.at > this.#lastAt)
    if (!isWhole && at - this.#lastAt < PATIENCE) return null
    this.#lastAt = at
    return join(fresh, this.#plant, isWhole) ?? 'lacking'
  }
}

/** Counters belong to the powers beside them: where one meter has not spoken anew they are left out. */
function join(heard: ReadonlyMap<MeterRole, RoleValue>, plant: boolean, isWhole: boolean): Joined | null {
  const made = heard.get('produzione')
  const used = heard.get('consumo')
  const grid = heard.get('rete')
  if (!made && plant) return null
  const counter = (wh: number | null | undefined) => (isWhole ? (wh ?? null) : null)
  const productionW = made ? idle(made.powerW) : 0
  const consumptionW = used ? idle(used.powerW) : grid ? idle(productionW + grid.powerW) : null
  if (consumptionW === null && !made) return null
  return {
    productionW,
    consumptionW,
    // A meter turned round counts what is made as returned.
    producedWh: counter(made?.drawnWh),
    consumedWh: counter(used?.drawnWh),
    importedWh: counter(grid?.drawnWh),
    exportedWh: counter(grid?.returnedWh),
  }
}

/** A little below nothing is nothing; more is a clamp turned round, and told as it is. */
function idle(watts: number): number {
  return watts < 0 && watts >= -STANDBY_W ? 0 : watts
}
