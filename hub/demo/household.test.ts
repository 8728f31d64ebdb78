import { describe, expect, test } from 'vitest'
import { clearSky } from '../domain/irradiance.ts'
import { DAY, HOUR, MINUTE } from '../domain/time.ts'
import { powerAt } from './household.ts'
import { type DemoHouse, type HABITS, makeNeighbourhood } from './neighbourhood.ts'
import { dayType } from './sky.ts'

const START = Date.parse('2026-06-21T08:00:00Z')
const street = makeNeighbourhood({ houses: 12, seed: 1, start: START })
const STEP = 5 * MINUTE

/** Local midnight in Italian summer time. */
const localDay = (day: string) => Date.parse(`${day}T00:00:00+02:00`)

function find(matches: (house: DemoHouse) => boolean): DemoHouse {
  const house = street.houses.find(matches)
  if (!house) throw new Error('the street has no such house')
  return house
}

function energyWh(house: DemoHouse, from: number, to: number): { produced: number; consumed: number } {
  let produced = 0
  let consumed = 0
  for (let at = from + STEP / 2; at < to; at += STEP) {
    const power = powerAt(house, at)
    produced += power.productionW / 12
    consumed += power.consumptionW / 12
  }
  return { produced, consumed }
}

/** The first clear day from `from` on, UTC midnight. */
function clearDay(from: number): number {
  let day = Math.floor(from / DAY)
  while (dayType(street.skySeed, day) !== 'clear' || dayType(street.skySeed, day - 1) !== 'clear') day++
  return day * DAY
}

describe('powerAt', () => {
  test('is the same in any order of asking, and differs between houses', () => {
    const house = find((each) => each.peakPower > 0)
    const instants = Array.from({ length: 200 }, (_, step) => START - step * 47 * MINUTE)
    const first = instants.map((at) => powerAt(house, at))
    const again = [...instants].reverse().map((at) => powerAt(house, at))
    expect(again.reverse()).toEqual(first)
    expect(new Set(street.houses.map((each) => powerAt(each, START).consumptionW)).size).toBeGreaterThan(8)
  })

  test('keeps its bounds: whole watts, no production at night or above the peak, consumption within the connection', () => {
    for (const from of ['2026-01-10', '2026-04-10', '2026-07-10', '2026-10-20'].map((day) => Date.parse(day))) {
      for (const house of street.houses) {
        for (let at = from; at < from + 3 * DAY; at += STEP) {
          const { productionW, consumptionW } = powerAt(house, at)
          expect(Number.isInteger(productionW) && Number.isInteger(consumptionW)).toBe(true)
          expect(productionW).toBeGreaterThanOrEqual(0)
          expect(productionW).toBeLessThanOrEqual(house.peakPower)
          expect(consumptionW).toBeGreaterThan(20)
          expect(consumptionW).toBeLessThanOrEqual(house.connectionLimit)
          if (clearSky(at, street.site).sun.elevation <= 0) expect(productionW).toBe(0)
        }
      }
    }
  })

  test('an east roof peaks hours before a west roof', () => {
    const day = clearDay(Date.parse('2026-05-01T00:00:00Z'))
    const peakAt = (house: DemoHouse) => {
      let best = { at: 0, watts: -1 }
      for (let at = day; at < day + DAY; at += STEP) {
        const watts = powerAt(house, at).productionW
        if (watts > best.watts) best = { at, watts }
      }
      return best.at
    }
    const east = find((house) => house.peakPower > 0 && house.azimuth < 110)
    const west = find((house) => house.peakPower > 0 && house.azimuth > 240)
    expect((peakAt(west) - peakAt(east)) / HOUR).toBeGreaterThan(1)
  })

  test('the failed string shows as half of what a healthy neighbour yields, from its instant on', () => {
    const faulty = find((house) => house.fault !== null)
    const peer = find((house) => house.peakPower > 0 && house.fault === null && Math.abs(house.azimuth - 180) < 15)
    const since = faulty.fault?.since ?? 0
    const ratio = (from: number, to: number) =>
      energyWh(faulty, from, to).produced / faulty.peakPower / (energyWh(peer, from, to).produced / peer.peakPower)
    expect(ratio(since - 7 * DAY, since)).toBeGreaterThan(0.88)
    expect(ratio(since - 7 * DAY, since)).toBeLessThan(1.12)
    expect(ratio(since, since + 7 * DAY)).toBeGreaterThan(0.43)
    expect(ratio(since, since + 7 * DAY)).toBeLessThan(0.57)
    const sound = { ...faulty, fault: null }
    expect(energyWh(faulty, since, since + DAY).produced / energyWh(sound, since, since + DAY).produced).toBeCloseTo(
      0.5,
      2,
    )
  })

  test('the community covers a believable share of its use on June days', () => {
    for (let day = 0; day < 30; day += 3) {
      const from = localDay('2026-06-01') + day * DAY
      let consumed = 0
      let imported = 0
      for (let at = from; at < from + DAY; at += STEP) {
        let balance = 0
        for (const house of street.houses) {
          const { productionW, consumptionW } = powerAt(house, at)
          balance += productionW - consumptionW
          consumed += consumptionW
        }
        imported += Math.max(0, -balance)
      }
      expect(1 - imported / consumed).toBeGreaterThan(0.25)
      expect(1 - imported / consumed).toBeLessThan(0.7)
    }
  })

  test.each([1, 2, 3])('every household uses 2,000 to 6,500 kWh a year, the mean 2,500 to 6,000 (seed %d)', (seed) => {
    const weeks = ['2026-01-12', '2026-03-09', '2026-05-11', '2026-07-06', '2026-09-07', '2026-11-09'].map((day) =>
      Date.parse(day),
    )
    const years = makeNeighbourhood({ houses: 12, seed, start: START }).houses.map(
      (house) => (weeks.reduce((sum, from) => sum + energyWh(house, from, from + 7 * DAY).consumed, 0) / 42) * 0.365,
    )
    for (const year of years) {
      expect(year).toBeGreaterThan(2_000)
      expect(year).toBeLessThan(6_500)
    }
    const mean = years.reduce((sum, year) => sum + year, 0) / years.length
    expect(mean).toBeGreaterThan(2_500)
    expect(mean).toBeLessThan(6_000)
  })

  test('habits show: the office is busy at eleven on working days, the commuter charges in the evening, weekends differ', () => {
    const use = (house: DemoHouse, fromHour: number, toHour: number, days: readonly string[]) =>
      days.reduce(
        (sum, day) => sum + energyWh(house, localDay(day) + fromHour * HOUR, localDay(day) + toHour * HOUR).consumed,
        0,
      ) / days.length
    const monday = Date.parse('2026-05-04')
    const dates = Array.from({ length: 28 }, (_, index) => new Date(monday + index * DAY).toISOString().slice(0, 10))
    const working = dates.filter((_, index) => index % 7 < 5)
    const weekend = dates.filter((_, index) => index % 7 >= 5)
    const of = (habit: (typeof HABITS)[number]) => find((house) => house.habit === habit)
    expect(use(of('home-office'), 9, 12, working)).toBeGreaterThan(1.3 * use(of('commuter'), 9, 12, working))
    const car = find((house) => house.equipment.includes('electric-car'))
    expect(use(car, 18, 23, working)).toBeGreaterThan(4_000)
    expect(use(car, 18, 23, working)).toBeGreaterThan(1.3 * use(car, 18, 23, weekend))
    expect(use(of('commuter'), 9, 15, weekend)).toBeGreaterThan(1.3 * use(of('commuter'), 9, 15, working))
  })

  test('leaves out equipment that someone else switches', () => {
    const house = find((each) => each.equipment.includes('water-heater'))
    let less = 0
    for (let at = START - DAY; at < START; at += STEP) {
      const all = powerAt(house, at).consumptionW
      const rest = powerAt(house, at, { without: ['water-heater'] }).consumptionW
      expect(rest).toBeLessThanOrEqual(all)
      less += (all - rest) / 12
    }
    expect(less).toBeGreaterThan(1_000)
    expect(less).toBeLessThan(6_000)
  })

  test('runs on local time through the end of summer time', () => {
    const house = find((each) => each.habit === 'commuter')
    const before = energyWh(house, Date.parse('2026-10-22T20:00:00+02:00'), Date.parse('2026-10-22T23:00:00+02:00'))
    const after = energyWh(house, Date.parse('2026-10-26T20:00:00+01:00'), Date.parse('2026-10-26T23:00:00+01:00'))
    expect(before.consumed).toBeGreaterThan(500)
    expect(after.consumed).toBeGreaterThan(500)
  })
})
