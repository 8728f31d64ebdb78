import type { Site } from '../../hub/domain/irradiance.ts'
import type { Plant } from '../../hub/domain/pv-model.ts'
import { clearSkyPower } from '../../hub/domain/pv-model.ts'
import type { SolarGrid } from '../../hub/domain/solar-grid.ts'
import { solarDay, solarDayStart, solarSlot } from '../../hub/domain/solar-grid.ts'

/** A series cut into solar days, W/Wp. */
export interface SolarDays {
  readonly grid: SolarGrid
  readonly days: readonly { readonly day: number; readonly start: number; readonly measured: Float64Array }[]
}

export function cutDays(grid: SolarGrid, start: Float64Array, values: Float64Array): SolarDays {
  const days = new Map<number, Float64Array>()
  for (const [i, at] of start.entries()) {
    const day = solarDay(grid, at)
    let slots = days.get(day)
    if (!slots) {
      slots = new Float64Array(grid.slots).fill(Number.NaN)
      days.set(day, slots)
    }
    slots[solarSlot(grid, at)] = values[i] ?? Number.NaN
  }
  return {
    grid,
    days: [...days]
      .sort(([a], [b]) => a - b)
      .map(([day, measured]) => ({ day, start: solarDayStart(grid, day), measured })),
  }
}

/** Mean of a function of time over each slot of a day. */
export function meansOf(grid: SolarGrid, dayStart: number, value: (at: number) => number): Float64Array {
  const parts = Math.max(1, Math.round(grid.slotMs / PART))
  return Float64Array.from({ length: grid.slots }, (_, slot) => {
    let sum = 0
    for (let part = 0; part < parts; part++) sum += value(dayStart + (slot + (part + 0.5) / parts) * grid.slotMs)
    return sum / parts
  })
}

const PART = 15 * 60_000

export function clearDay(grid: SolarGrid, dayStart: number, site: Site, plane: Omit<Plant, 'peakPower'>): Float64Array {
  return meansOf(grid, dayStart, (at) => clearSkyPower(at, site, { ...plane, peakPower: 1 }))
}
