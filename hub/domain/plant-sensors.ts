import type { AlertCode } from './alert.ts'
import type { CloudClock } from './cloud-clock.ts'
import { type HourSeries, hourOf, type Roof } from './community-day.ts'
import { LOOK_BACK } from './diagnosis.ts'
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
  /** The last readings of the clock, minutes: against the sun, one for each clear day, and the peers, each bright day. */
  readonly sunMinutes: readonly number[]
  readonly peerMinutes: readonly number[]
  /** Against the clouds, one for each day; null where they agree too little to tell. */
  readonly cloudMinutes: readonly (number | null)[]
  /** First day since a wrong clock was put right; null where none ever was. */
  readonly mendedOn: number | null
  /** How wrong the clock was when it last was, minutes; null where it never was, or since it was put right. */
  readonly lastWrong: { readonly day: number; readonly minutes: number } | null
}

export const NEW_SENSORS: SensorMemory = {
  faults: [],
  sunMinutes: [],
  peerMinutes: [],
  cloudMinutes: [],
  mendedOn: null,
  lastWrong: null,
}

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
/** The clouds' readings of sound houses lie within 18 minutes; below this agreement they are no readings. */
const CLOUD_LIMIT = 20
/** A few changeable days can lie by more; so where the sun sees nothing, they must say more. */
const CLOUD_ALONE_LIMIT = 28
const BOTH_LIMIT = 14
/** Clouds that come on time, day after day, tell of a roof that is not as it was entered, not of its clock. */
const ON_TIME = 10
const LEAST_AGREEMENT = 0.7
const SUN_GAIN = 1.2
const GONE_DAYS = 3
/** The signs of a netted meter come and go with the weather and the household. */
const NET_PATIENCE = 3
const NET_GONE_DAYS = 14

/**
 * One day more of a house's channels: what was found, what stays, what is over. `days` end with the day; `clockDays` are those that
 * the sun's clock is read from; `expected` is what the peers foretell of the day, null where nobody does; `clouds` are those of the same
 * days, over all.
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
    readonly clouds: Pick<CloudClock, 'read'> | null
  },
): SensorMemory {
  const { roof, days } = input
  const today = days.at(-1)
  const own = today?.houses.get(roof.id)
  if (!today || !own) return memory
  const kinds = new Set(checkSensors(roof, days, input))
  // A clock that is hours late makes a plant produce at night: that is read before it is believed.
  const spoiled = [...kinds].some((kind) => SPOILS_PRODUCTION.has(kind) && kind !== 'pvAtNight')
  const readings = roof.peakPower > 0 && !spoiled ? readDay(memory, today.day, own.produced, input) : readingsOf(memory)
  const { minutes, certain } = clockOf(readings)
  if (minutes !== 0) {
    kinds.add('clock')
    kinds.delete('pvAtNight')
  }
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
        confirmed: kind === 'clock' && certain,
        goneDays: 0,
      }),
    )
  return { faults: [...kept, ...fresh], ...readings }
}

function minutesOf(kind: SensorFaultKind, minutes: number): number {
  return kind === 'clock' ? minutes : 0
}

type Readings = Omit<SensorMemory, 'faults'>

function readingsOf({ faults: _, ...readings }: SensorMemory): Readings {
  return readings
}

/** What the clock of one day more says, by the sun, the peers and the clouds. */
function readDay(
  memory: SensorMemory,
  today: number,
  produced: HourSeries,
  input: Pick<Parameters<typeof followSensors>[1], 'roof' | 'clockDays' | 'clock' | 'expected' | 'clouds'>,
): Readings {
  const { roof, clock, expected, clouds } = input
  let { sunMinutes, peerMinutes, cloudMinutes, mendedOn, lastWrong } = readingsOf(memory)
  const lag = expected ? lagBehind(produced, expected, roof.peakPower) : null
  // The peers foretell by what was learned in the wrong time: that they say the contrary now is the repair.
  if (lag !== null) peerMinutes = [...peerMinutes, Math.round(lag)].slice(-READINGS)
  const wrong = memory.faults.find((fault) => fault.kind === 'clock' && fault.confirmed)
  if (wrong) lastWrong = { day: today, minutes: wrong.minutes }
  if (lastWrong && today - lastWrong.day < LOOK_BACK && agreed(peerMinutes, PEER_LIMIT) * lastWrong.minutes < 0) {
    mendedOn = wrong ? today - READINGS + 1 : lastWrong.day
    return { sunMinutes: [], peerMinutes: [], cloudMinutes: [], mendedOn, lastWrong: null }
  }
  const from = mendedOn ?? Number.NEGATIVE_INFINITY
  const made = input.clockDays.flatMap((d) => {
    const house = d.day < from ? undefined : d.houses.get(roof.id)
    return house ? [{ day: d.day, produced: house.produced }] : []
  })
  const bySun = clock.readIfClear(made, today, roof.plane)
  if (bySun) sunMinutes = [...sunMinutes, bySun.gain >= SUN_GAIN ? bySun.minutes : 0].slice(-READINGS)
  const byClouds = clouds?.read(roof.id, from)
  if (byClouds)
    cloudMinutes = [...cloudMinutes, byClouds.agreement >= LEAST_AGREEMENT ? byClouds.minutes : null].slice(-READINGS)
  return { sunMinutes, peerMinutes, cloudMinutes, mendedOn, lastWrong }
}

/** Minutes a clock is out by, to the quarter of an hour; 0 while it is right or not known. Certain: clouds say so too. Against clouds the sun is not heard. */
function clockOf({ sunMinutes: bySun, peerMinutes, cloudMinutes: byClouds }: Readings) {
  const cloudMinutes = byClouds.map((minutes) => minutes ?? 0)
  const isOnTime = byClouds.length >= READINGS && byClouds.every((m) => m !== null && Math.abs(m) <= ON_TIME)
  const sunMinutes = isOnTime ? [] : bySun
  const clouds = agreed(cloudMinutes, CLOUD_LIMIT)
  const supported = sunMinutes.slice(-3).some((minutes) => minutes * clouds > 0)
  const certain = both(sunMinutes, cloudMinutes) || (supported ? clouds : agreed(cloudMinutes, CLOUD_ALONE_LIMIT))
  const most = certain || agreed(sunMinutes, SUN_LIMIT) || agreed(peerMinutes, PEER_LIMIT)
  const minutes = most === 0 ? 0 : Math.sign(most) * Math.max(LEAST_MINUTES, Math.round(Math.abs(most) / 15) * 15)
  return { minutes, certain: certain !== 0 }
}

/** The middle of readings that all point the same way and far enough, else 0. */
function agreed(readings: readonly number[], limit: number, count = READINGS): number {
  if (readings.length < count) return 0
  const last = readings.slice(-count)
  const middle = median(last) ?? 0
  return Math.abs(middle) >= limit && last.every((r) => r * Math.sign(middle) >= 0.7 * limit) ? middle : 0
}

/** Two that know nothing of each other and say the same need less, each: the roof's plane moves the sun's, the sky's variety the clouds'. */
function both(sun: readonly number[], clouds: readonly number[]): number {
  const bySun = agreed(sun, BOTH_LIMIT, 4)
  const byClouds = agreed(clouds, BOTH_LIMIT, 2)
  return bySun * byClouds > 0 ? (bySun + byClouds) / 2 : 0
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
