import type { ReportedRelay } from './control-image.ts'
import type { LegionellaMemory } from './control-state.ts'
import type { Load } from './load.ts'
import { DAY, HOUR } from './time.ts'

/** Water must reach this, degrees C, and stay there, s. */
export const HOT_C = 60
export const HOT_FOR_S = 3600
/** At least once in this time. */
export const HOT_EVERY = 7 * DAY
/** A thermostat that has been open for this long has what it is set to, s. */
export const THERMOSTAT_OPEN_S = 600
/** Where nothing says how hot the water is: running for this long in one go, called unverified, s. */
export const UNVERIFIED_RUN_S = 3 * 3600
/** Forced in the early afternoon once this is left, as the sun may have heated it by then, and at any hour once that is. */
const BY_DAY_BEFORE = 24 * HOUR
const AT_ANY_HOUR_BEFORE = 12 * HOUR
/** A new heater is not trusted: its first cycle is due in a day. */
const FIRST_AFTER = DAY

/** What is known of the water after one more report. `idleS`: on and drawing nothing for; `onForS`: on for. */
export function watchWater(
  memory: LegionellaMemory | null,
  load: Load,
  report: ReportedRelay | null,
  { elapsed, dtS, idleS, onForS }: { elapsed: number; dtS: number; idleS: number; onForS: number },
): LegionellaMemory | null {
  if (!load.legionella) return null
  const known = memory ?? { hotAt: elapsed - HOT_EVERY + FIRST_AFTER, hotForS: 0, verified: false }
  if (!report) return { ...known, hotForS: 0 }
  const temperature = load.probe ? report.temperatureC : null
  if (temperature !== null) {
    const hotForS = temperature >= HOT_C ? known.hotForS + dtS : 0
    return hotForS >= HOT_FOR_S ? { hotAt: elapsed, hotForS, verified: true } : { ...known, hotForS }
  }
  const isConfirmed = load.thermostat && load.thermostatC !== null && load.thermostatC >= HOT_C
  if (isConfirmed)
    return idleS >= THERMOSTAT_OPEN_S ? { hotAt: elapsed, hotForS: 0, verified: true } : { ...known, hotForS: 0 }
  return report.on && onForS >= UNVERIFIED_RUN_S
    ? { hotAt: elapsed, hotForS: 0, verified: false }
    : { ...known, hotForS: 0 }
}

/** Whether the water has to be heated now, whatever else is wanted: on the last day after noon, in the last hours at any time. `minute` null: not sure. */
export function mustHeatWater(memory: LegionellaMemory | null, elapsed: number, minute: number | null): boolean {
  if (!memory) return false
  const left = memory.hotAt + HOT_EVERY - elapsed
  if (left <= AT_ANY_HOUR_BEFORE) return true
  // A cycle begun is finished: half an hour at 60 degrees is none.
  if (memory.hotForS > 0 && left <= BY_DAY_BEFORE) return true
  return left <= BY_DAY_BEFORE && minute !== null && minute >= 12 * 60 && minute < 16 * 60
}
