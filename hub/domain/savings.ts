import type { EmissionFactor } from './co2.ts'
import { factorOn } from './co2.ts'
import type { LoadDay } from './control-state.ts'
import type { Load, LoadKind } from './load.ts'
import { isOpenAt } from './load.ts'
import type { PastDay } from './outlook.ts'
import type { Tariff } from './tariff.ts'
import { tariffOn } from './tariff.ts'

/**
 * The hours in which an appliance of each kind would run without the hub: the stated counterfactual. A heater reheats after
 * the morning and the evening's water, a car charges when it comes home, a softener regenerates by night.
 */
export const USUAL_HOURS: Readonly<Record<LoadKind, readonly number[]>> = {
  waterHeater: [7, 19],
  car: [18, 19, 20, 21, 22, 23],
  softener: [2, 3],
  poolPump: [9, 10, 11, 12, 13, 14],
  heatPump: [6, 7, 17, 18, 19, 20, 21, 22],
  generic: [19, 20, 21],
}

/** The hours of a load's timer, else those usual for its kind. */
export function usualHours({ kind, timer }: Pick<Load, 'kind' | 'timer'>): readonly number[] {
  if (!timer) return USUAL_HOURS[kind]
  const first = Math.floor(timer.fromMin / 60)
  const hours = Array.from({ length: 24 }, (_, i) => (first + i) % 24)
  return hours.filter((h) => isOpenAt(timer, h * 60 + 30))
}

/** What a kWh is worth on a day: from the grid and to it, euro; g CO2e by hour of the day, null = no factor is known. */
export interface Worth extends Pick<Tariff, 'importEur' | 'exportEur'> {
  readonly co2ByHour: readonly number[] | null
}

/** By the tariff and the factor of a civil day. The factor is a yearly one, the same at every hour: by it, moving a kWh saves none. */
export function worthOn(day: string, tariffs: readonly Tariff[], factors: readonly EmissionFactor[]): Worth {
  const { importEur, exportEur } = tariffOn(day, tariffs)
  const factor = factorOn(day, factors)
  return { importEur, exportEur, co2ByHour: factor && new Array<number>(24).fill(factor.gPerKwh) }
}

export interface Saved {
  /** Energy the load used, kWh. */
  readonly usedKwh: number
  /** Of it, own sun: as it ran, and as it would have been at its usual hours. */
  readonly ownKwh: number
  readonly usualOwnKwh: number
  /** Moved into the sun by the relay, kWh; below 0 when the usual hours would have been better. */
  readonly movedKwh: number
  readonly euro: number
  /** To the gram; 0 where the factor is the same at every hour. Null: no factor, so nothing can be said. */
  readonly co2Kg: number | null
  /** By hour of the civil day, what it would have used at its usual hours less what it used, Wh: carbon can be reckoned again from it. */
  readonly shiftedWh: readonly number[]
}

/**
 * What the relay of a load changed on one day against the same energy used at its usual hours. Own sun at the usual hours is
 * reckoned by the hour from the house's surplus of that day without the load. Worked value: 4 kWh of which 3.5 were own sun,
 * and 0.5 would have been at 7 and 19 h -> 3 kWh moved; at 0.30 and 0.10 euro that is 0.60 euro.
 */
export function savedOn(
  day: LoadDay,
  house: PastDay,
  load: Pick<Load, 'kind' | 'ratedW' | 'timer'>,
  worth: Worth,
): Saved {
  const used = sum(day.usedWh)
  const own = sum(day.ownWh)
  const usual = usualRun(used, load)
  const usualOwn = sum(
    usual.map((wh, h) => Math.min(wh, Math.max(0, (house.producedW[h] ?? 0) - (house.baseW[h] ?? 0)))),
  )
  const moved = (own - usualOwn) / 1000
  const shiftedWh = usual.map((wh, h) => Math.round(wh - (day.usedWh[h] ?? 0)))
  return {
    usedKwh: used / 1000,
    ownKwh: own / 1000,
    usualOwnKwh: usualOwn / 1000,
    movedKwh: moved,
    euro: moved * (worth.importEur - worth.exportEur),
    co2Kg: worth.co2ByHour && carbonSaved(shiftedWh, worth.co2ByHour),
    shiftedWh,
  }
}

/**
 * Carbon saved by moving energy between the hours of a civil day, kg to the gram; null where an hour that matters has no
 * factor (g CO2e/kWh). Worked value: 2 kWh from 400 to 100 g/kWh -> 0.6 kg.
 */
export function carbonSaved(shiftedWh: readonly number[], co2ByHour: readonly (number | null)[]): number | null {
  let grams = 0
  for (const [h, wh] of shiftedWh.entries()) {
    const factor = co2ByHour[h] ?? null
    if (wh === 0) continue
    if (factor === null) return null
    grams += (wh * factor) / 1000
  }
  return (Math.round(grams) + 0) / 1000
}

/** Days together. */
export function savedTogether(days: readonly Saved[]): Saved {
  const add = (of: (s: Saved) => number) => days.reduce((total, s) => total + of(s), 0)
  return {
    usedKwh: add((s) => s.usedKwh),
    ownKwh: add((s) => s.ownKwh),
    usualOwnKwh: add((s) => s.usualOwnKwh),
    movedKwh: add((s) => s.movedKwh),
    euro: add((s) => s.euro),
    co2Kg: days.some((s) => s.co2Kg === null) ? null : add((s) => s.co2Kg ?? 0),
    shiftedWh: Array.from({ length: 24 }, (_, h) => add((s) => s.shiftedWh[h] ?? 0)),
  }
}

/** An energy spread over the usual hours, as much in each as the load can use, in order; what does not fit goes to the last. */
function usualRun(usedWh: number, load: Pick<Load, 'kind' | 'ratedW' | 'timer'>): number[] {
  const { ratedW } = load
  const run = new Array<number>(24).fill(0)
  const hours = usualHours(load)
  let left = usedWh
  // As much in the morning as in the evening: the hours take turns by halves of an hour.
  for (let round = 0; round < 2 && left > 0; round += 1) {
    for (const h of hours) {
      const wh = Math.min(left, ratedW / 2)
      run[h] = (run[h] ?? 0) + wh
      left -= wh
    }
  }
  const last = hours.at(-1) ?? 0
  run[last] = (run[last] ?? 0) + left
  return run
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
