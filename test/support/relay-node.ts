import { LiveNode } from '../../hub/demo/live-node.ts'
import { plainAppliance } from '../../hub/demo/wired-appliance.ts'
import type { Load } from '../../hub/domain/load.ts'
import { presetLoad } from '../../hub/domain/load-presets.ts'

/** A lifelike house node for the journeys: the demo's own, with a car and a water heater on its relays. */

const LIMITS = { minOnS: 0, minOffS: 0, maxOnS: 12 * 3600 }
export const CAR: Load = { ...presetLoad({ house: 'casa_A', id: 'auto', kind: 'generic', ratedW: 2000 }), ...LIMITS }
export const HEATER: Load = {
  ...presetLoad({ house: 'casa_A', id: 'boiler', kind: 'waterHeater', ratedW: 1500 }),
  ...LIMITS,
  dailyNeed: null,
  legionella: false,
}

export function relayNode(options: {
  readonly port: number
  readonly key: string
  readonly now: () => number
  readonly boot?: number
  readonly startedAt?: number
  readonly periodMs?: number
}): LiveNode {
  const spec = (load: Load, output: number) => ({
    spec: { id: load.id, restOn: load.rest === 'on', ...LIMITS, startsPerHour: 60 },
    output,
    appliance: plainAppliance(load.ratedW),
    measured: true,
  })
  return new LiveNode({
    periodMs: 100,
    ...options,
    house: 'casa_A',
    root: 'comunita',
    relayPeriodMs: 25,
    sendsCounters: false,
    // No sun: nothing is switched but by people.
    powerAt: () => ({ productionW: 0, consumptionW: 300 }),
    loads: [spec(CAR, 1), spec(HEATER, 2)],
  })
}

export interface NodeTime {
  readonly now: () => number
  /** From now on time runs so many times as fast. */
  readonly speed: (factor: number) => void
}

/** The wall's time, which may be hurried on. */
export function runningTime(): NodeTime {
  let origin = performance.now()
  let at = Date.now()
  let factor = 1
  const now = () => Math.floor(at + (performance.now() - origin) * factor)
  return {
    now,
    speed: (next) => {
      at = now()
      origin = performance.now()
      factor = next
    },
  }
}

const PATIENCE_MS = 60_000

/** Waits for what is expected, and says what was not there in time. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(what)
}
