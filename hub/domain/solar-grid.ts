import { DAY, MINUTE } from './time.ts'

/**
 * Days and slots that follow the sun of a place: a day begins at its mean solar midnight, rounded to a slot, so that no
 * day of production is cut in two and a shadow keeps its slot all year, whatever civil clocks do.
 */
export interface SolarGrid {
  /** Length of a slot, ms; divides a day. */
  readonly slotMs: number
  /** Slots of a day. */
  readonly slots: number
  /** Added to an instant, ms: mean solar time less UTC, rounded to a slot. */
  readonly offsetMs: number
}

/** The length of the hub's forecast slots. */
export const FORECAST_SLOT = 15 * MINUTE

/** The grid of a longitude (degrees east). Worked value: 7.69 E, quarter-hours -> 96 slots, offset 30 minutes. */
export function solarGrid(longitude: number, slotMs: number = FORECAST_SLOT): SolarGrid {
  return { slotMs, slots: DAY / slotMs, offsetMs: Math.round((longitude * DAY) / 360 / slotMs) * slotMs }
}

/** Number of the solar day that holds `at` (epoch ms), counted from the epoch. */
export function solarDay(grid: SolarGrid, at: number): number {
  return Math.floor((at + grid.offsetMs) / DAY)
}

/** Start of a solar day, epoch ms. */
export function solarDayStart(grid: SolarGrid, day: number): number {
  return day * DAY - grid.offsetMs
}

/** Slot of its solar day in which `at` lies. */
export function solarSlot(grid: SolarGrid, at: number): number {
  return Math.floor((at - solarDayStart(grid, solarDay(grid, at))) / grid.slotMs)
}
