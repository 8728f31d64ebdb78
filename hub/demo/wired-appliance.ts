import { HOUR } from '../domain/time.ts'
import { between, chance } from './random.ts'

/** What hangs on a relay. `draw` lets `ms` pass at `at` (epoch ms) with the relay open or closed and gives its power, W. */
export interface WiredAppliance {
  readonly draw: (on: boolean, at: number, ms: number) => number
  /** Degrees C, where a probe is in it. */
  readonly temperature?: () => number
}

/** Draws its rated power whenever it may. */
export function plainAppliance(ratedW: number): WiredAppliance {
  return { draw: (on) => (on ? ratedW : 0) }
}

const WH_PER_LITRE_KELVIN = 1.163
const ROOM_C = 20
const COLD_C = 13

/**
 * A storage water heater on its own thermostat: showers in the morning and the evening take hot water out, the walls lose some
 * heat, and its heating element runs while the relay is closed and the thermostat wants it.
 */
export class WaterHeater implements WiredAppliance {
  readonly #options: { ratedW: number; litres: number; seed: number; zone: string; setC: number }
  #c: number
  #heats = true

  constructor(options: { ratedW: number; litres: number; seed: number; zone: string; setC: number; startC: number }) {
    this.#options = options
    this.#c = options.startC
  }

  temperature(): number {
    return Math.round(this.#c * 10) / 10
  }

  draw(on: boolean, at: number, ms: number): number {
    const { ratedW, litres, setC } = this.#options
    const heatCapacity = litres * WH_PER_LITRE_KELVIN
    if (this.#c >= setC) this.#heats = false
    else if (this.#c < setC - 5) this.#heats = true
    const watts = on && this.#heats ? ratedW : 0
    const lost = 1.3 * (this.#c - ROOM_C) + this.#taken(at)
    this.#c = Math.max(COLD_C, this.#c + ((watts - lost) * Math.min(ms, HOUR)) / HOUR / heatCapacity)
    return watts
  }

  /** Heat that leaves with the water, W: about an hour in the morning and one in the evening. */
  #taken(at: number): number {
    const { seed, zone } = this.#options
    const local = Temporal.Instant.fromEpochMilliseconds(Math.round(at)).toZonedDateTimeISO(zone)
    const hour = local.hour + local.minute / 60
    const day = Math.floor(at / (24 * HOUR))
    const morning = between(6, 8, seed, 61, day)
    const evening = between(19, 21.5, seed, 62, day)
    const within = (from: number) => hour >= from && hour < from + 0.8
    return within(morning) || within(evening) ? 2_000 : 0
  }
}

/** A car at its charger: plugged in at night and, in some households, on some days all day; full after what it drove. */
export class CarCharger implements WiredAppliance {
  readonly #options: { ratedW: number; seed: number; zone: string; homeByDay: boolean }
  #neededWh: number
  #wasHome = true

  constructor(options: { ratedW: number; seed: number; zone: string; homeByDay: boolean }) {
    this.#options = options
    this.#neededWh = between(5_000, 11_000, options.seed, 63)
  }

  draw(on: boolean, at: number, ms: number): number {
    const { ratedW, seed, zone, homeByDay } = this.#options
    const local = Temporal.Instant.fromEpochMilliseconds(Math.round(at)).toZonedDateTimeISO(zone)
    const hour = local.hour + local.minute / 60
    const day = Math.floor(at / (24 * HOUR))
    const home = homeByDay || local.dayOfWeek > 5 || hour < 7.5 || hour >= 18.2
    if (home && !this.#wasHome) this.#neededWh = between(4_000, 12_000, seed, 64, day)
    if (homeByDay && hour >= 8 && this.#neededWh <= 0 && chance(seed, 65, day) < 0.02) this.#neededWh = 3_000
    this.#wasHome = home
    const watts = on && home && this.#neededWh > 0 ? ratedW : 0
    this.#neededWh -= (watts * ms) / HOUR
    return watts
  }
}
