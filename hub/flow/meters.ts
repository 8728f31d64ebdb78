import { decodeMeter } from '../codec/meter-profiles.ts'
import type { House } from '../domain/house.ts'
import { type Joined, MeterJoin, type MeterRole } from '../domain/meter-join.ts'
import type { Refusal } from '../domain/reading.ts'
import { MINUTE } from '../domain/time.ts'
import type { Ingest, Outcome } from './ingest.ts'

/** A message of a bought meter: what its channels measure, in their order, and its topic after the prefix. */
export interface MeterTopic {
  readonly kind: 'meter'
  readonly house: string
  readonly roles: readonly MeterRole[]
  readonly rest: string
}

export interface MetersOptions {
  /** Monotonic, ms. */
  readonly elapsed: () => number
  readonly ingest: Pick<Ingest, 'reading' | 'refuse'>
}

const TAKEN: Outcome = { kind: 'stored' }
const LACKING: Refusal = {
  reason: 'formato',
  campo: 'misura',
  valore: 'rete',
  atteso: 'a meter of the production too: without it the consumption of a house with panels is not known',
}

/** Takes what bought meters say of a house, joins it and hands it on as a reading like any other. */
export class Meters {
  readonly #options: MetersOptions
  readonly #joins = new Map<string, { readonly peakPower: number; readonly join: MeterJoin }>()
  readonly #told = new Map<string, number>()

  constructor(options: MetersOptions) {
    this.#options = options
  }

  async take(house: House, { roles, rest }: MeterTopic, payload: Uint8Array): Promise<Outcome> {
    const decoded = decodeMeter(rest, payload)
    if (decoded === null) return TAKEN
    if (!decoded.ok) return this.#refuse(house, decoded.error)
    const at = this.#options.elapsed()
    const join = this.#joinOf(house)
    let outcome = TAKEN
    for (const [role, value] of byRole(roles, decoded.value)) {
      const joined = join.take(role, value, at)
      if (joined === null) continue
      outcome =
        joined === 'lacking'
          ? await this.#refuse(house, LACKING)
          : await this.#options.ingest.reading(
              house,
              joined.consumptionW === null ? 'produzione' : 'bilancio',
              fieldsOf(joined),
            )
    }
    return outcome
  }

  #joinOf({ id, peakPower }: House): MeterJoin {
    const known = this.#joins.get(id)
    if (known && known.peakPower > 0 === peakPower > 0) return known.join
    const join = new MeterJoin(peakPower > 0)
    this.#joins.set(id, { peakPower, join })
    return join
  }

  /** A meter says the same wrong thing every few seconds: it is counted once a minute. */
  async #refuse({ id }: House, refusal: Refusal): Promise<Outcome> {
    const at = this.#options.elapsed()
    if (at - (this.#told.get(id) ?? Number.NEGATIVE_INFINITY) < MINUTE) return { kind: 'refused', refusal }
    this.#told.set(id, at)
    return this.#options.ingest.refuse(id, refusal)
  }
}

/** Channels by what they measure; with one role for several channels, as of three phases, they add up. */
function byRole<V extends { channel: number; powerW: number; drawnWh: number | null; returnedWh: number | null }>(
  roles: readonly MeterRole[],
  values: readonly V[],
): [MeterRole, Omit<V, 'channel'>][] {
  const [only] = roles
  if (only !== undefined && roles.length === 1 && values.length > 1) {
    const sum = (of: (value: V) => number | null) =>
      values.reduce<number | null>((total, value) => {
        const one = of(value)
        return total === null || one === null ? null : total + one
      }, 0)
    const [first] = values
    if (!first) return []
    return [
      [
        only,
        {
          ...first,
          powerW: sum((v) => v.powerW) ?? 0,
          drawnWh: sum((v) => v.drawnWh),
          returnedWh: sum((v) => v.returnedWh),
        },
      ],
    ]
  }
  return values.flatMap((value) => {
    const role = roles[value.channel]
    return role ? [[role, value]] : []
  })
}

function fieldsOf(joined: Joined): object {
  const counters = {
    energia_prodotta_wh: joined.producedWh,
    energia_consumata_wh: joined.consumedWh,
    energia_prelevata_wh: joined.importedWh,
    energia_immessa_wh: joined.exportedWh,
  }
  return joined.consumptionW === null
    ? { potenza_w: joined.productionW, ...counters }
    : { produzione_w: joined.productionW, consumo_w: joined.consumptionW, ...counters }
}
