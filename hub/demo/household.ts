import { plantPower } from '../domain/pv-model.ts'
import { HOUR, MINUTE, SECOND } from '../domain/time.ts'
import { appliancesWatts, isWeekend } from './appliances.ts'
import type { DemoHouse, Equipment, Habit } from './neighbourhood.ts'
import { between, chance, ease, noise } from './random.ts'
import { skyUnder, type Weather, weatherAt } from './sky.ts'

/** What a house's meters show, whole watts, both >= 0. */
export interface HousePower {
  readonly productionW: number
  readonly consumptionW: number
}

/** Local time of the street: whole days since 1970-01-01 and minutes into the day (with their fraction). */
interface LocalTime {
  readonly day: number
  readonly minute: number
}

/** What the parts of a household's consumption depend on. */
interface Moment extends LocalTime {
  readonly at: number
  readonly weather: Weather
  /** 0 in daylight, 1 in the dark. */
  readonly dark: number
}

/** Lines of noise and chance that belong to the household; appliances use 100 and up, the neighbourhood those below 40. */
const LINE = {
  flicker: 40,
  busy: 41,
  standby: 42,
  fridge: 43,
  car: 50,
  boiler: 60,
  heatPump: 70,
  cooling: 80,
  inverter: 90,
} as const

/** People's presence: lights, screens, chargers around an hour of the day, with its width in hours and its watts. */
type Bump = readonly [hour: number, width: number, watts: number]

const WORKDAY: Record<Habit, readonly Bump[]> = {
  'early-bird': [
    [5.7, 0.9, 170],
    [14.5, 2, 150],
    [19, 2.1, 290],
  ],
  'home-office': [
    [7.8, 0.8, 120],
    [10.8, 2.2, 230],
    [15.2, 2.2, 230],
    [20.6, 2, 280],
  ],
  family: [
    [7, 0.8, 220],
    [13.2, 1, 140],
    [17, 1.6, 180],
    [20.5, 2, 360],
  ],
  retired: [
    [8, 1.2, 130],
    [12.5, 2, 150],
    [16, 2, 110],
    [20, 1.9, 230],
  ],
  commuter: [
    [6.6, 0.6, 150],
    [20.3, 1.8, 280],
  ],
}

const WEEKEND: readonly Bump[] = [
  [9, 1.4, 170],
  [13, 1.8, 190],
  [17, 2, 130],
  [20.8, 2.2, 320],
]

/**
 * What house `house` produces and consumes at `at` (epoch ms, UTC): the same for the same house and instant, in any order of asking.
 * Production is the physical model under the street's sky, with the plant's fault, 0 at night and never above its peak; consumption
 * never exceeds the connection limit. `without` leaves out equipment that someone else switches and adds.
 */
export function powerAt(
  house: DemoHouse,
  at: number,
  options: { readonly without?: readonly Equipment[] } = {},
): HousePower {
  const weather = weatherAt(house.street.skySeed, at, house.cloudDelay)
  const sky = skyUnder(weather, at, house.street.site)
  const moment: Moment = { ...localTime(at, house.street.zone), at, weather, dark: ease((8 - sky.sun.elevation) / 14) }

  const healthy = house.peakPower === 0 || sky.ghi <= 0 ? 0 : plantPower(sky, weather, house)
  const fault = house.fault !== null && at >= house.fault.since ? house.fault.factor : 1
  const ripple = 1 + 0.008 * (noise(house.seed, LINE.inverter, at / (15 * SECOND)) - 0.5)
  return {
    productionW: Math.min(house.peakPower, Math.round(healthy * fault * ripple)),
    consumptionW: Math.min(house.connectionLimit, Math.round(consumption(house, moment, options.without ?? []))),
  }
}

function consumption(house: DemoHouse, moment: Moment, without: readonly Equipment[]): number {
  const { seed, habit, thrift } = house
  const usual =
    standby(seed) +
    fridge(seed, moment) +
    presence(house, moment) +
    appliancesWatts(habit, seed, moment.day, moment.minute)
  let watts = usual * thrift
  for (const item of house.equipment) if (!without.includes(item)) watts += LARGE[item](house, moment)
  return watts * (1 + 0.03 * (noise(seed, LINE.flicker, moment.at / (20 * SECOND)) - 0.5))
}

/** Router, alarm, clocks, things left plugged in. */
function standby(seed: number): number {
  return between(60, 120, seed, LINE.standby)
}

/** A compressor that runs about four tenths of each cycle. */
function fridge(seed: number, { at }: Moment): number {
  const period = between(40, 62, seed, LINE.fridge) * MINUTE
  return (
    cycle(at / period + chance(seed, LINE.fridge, 1), between(0.34, 0.44, seed, LINE.fridge, 2)) *
    between(75, 115, seed, LINE.fridge, 3)
  )
}

function presence(house: DemoHouse, { at, day, minute, dark }: Moment): number {
  const bumps = isWeekend(day) ? WEEKEND : WORKDAY[house.habit]
  let watts = 0
  for (const [hour, width, height] of bumps) watts += height * Math.exp(-(((minute / 60 - hour) / width) ** 2))
  const busy = 0.45 + 1.1 * noise(house.seed, LINE.busy, at / (13 * MINUTE))
  return watts * busy * (0.8 + 0.5 * dark)
}

/** 1 in the first `duty` of each whole number of cycles, else 0. */
function cycle(phase: number, duty: number): number {
  return phase - Math.floor(phase) < duty ? 1 : 0
}

/** `watts` while `minute` lies in a run that starts between the two hours and lasts between the two minutes, both drawn for the day. */
function dailyRun(
  moment: LocalTime,
  seed: number,
  key: number,
  hours: readonly [number, number],
  minutes: readonly [number, number],
): boolean {
  const from = 60 * between(hours[0], hours[1], seed, key, moment.day)
  return moment.minute >= from && moment.minute < from + between(minutes[0], minutes[1], seed, key + 1, moment.day)
}

const LARGE: Record<Equipment, (house: DemoHouse, moment: Moment) => number> = {
  'water-heater': waterHeater,
  'electric-car': electricCar,
  'heat-pump': heatPump,
  'air-conditioner': airConditioner,
}

/** 1.5 kW: after the morning's showers, after the evening's, and a few minutes now and then to keep warm. About 3 kWh a day. */
function waterHeater({ seed }: DemoHouse, moment: Moment): number {
  const morning = dailyRun(moment, seed, LINE.boiler, [5.6, 7.6], [30, 58])
  const evening = dailyRun(moment, seed, LINE.boiler + 2, [19.6, 21.6], [35, 65])
  const keepWarm = cycle(moment.at / (3.8 * HOUR) + chance(seed, LINE.boiler, 9), 7 / 228)
  return morning || evening || keepWarm ? 1_500 : 0
}

/** A commuter's car, plugged in on coming home: 16 A on one phase, four days in five, less often at weekends. */
function electricCar({ seed }: DemoHouse, moment: Moment): number {
  if (chance(seed, LINE.car, moment.day) >= (isWeekend(moment.day) ? 0.25 : 0.75)) return 0
  return dailyRun(moment, seed, LINE.car + 2, [18.2, 19.7], [50, 145]) ? 3_700 : 0
}

/** Heating below 16.5 degrees outdoors, in cycles when little is needed, and the hot water in the early afternoon. */
function heatPump({ seed }: DemoHouse, moment: Moment): number {
  const night = moment.minute < 5 * 60 || moment.minute > 23 * 60 ? 0.6 : 1
  const need = 34 * Math.max(0, 16.5 - moment.weather.airTemperature) * night
  const water = dailyRun(moment, seed, LINE.heatPump, [12.8, 14.5], [30, 50]) ? 1_300 : 0
  const share = Math.min(1, need / 500)
  const heating = cycle(moment.at / (38 * MINUTE) + chance(seed, LINE.heatPump, 9), share) * Math.max(500, need)
  return Math.max(water, heating)
}

/** Cooling above 25.5 degrees from late morning to bedtime, longer cycles the hotter it is. */
function airConditioner({ seed }: DemoHouse, moment: Moment): number {
  if (moment.minute < 11 * 60 || moment.minute > 23 * 60) return 0
  const share = Math.min(1, Math.max(0, (moment.weather.airTemperature - 25.5) / 7))
  return cycle(moment.at / (21 * MINUTE) + chance(seed, LINE.cooling, 9), share) * 780
}

/** The last offset asked for: it changes on the hour only, and asking the time zone is slower than the rest together. */
const lastOffset = { zone: '', hour: -1, ms: 0 }

function localTime(at: number, zone: string): LocalTime {
  const hour = Math.floor(at / HOUR)
  if (lastOffset.hour !== hour || lastOffset.zone !== zone) {
    lastOffset.zone = zone
    lastOffset.hour = hour
    lastOffset.ms = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6
  }
  const minutes = (at + lastOffset.ms) / MINUTE
  const day = Math.floor(minutes / 1_440)
  return { day, minute: minutes - day * 1_440 }
}
