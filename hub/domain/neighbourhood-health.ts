import { CloudClock } from './cloud-clock.ts'
import {
  type CommunityDay,
  clearDay,
  type DayGrid,
  dayStart,
  type HourSeries,
  hourOf,
  type Roof,
} from './community-day.ts'
import { type DiagnosisState, diagnoseDay, forgetBefore, LOOK_BACK, NEW_MEMORY } from './diagnosis.ts'
import type { Site } from './irradiance.ts'
import type { PlantHealth, PlantRecord } from './plant-health.ts'
import { followSensors, NEW_SENSORS, type SensorFault, SPOILS_PRODUCTION } from './plant-sensors.ts'
import { median } from './robust.ts'
import { SENSOR_DAYS } from './sensor-check.ts'
import { CLOCK_DAYS, SolarClock } from './solar-clock.ts'

/** A house of the diagnosis. */
export interface DiagnosedHouse extends Roof {
  /** Its battery stands behind the inverter: its production is not the sun's. */
  readonly battery: boolean
  /** Its plane was read from its own days: it says nothing of their clock. */
  readonly fitted?: boolean
}

export interface HealthSetting {
  readonly grid: DayGrid
  readonly site: Site
  readonly houses: readonly DiagnosedHouse[]
  readonly threshold: number
  readonly minHouses: number
}

type Records = ReadonlyMap<string, PlantRecord>
type ClearDay = CommunityDay & { readonly clear: ReadonlyMap<string, HourSeries> }

/** Days of evidence a house's health carries. */
const PAST_DAYS = 30
/** Days before a new one that judging it looks at. */
export const DAYS_BEFORE = Math.max(LOOK_BACK, CLOCK_DAYS) - 1

/** Judges the days of a neighbourhood one after the other, plants and channels together. */
export class NeighbourhoodHealth {
  readonly #setting: HealthSetting
  readonly #clock: SolarClock
  #records: Records
  #days: ClearDay[] = []

  /** `before` are days already judged, oldest first: what is learned from them is learned again from the same hours. */
  constructor(setting: HealthSetting, records: Records, before: readonly CommunityDay[]) {
    this.#setting = setting
    this.#records = records
    this.#clock = new SolarClock(setting.grid, setting.site)
    for (const day of before.slice(-DAYS_BEFORE)) this.#days.push(this.#withClear(day))
  }

  get records(): Records {
    return this.#records
  }

  /** Judges the next day, once it is over. A day without any data is not judged. */
  judge(day: CommunityDay): void {
    const next = this.#after(day, false)
    if (!next) return
    this.#days = next.days.slice(-DAYS_BEFORE)
    this.#records = next.records
  }

  /** What the day that is running shows so far: only plants that stand still are told, and nothing is kept. */
  glance(day: CommunityDay): PlantHealth[] {
    const records = this.#after(day, true)?.records ?? new Map<string, PlantRecord>()
    return [...records.values()]
      .map((r) => r.health)
      .filter((h) => h.finding?.sign === 'off' && h.finding.foundOn === day.day)
  }

  #after(day: CommunityDay, running: boolean): { days: ClearDay[]; records: Records } | null {
    if (day.houses.size === 0) return null
    const { houses, threshold, minHouses, grid } = this.#setting
    const today = this.#withClear(day)
    const days = [...this.#days, today]
    const state: DiagnosisState = {
      day: day.day - 1,
      houses: Object.fromEntries([...this.#records].map(([id, record]) => [id, record.memory])),
    }
    const setAside = new Set(houses.filter((h) => h.battery || this.#isSpoiled(h.id)).map((h) => h.id))
    const result = diagnoseDay(state, {
      days: days.slice(-LOOK_BACK),
      roofs: houses,
      setAside,
      threshold,
      minHouses,
      running,
    })
    const plants = houses.filter((h) => h.peakPower > 0 && !setAside.has(h.id)).length
    const clouds = running ? null : this.#clouds(days.slice(-CLOCK_DAYS), setAside)
    const records = new Map<string, PlantRecord>()
    for (const house of houses) {
      const verdict = result.verdicts.get(house.id)
      const before = this.#records.get(house.id)?.sensors ?? NEW_SENSORS
      const sensors = running
        ? before
        : followSensors(before, {
            roof: house.fitted ? { ...house, plane: null } : house,
            days: days.slice(-SENSOR_DAYS),
            clockDays: days.slice(-CLOCK_DAYS),
            sunny: sunnyDays(days.slice(-SENSOR_DAYS), houses, house.id),
            battery: house.battery,
            clock: this.#clock,
            expected: verdict?.expected ?? null,
            clouds,
          })
      const mended = sensors.mendedOn !== null && sensors.mendedOn !== before.mendedOn
      const memory = mended ? forgetBefore(sensors.mendedOn) : (result.state.houses[house.id] ?? NEW_MEMORY)
      records.set(house.id, {
        memory,
        sensors,
        health: {
          house: house.id,
          day: day.day,
          dayStart: dayStart(grid, day.day),
          standing: house.peakPower > 0 ? (verdict?.standing ?? 'noData') : 'setAside',
          finding: memory.finding,
          sensors: sensors.faults,
          ratio: verdict?.always?.ratio ?? null,
          usual: verdict?.usual ?? null,
          peers: verdict?.peers ?? 0,
          plants,
          past: memory.track.residuals
            .filter((r) => r.day > day.day - PAST_DAYS)
            .map((r) => ({
              start: dayStart(grid, r.day),
              madeWh: Math.round(r.madeWh),
              expectedWh: Math.round(r.expectedWh),
            })),
        },
      })
    }
    return { days, records }
  }

  /** The clouds by the houses whose production is the sun's; a neighbour whose own clock is suspected tells nobody's. */
  #clouds(days: readonly CommunityDay[], setAside: ReadonlySet<string>): CloudClock {
    const ids = this.#setting.houses.filter((h) => h.peakPower > 0 && !setAside.has(h.id)).map((h) => h.id)
    return new CloudClock(days, ids, new Set(ids.filter((id) => !this.#faults(id).some((f) => f.kind === 'clock'))))
  }

  #isSpoiled(house: string): boolean {
    return this.#faults(house).some((fault) => fault.confirmed && SPOILS_PRODUCTION.has(fault.kind))
  }

  #faults(house: string): readonly SensorFault[] {
    return this.#records.get(house)?.sensors.faults ?? []
  }

  #withClear(day: CommunityDay): ClearDay {
    const { grid, site, houses } = this.#setting
    return { ...day, clear: clearDay(grid, day.day, site, houses) }
  }
}

/** Days on which the middle of the other roofs made a fifth of their clear sky. */
export function sunnyDays(days: readonly ClearDay[], roofs: readonly Roof[], but: string): Set<number> {
  return new Set(
    days.flatMap((day) => {
      const shares = roofs.flatMap((roof) => {
        const made = day.houses.get(roof.id)?.produced
        const clear = day.clear.get(roof.id)
        return roof.id === but || roof.peakPower <= 0 || !made || !clear ? [] : [total(made) / total(clear)]
      })
      return (median(shares) ?? 0) > SUNNY_SHARE ? [day.day] : []
    }),
  )
}

const SUNNY_SHARE = 0.2

function total(series: HourSeries): number {
  let sum = 0
  for (let h = 0; h < 24; h += 1) sum += Number.isNaN(hourOf(series, h)) ? 0 : hourOf(series, h)
  return sum
}

/** Days and houses that nothing should be learned from: found unwell, or measured wrongly. */
export function unfitDays(records: Iterable<readonly [string, PlantRecord]>): Map<string, ReadonlySet<number>> {
  return new Map([...records].map(([house, { memory }]) => [house, new Set(memory.unfit)]))
}
