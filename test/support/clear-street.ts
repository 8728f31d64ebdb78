import type { HouseDay, Roof } from '../../hub/domain/community-day.ts'
import { clearDay, dayGrid } from '../../hub/domain/community-day.ts'
import { type DiagnosisState, diagnoseDay, LOOK_BACK, NEW_DIAGNOSIS, type Verdict } from '../../hub/domain/diagnosis.ts'

export const TURIN = { latitude: 45.07, longitude: 7.69, altitude: 240 }
export const GRID = dayGrid(TURIN)

/** 1 April 2026 as a day of the grid. */
export const FIRST_DAY = 20_544

export const ROOFS: readonly Roof[] = [
  { id: 'casa_A', peakPower: 3_000, plane: { tilt: 25, azimuth: 180 } },
  { id: 'casa_B', peakPower: 4_500, plane: { tilt: 20, azimuth: 95 } },
  { id: 'casa_C', peakPower: 6_000, plane: { tilt: 30, azimuth: 255 } },
  { id: 'casa_D', peakPower: 3_300, plane: { tilt: 15, azimuth: 200 } },
  { id: 'casa_E', peakPower: 4_100, plane: { tilt: 25, azimuth: 170 } },
  { id: 'casa_F', peakPower: 5_000, plane: { tilt: 20, azimuth: 110 } },
]

/** Changes what a house measured: `age` days after the first. */
export type Change = (day: HouseDay, age: number, house: string) => HouseDay | null

/** Days of a street under one changing sky: each hour of each roof gives what its clear sky, the cloud and a small lot of its own allow. */
export function streetDays(count: number, change: Change = (day) => day, roofs: readonly Roof[] = ROOFS) {
  return Array.from({ length: count }, (_, age) => {
    const day = FIRST_DAY + age
    const clear = clearDay(GRID, day, TURIN, roofs)
    const houses = new Map<string, HouseDay>()
    for (const [i, roof] of roofs.entries()) {
      const model = clear.get(roof.id) ?? new Float64Array(24)
      const produced = model.map((wh, hour) => wh * cloud(day, hour) * (0.97 + 0.02 * lot(day, hour, i)))
      const consumed = new Float64Array(24).map((_, hour) => 250 + 300 * lot(day, hour, i + 50))
      const changed = change({ produced, consumed }, age, roof.id)
      if (changed) houses.set(roof.id, changed)
    }
    return { day, houses, clear }
  })
}

export function times(day: HouseDay, factor: (hour: number) => number): HouseDay {
  return { ...day, produced: day.produced.map((wh, hour) => wh * factor(hour)) }
}

/** Judges the days one after the other; the verdicts of each. */
export function judgeAll(
  days: ReturnType<typeof streetDays>,
  options: {
    readonly roofs?: readonly Roof[]
    readonly setAside?: ReadonlySet<string>
    readonly minHouses?: number
  } = {},
): { state: DiagnosisState; verdicts: Map<string, Verdict>[] } {
  let state = NEW_DIAGNOSIS
  const verdicts: Map<string, Verdict>[] = []
  for (let d = 0; d < days.length; d += 1) {
    const result = diagnoseDay(state, {
      days: days.slice(Math.max(0, d + 1 - LOOK_BACK), d + 1),
      roofs: options.roofs ?? ROOFS,
      setAside: options.setAside ?? new Set(),
      threshold: 0.85,
      minHouses: options.minHouses ?? 3,
    })
    state = result.state
    verdicts.push(result.verdicts)
  }
  return { state, verdicts }
}

/** Three days in five are clear, the others change by the hour. */
function cloud(day: number, hour: number): number {
  return lot(day, 0, 1000) < 0.6 ? 0.97 : 0.25 + 0.7 * lot(day, hour, 1001)
}

/** A number in 0..1 that is always the same for the same arguments. */
function lot(a: number, b: number, c: number): number {
  const x = Math.sin(a * 12.9898 + b * 78.233 + c * 37.719) * 43_758.5453
  return x - Math.floor(x)
}
