import { area, line } from 'd3-shape'
import { HOUR, SLOT } from '../../hub/domain/time.ts'
import type { CurvePoint } from '../view-models.ts'

/** A band of the curve at one slot: from `low` to `high`, W. */
export interface Band {
  readonly low: number
  readonly high: number
}

/** What is drawn of a slot, depending on what is known of it. */
export const LAYERS = {
  /** Production used on the spot. */
  self: (p, c) => (p !== null && c !== null ? { low: 0, high: Math.min(p, c) } : null),
  /** Production beyond the consumption. */
  solar: (p, c) => (p !== null && c !== null ? { low: Math.min(p, c), high: p } : null),
  /** Consumption beyond the production. */
  grid: (p, c) => (p !== null && c !== null ? { low: Math.min(p, c), high: c } : null),
  /** Production of which nobody knows whether it was used. */
  unknown: (p, c) => (p !== null && c === null ? { low: 0, high: p } : null),
} as const satisfies { readonly [name: string]: (p: number | null, c: number | null) => Band | null }

export type Layer = keyof typeof LAYERS

/** The curve in steps of `length` (a multiple of a slot): means of what is known, null where nothing is. */
export function coarser(points: readonly CurvePoint[], length: number): readonly CurvePoint[] {
  if (length <= SLOT) return points
  const groups = Map.groupBy(points, (point) => Math.floor(point.start / length) * length)
  return [...groups].map(([start, group]) => ({
    start,
    productionW: mean(group.map((p) => p.productionW)),
    consumptionW: mean(group.map((p) => p.consumptionW)),
    quality: group[0]?.quality ?? 'mancante',
  }))
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

type Corner = { readonly at: number; readonly band: Band } | null

/**
 * Corners of a layer: the middle of each slot, and the outer edges of each unbroken run, so that a single known slot
 * still shows. A gap stays a gap. Stretches without thickness are left out.
 */
export function corners(
  points: readonly CurvePoint[],
  bandOf: (p: number | null, c: number | null) => Band | null,
  length: number,
): Corner[] {
  const bands = points.map((point) => bandOf(point.productionW, point.consumptionW))
  const thick = (i: number) => {
    const band = bands[i]
    return band !== undefined && band !== null && band.high > band.low
  }
  const result: Corner[] = []
  let previous: { end: number; band: Band } | null = null
  for (const [i, point] of points.entries()) {
    const band = bands[i] ?? null
    const shown = band !== null && (thick(i) || thick(i - 1) || thick(i + 1)) ? band : null
    if (previous && (shown === null || previous.end !== point.start)) {
      result.push({ at: previous.end, band: previous.band }, null)
      previous = null
    }
    if (shown === null) continue
    if (previous === null) result.push({ at: point.start, band: shown })
    result.push({ at: point.start + length / 2, band: shown })
    previous = { end: point.start + length, band: shown }
  }
  if (previous) result.push({ at: previous.end, band: previous.band })
  return result
}

interface Scales {
  readonly x: (at: number) => number
  readonly y: (w: number) => number
}

export function areaPath(shape: readonly Corner[], { x, y }: Scales): string {
  const draw = area<Corner>()
    .defined((corner) => corner !== null)
    .x((corner) => x(corner?.at ?? 0))
    .y0((corner) => y(corner?.band.low ?? 0))
    .y1((corner) => y(corner?.band.high ?? 0))
    .digits(1)
  return draw(shape) ?? ''
}

export function consumptionPath(points: readonly CurvePoint[], length: number, { x, y }: Scales): string {
  // A band from below any power is never without thickness: the line is not interrupted at zero.
  const shape = corners(points, (_, c) => (c === null ? null : { low: -1, high: c }), length)
  const draw = line<Corner>()
    .defined((corner) => corner !== null)
    .x((corner) => x(corner?.at ?? 0))
    .y((corner) => y(corner?.band.high ?? 0))
    .digits(1)
  return draw(shape) ?? ''
}

/** Energies of each hour in Wh: the sum over the known slots, null where there is none. */
export function hourly(points: readonly CurvePoint[]) {
  const groups = Map.groupBy(points, (point) => Math.floor(point.start / HOUR) * HOUR)
  const energy = (values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null)
    return known.length === 0 ? null : (known.reduce((sum, value) => sum + value, 0) * SLOT) / HOUR
  }
  return [...groups].map(([start, group]) => ({
    start: Math.max(start, group[0]?.start ?? start),
    producedWh: energy(group.map((p) => p.productionW)),
    consumedWh: energy(group.map((p) => p.consumptionW)),
  }))
}

/** The slot with the largest value, or null. */
export function peakOf(
  points: readonly CurvePoint[],
  key: 'productionW' | 'consumptionW',
): { at: number; w: number } | null {
  let best: { at: number; w: number } | null = null
  for (const point of points) {
    const w = point[key]
    if (w !== null && w > (best?.w ?? 0)) best = { at: point.start, w }
  }
  return best
}
