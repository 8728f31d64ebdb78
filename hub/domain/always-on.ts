import { hourOf, type Roof } from './community-day.ts'
import { LEAST_CLEAR, type ModelledDay } from './peer-baseline.ts'
import { median } from './robust.ts'

/** The always-on rule looks at so many days, and needs so many of them with data. */
export const ALWAYS_ON_DAYS = 7
const LEAST_DAYS = 5

/** How a roof does against its own cloudless sky, and beside the middle of the others. */
export interface AlwaysOn {
  /** Energy over its clear-sky energy in the same hours, 0..about 1. */
  readonly share: number
  /** Middle share of the other roofs; null when fewer than two others tell theirs. */
  readonly others: number | null
  /** share / others. */
  readonly ratio: number | null
}

/**
 * Seven days of each roof over its own clear-sky plane, against the median of the others (leave one out), so that neither its
 * direction, nor the weather, nor a broken neighbour decides. Roofs of unknown plane and those in `without` have no part.
 * Worked value: shares 0.80, 0.78, 0.52 -> the third stands at 0.52 / 0.79 = 0.66.
 */
export function alwaysOn(
  days: readonly Omit<ModelledDay, 'unfit'>[],
  roofs: readonly Roof[],
  without: ReadonlySet<string> = new Set(),
): Map<string, AlwaysOn> {
  const recent = days.slice(-ALWAYS_ON_DAYS)
  const shares = new Map<string, number>()
  for (const roof of roofs) {
    if (roof.plane === null || without.has(roof.id)) continue
    const share = shareOf(recent, roof)
    if (share !== null) shares.set(roof.id, share)
  }
  return new Map(
    [...shares].map(([id, share]) => {
      const rest = [...shares].flatMap(([other, value]) => (other === id ? [] : [value]))
      const others = rest.length >= 2 ? median(rest) : null
      return [id, { share, others, ratio: others !== null && others > 0 ? share / others : null }]
    }),
  )
}

function shareOf(days: readonly Omit<ModelledDay, 'unfit'>[], roof: Roof): number | null {
  let made = 0
  let model = 0
  let heard = 0
  for (const day of days) {
    const own = day.houses.get(roof.id)
    const clear = day.clear.get(roof.id)
    if (!own || !clear) continue
    let hours = 0
    for (let h = 0; h < 24; h += 1) {
      const wh = hourOf(own.produced, h)
      const best = hourOf(clear, h)
      if (Number.isNaN(wh) || !(best > LEAST_CLEAR * roof.peakPower)) continue
      made += wh
      model += best
      hours += 1
    }
    if (hours >= 4) heard += 1
  }
  return heard >= LEAST_DAYS && model > 0 ? made / model : null
}
