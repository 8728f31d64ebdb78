import type { Load, LoadKind } from './load.ts'
import { HOUR, MINUTE, SECOND } from './time.ts'

const MIN = MINUTE / SECOND
const H = HOUR / SECOND

/** How long a surplus must last before a load starts, s. */
export const SUSTAIN_S = 5 * MIN
/** On at the wall, a load ends after this long, s. */
export const MAX_ON_S = 4 * H

/** When people charge their cars, and run the pumps of their pools, who have nothing better than a timer. */
const EVENING = { fromMin: 18 * 60, toMin: 24 * 60 }
const MIDDAY = { fromMin: 9 * 60, toMin: 15 * 60 }

export type LoadDefaults = Omit<Load, 'house' | 'id' | 'name' | 'kind' | 'ratedW'> & { readonly ratedW: number }

const COMMON: Omit<LoadDefaults, 'ratedW' | 'priority' | 'rest'> = {
  minOnS: 15 * MIN,
  minOffS: 5 * MIN,
  maxOnS: MAX_ON_S,
  maxHeldOffS: 12 * H,
  startsPerDay: 12,
  dailyNeed: null,
  dailyMaxS: null,
  window: null,
  program: null,
  timer: null,
  thermostat: false,
  thermostatC: null,
  probe: false,
  legionella: false,
  needs: null,
  thresholdW: null,
  sustainS: SUSTAIN_S,
  neighbourWh: null,
}

/**
 * What a load of each kind begins with. A rest state of `on` leaves the appliance as it was before there was a hub.
 * The car's relay is its charger's enable input, never the supply.
 */
export const PRESETS: Readonly<Record<LoadKind, LoadDefaults>> = {
  waterHeater: {
    ...COMMON,
    ratedW: 2000,
    priority: 2,
    rest: 'on',
    maxHeldOffS: 20 * H,
    dailyNeed: { runS: 2 * H, byMin: 22 * 60 },
    thermostat: true,
    legionella: true,
  },
  car: { ...COMMON, ratedW: 3700, priority: 3, rest: 'off', maxOnS: 12 * H, startsPerDay: 8, timer: EVENING },
  softener: {
    ...COMMON,
    ratedW: 50,
    priority: 1,
    rest: 'off',
    maxOnS: 4 * H,
    startsPerDay: 1,
    window: { fromMin: 9 * 60, toMin: 17 * 60 },
    program: { runS: 2 * H, contactS: null, everyDays: 3 },
  },
  poolPump: {
    ...COMMON,
    ratedW: 750,
    priority: 4,
    rest: 'off',
    minOnS: 30 * MIN,
    minOffS: 10 * MIN,
    maxOnS: 12 * H,
    dailyNeed: { runS: 4 * H, byMin: 21 * 60 },
    dailyMaxS: 12 * H,
    timer: MIDDAY,
  },
  heatPump: {
    ...COMMON,
    ratedW: 1500,
    priority: 2,
    rest: 'on',
    minOnS: 30 * MIN,
    minOffS: 10 * MIN,
    maxOnS: 24 * H,
    maxHeldOffS: 2 * H,
    startsPerDay: 8,
    thermostat: true,
  },
  generic: { ...COMMON, ratedW: 1000, priority: 5, rest: 'off' },
}

/** A load of a kind with its preset, and what is known better. */
export function presetLoad(of: Pick<Load, 'house' | 'id' | 'kind'> & Partial<Load>): Load {
  return { ...PRESETS[of.kind], name: of.id, ...of }
}
