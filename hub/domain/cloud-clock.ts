import { type CommunityDay, hourOf, unknownHours } from './community-day.ts'
import { quantile, vertex } from './robust.ts'

/** How far a plant's clock is from the neighbours', told by the clouds that pass over all of them at once. */
export interface CloudReading {
  /** Minutes by which its clouds come late (> 0) or early. */
  readonly minutes: number
  /** Correlation of its light with the neighbours' at that lag, -1..1. */
  readonly agreement: number
}

const STEP = 15
const REACH = 180
/** Days that a reading needs, and neighbours in each of their hours: a middle of fewer would follow a wrong clock among them. */
const LEAST_DAYS = 9
const LEAST_PEERS = 4
/** A cloudless hour is one of the best of the days at that hour; hours near the ends of a day tell more of roofs than of clouds. */
const CLOUDLESS = 0.85
const LEAST_SHARE = 0.25
const LEAST_HOURS = 4
const UNKNOWN = unknownHours()

/**
 * Reads clocks against the clouds. A roof's plane plays no part: an hour is compared with the same roof's best days at that hour, by
 * its own clock, and only what changes within a day counts. `days` are in order, at most some forty, so that the season stands still.
 */
export class CloudClock {
  readonly #light: ReadonlyMap<string, readonly Float64Array[]>
  readonly #trusted: ReadonlySet<string>
  readonly #days: readonly CommunityDay[]
  /** What the trusted houses show in each hour of each day, lowest first. */
  readonly #sorted: readonly Float64Array[][]

  /** `houses` are those whose production is the sun's, `trusted` those among them whose clock nobody doubts. */
  constructor(days: readonly CommunityDay[], houses: readonly string[], trusted: ReadonlySet<string>) {
    this.#days = days
    this.#trusted = trusted
    this.#light = new Map(houses.map((id) => [id, lightOf(days, id)]))
    const lights = [...this.#light].flatMap(([id, light]) => (trusted.has(id) ? [light] : []))
    this.#sorted = days.map((_, d) =>
      Array.from({ length: 24 }, (_, h) =>
        Float64Array.from(
          lights.map((light) => hourOf(light[d] as Float64Array, h)).filter((v) => !Number.isNaN(v)),
        ).sort(),
      ),
    )
  }

  /**
   * The lag at which a house's light changes most as the neighbours' does; null with too few days or neighbours, or under a sky that
   * did not change. Days before `from` are left out. Worked value: a clock half an hour late in a street of six -> +30.
   */
  read(house: string, from = Number.NEGATIVE_INFINITY): CloudReading | null {
    const own = this.#light.get(house)?.map((light, d) => ((this.#days[d]?.day ?? 0) < from ? UNKNOWN : light))
    if (!own || own.filter((day) => known(day) >= LEAST_HOURS).length < LEAST_DAYS) return null
    const sky = this.#skyBut(house)
    const count = (2 * REACH) / STEP + 1
    const agreements = Float64Array.from({ length: count }, (_, i) => agreementAt(own, sky, i * STEP - REACH))
    let best = 0
    for (const [i, value] of agreements.entries()) if (value > (agreements[best] as number)) best = i
    const agreement = agreements[best] as number
    if (!(agreement > 0)) return null
    return { minutes: Math.round((best + vertex(agreements, best)) * STEP - REACH), agreement }
  }

  /** Middle of the other houses' light in each hour; NaN where too few are known. */
  #skyBut(house: string): Float64Array[] {
    const own = this.#trusted.has(house) ? this.#light.get(house) : undefined
    return this.#sorted.map((hours, d) => Float64Array.from(hours, (values, h) => middleBut(values, own?.[d]?.[h])))
  }
}

/** Middle of sorted values without one of them; NaN where too few are left. */
function middleBut(sorted: Float64Array, but: number | undefined): number {
  const out = but === undefined || Number.isNaN(but) ? -1 : sorted.indexOf(but)
  const left = out < 0 ? sorted.length : sorted.length - 1
  if (left < LEAST_PEERS) return Number.NaN
  const at = (i: number) => sorted[out >= 0 && i >= out ? i + 1 : i] as number
  return (at((left - 1) >> 1) + at(left >> 1)) / 2
}

/** Light of each hour as a share of the house's own best days at that hour; NaN near the ends of the day and where nothing is known. */
function lightOf(days: readonly CommunityDay[], house: string): Float64Array[] {
  const made = days.map((day) => day.houses.get(house)?.produced)
  const best = Float64Array.from({ length: 24 }, (_, h) => {
    const hours = made.flatMap((series) => {
      const wh = series ? hourOf(series, h) : Number.NaN
      return Number.isNaN(wh) ? [] : [wh]
    })
    return hours.length < LEAST_DAYS ? 0 : (quantile(hours, CLOUDLESS) as number)
  })
  const least = LEAST_SHARE * Math.max(...best)
  return made.map((series) =>
    Float64Array.from({ length: 24 }, (_, h) => {
      const top = best[h] as number
      return series && top > 0 && top > least ? hourOf(series, h) / top : Number.NaN
    }),
  )
}

/** Correlation of the changes within days, the sky's moved by `minutes`; -1 where nothing changes. */
function agreementAt(own: readonly Float64Array[], sky: readonly Float64Array[], minutes: number): number {
  const hours = Math.floor(minutes / 60)
  const part = minutes / 60 - hours
  let [xy, xx, yy] = [0, 0, 0]
  for (const [d, light] of own.entries()) {
    const above = sky[d] as Float64Array
    let [count, x, y, dayXy, dayXx, dayYy] = [0, 0, 0, 0, 0, 0]
    for (let h = 0; h < 24; h += 1) {
      const now = hourOf(above, h - hours)
      const moved = part === 0 ? now : (1 - part) * now + part * hourOf(above, h - hours - 1)
      const mine = hourOf(light, h)
      if (Number.isNaN(moved + mine)) continue
      count += 1
      x += moved
      y += mine
      dayXy += moved * mine
      dayXx += moved * moved
      dayYy += mine * mine
    }
    if (count < LEAST_HOURS) continue
    xy += dayXy - (x * y) / count
    xx += dayXx - (x * x) / count
    yy += dayYy - (y * y) / count
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : -1
}

function known(day: Float64Array): number {
  return day.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0)
}
