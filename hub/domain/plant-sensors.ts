import type { AlertCode } from './alert.ts'
import { type HourSeries, hourOf, type Roof } from './community-day.ts'
import { LEAST_CLEAR } from './peer-baseline.ts'
import { median } from './robust.ts'
import { checkSensors, type SensorDay, type SensorFaultKind } from './sensor-check.ts'
import { LEAST_MINUTES, type SolarClock } from './solar-clock.ts'

/** Something wrong between a plant and its numbers, as it stands. Plain data. */
export interface SensorFault {
  readonly kind: SensorFaultKind
  /** First day it was seen on. */
  readonly since: number
  /** Minutes by which a clock is late (> 0) or early; 0 of all else. */
  readonly minutes: number
  /** Told, not only suspected. */
  readonly confirmed: boolean
  /** Days in a row on which it was not seen any more. */
  readonly goneDays: number
}

export interface SensorMemory {
  readonly faults: readonly SensorFault[]
  /** The last readings of the clock against the sun, minutes, one for each clear day; and against the peers, one for each bright day. */
  readonly sunMinutes: readonly number[]
  readonly peerMinutes: readonly number[]
}

export const NEW_SENSORS: SensorMemory = { faults: [], sunMinutes: [], peerMinutes: [] }

/** The alert under which the technician's sentence is told. */
export const SENSOR_CODE = (kind: SensorFaultKind): AlertCode => (kind === 'clock' ? 'orologio' : 'cablaggio')

/** With these a house's production is no production: it takes no part in comparisons and teaches nothing. */
export const SPOILS_PRODUCTION: ReadonlySet<SensorFaultKind> = new Set([
  'pvStuck',
  'swapped',
  'pvReversed',
  'pvAtNight',
])

/** Readings that make up an opinion of the clock. */
const READINGS = 5
/** A middle of readings so far out is an error of half an hour: a reading is out by up to 15 minutes where the roof is shaded. */
const SUN_LIMIT = 26
const PEER_LIMIT = 18
const SUN_GAIN = 1.3
const GONE_DAYS = 3
/** The signs of a netted meter come and go with the weather and the household. */
const NET_PATIENCE = 3
const NET_GONE_DAYS = 14

/**
 * One day more of a house's channels: what was found, what stays, what is over. `days` end with the day; `clockDays` are those that
 * the sun's clock is read from; `expected` is what the peers foretell of the day, null where nobody does.
 */
export function followSensors(
  memory: SensorMemory,
  input: {
    readonly roof: Roof
    readonly days: readonly SensorDay[]
    readonly clockDays: readonly SensorDay[]
    readonly sunny: ReadonlySet<number>
    readonly battery: boolean
    readonly clock: SolarClock
    readonly expected: HourSeries | null
  },
): SensorMemory {
  const { roof, days, clock, expected } = input
  const today = days.at(-1)
  const own = today?.houses.get(roof.id)
  if (!today || !own) return memory
  const kinds = new Set(checkSensors(roof, days, input))
  const spoiled = [...kinds].some((kind) => SPOILS_PRODUCTION.has(kind))
  let { sunMinutes, peerMinutes } = memory
  if (roof.peakPower > 0 && !spoiled) {
    const made = input.clockDays.flatMap((d) => {
      const house = d.houses.get(roof.id)
      return house ? [{ day: d.day, produced: house.produced }] : []
    })
    const reading = clock.readIfClear(made, today.day, roof.plane)
    if (reading) sunMinutes = [...sunMinutes, reading.gain >= SUN_GAIN ? reading.minutes : 0].slice(-READINGS)
    const lag = expected ? lagBehind(own.produced, expected, roof.peakPower) : null
    if (lag !== null) peerMinutes = [...peerMinutes, Math.round(lag)].slice(-READINGS)
  }
  const minutes = clockMinutes(sunMinutes, peerMinutes)
  if (minutes !== 0) kinds.add('clock')
  const kept = memory.faults.flatMap((fault): SensorFault[] => {
    if (kinds.has(fault.kind)) {
      const confirmed = fault.confirmed || today.day - fault.since >= (fault.kind === 'loadNet' ? NET_PATIENCE : 1)
      return [{ ...fault, minutes: minutesOf(fault.kind, minutes), confirmed, goneDays: 0 }]
    }
    if (!fault.confirmed) return []
    const goneDays = fault.goneDays + 1
    const patience = fault.kind === 'loadNet' ? NET_GONE_DAYS : GONE_DAYS
    return goneDays >= patience ? [] : [{ ...fault, goneDays }]
  })
  const fresh = [...kinds]
    .filter((kind) => !kept.some((fault) => fault.kind === kind))
    .map(
      (kind): SensorFault => ({
        kind,
        since: today.day,
        minutes: minutesOf(kind, minutes),
        confirmed: false,
        goneDays: 0,
      }),
    )
  return { faults: [...kept, ...fresh], sunMinutes, peerMinutes }
}

function minutesOf(kind: SensorFaultKind, minutes: number): number {
  return kind === 'clock' ? minutes : 0
}

/** Minutes a clock is out by, to the quarter of an hour; 0 while it is right or not known. */
function clockMinutes(sun: readonly number[], peers: readonly number[]): number {
  const most = agreed(sun, SUN_LIMIT) || agreed(peers, PEER_LIMIT)
  return most === 0 ? 0 : Math.sign(most) * Math.max(LEAST_MINUTES, Math.round(Math.abs(most) / 15) * 15)
}

/** The middle of readings that all point the same way and far enough, else 0. */
function agreed(readings: readonly number[], limit: number): number {
  if (readings.length < READINGS) return 0
  const middle = median(readings) ?? 0
  return Math.abs(middle) >= limit && readings.every((r) => r * Math.sign(middle) >= 0.7 * limit) ? middle : 0
}

/**
 * Minutes by which a day comes later than the peers foretell: the least-squares shift of the expected curve. Null for a dark day, or one
 * that differs by more than its time. Worked value: an expected day moved by half an hour -> 30.
 */
export function lagBehind(made: HourSeries, expected: HourSeries, peak: number): number | null {
  let pp = 0
  let pd = 0
  let dd = 0
  let yp = 0
  let yd = 0
  let total = 0
  let yy = 0
  for (let h = 1; h < 23; h += 1) {
    const [before, now, after] = [expected[h - 1], expected[h], expected[h + 1]] as [number, number, number]
    const y = hourOf(made, h)
    const slope = (after - before) / 2
    if (Number.isNaN(now + slope + y)) continue
    pp += now * now
    pd += now * slope
    dd += slope * slope
    yp += y * now
    yy += y * y
    yd += y * slope
    total += now
  }
  const det = pp * dd - pd * pd
  if (total < LEAST_DAY * peak || det <= 1e-9 * pp * dd) return null
  const scale = (yp * dd - yd * pd) / det
  const shift = (yd * pp - yp * pd) / det
  if (scale < 0.4) return null
  // What the curve leaves unexplained in its own time, and moved: a shade is not a clock.
  const inTime = yy - (yp * yp) / pp
  const moved = yy - scale * yp - shift * yd
  return moved > MOVED_LEAVES * inTime ? 0 : Math.max(-180, Math.min(180, (-60 * shift) / scale))
}

/** A shift that leaves more than this of the misfit explains nothing. */
const MOVED_LEAVES = 0.35
/** Energy of a day that can tell its time, Wh/Wp. */
const LEAST_DAY = 30 * LEAST_CLEAR
