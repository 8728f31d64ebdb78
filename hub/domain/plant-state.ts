import type { ProcessImage } from './cycle.ts'
import { compare } from './cycle.ts'
import { isOffline } from './presence.ts'

export const PLANT_STATES = ['offline', 'notte', 'anomalo', 'ok'] as const
export type PlantState = (typeof PLANT_STATES)[number]

/** The state of every house in an image: the first that holds. In the dark every house that reports is `notte`. */
export function plantStates(image: ProcessImage): ReadonlyMap<string, PlantState> {
  const comparison = compare(image)
  return new Map(
    image.houses.map((house) => {
      const heardAt = house.latest.production?.at ?? null
      if (isOffline(heardAt, house.node, image.now)) return [house.id, 'offline']
      if (!comparison) return [house.id, 'notte']
      return [house.id, comparison.anomalous.includes(house.id) ? 'anomalo' : 'ok']
    }),
  )
}
