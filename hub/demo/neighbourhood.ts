import type { House } from '../domain/house.ts'
import type { Site } from '../domain/irradiance.ts'
import { DAY, HOUR, MINUTE } from '../domain/time.ts'
import { between, chance, hash, shuffled } from './random.ts'

/** How the people of a house spend their day; decides when they use power. */
export const HABITS = ['early-bird', 'home-office', 'family', 'retired', 'commuter'] as const
export type Habit = (typeof HABITS)[number]

/** Large appliances a house may have. The water heater is of 1.5 kW, the car charges at 3.7 kW. */
export const EQUIPMENT = ['water-heater', 'electric-car', 'heat-pump', 'air-conditioner'] as const
export type Equipment = (typeof EQUIPMENT)[number]

/** What all houses of the street share. */
export interface Street {
  readonly site: Site
  readonly zone: string
  /** Seed of the weather, the same over every roof. */
  readonly skySeed: number
}

/** Something wrong with a plant: from `since` (epoch ms) it gives `factor` of what it should. */
export interface PlantFault {
  readonly since: number
  readonly factor: number
}

/** How the house's node behaves. */
export interface NodeTraits {
  /** Sends the monotonic energy counters beside the power. */
  readonly sendsCounters: boolean
  /** Loses its link for half an hour or more, several times a week. */
  readonly unsteady: boolean
  /** From this instant (epoch ms) nothing is heard of it any more; null = it stays. */
  readonly silentFrom: number | null
}

/** A house of the simulated street: what the hub may know (`House`) and what only the simulation knows. */
export interface DemoHouse extends House {
  readonly tilt: number
  readonly azimuth: number
  readonly connectionLimit: number
  readonly street: Street
  readonly seed: number
  readonly habit: Habit
  /** Above or below the usual use of such a household, about 0.85..1.15. */
  readonly thrift: number
  readonly equipment: readonly Equipment[]
  /** Losses of the plant, and panel power over inverter power, as `hub/domain/pv-model.ts` means them. */
  readonly losses: number
  readonly dcAcRatio: number
  readonly fault: PlantFault | null
  readonly node: NodeTraits
  /** How much later the clouds arrive here than at the first house, ms. */
  readonly cloudDelay: number
}

export interface Neighbourhood extends Street {
  readonly seed: number
  readonly houses: readonly DemoHouse[]
}

const SITE: Site = { latitude: 45.07, longitude: 7.69, altitude: 240 }

/** Ridges follow the street and the lanes off it: most roofs look about south, some east or west. Degrees. */
const ROOFS: readonly number[] = [180, 95, 205, 150, 262, 180, 225, 120, 172, 245]

/** Plants as they are sold: rows of 410 or 440 Wp panels, Wp. */
const PLANTS: readonly number[] = [2_870, 3_280, 4_100, 4_510, 5_280, 5_740, 6_600]

/** Houses that agreed to be shown are all but these; fewer than three hidden could not be merged without giving one away. */
function hiddenCount(houses: number): number {
  return houses < 8 ? 0 : Math.max(3, Math.floor(houses / 6))
}

/** `casa_A`..`casa_Z`, then `casa_AA`, `casa_AB`, ... as a spreadsheet counts. */
export function houseId(index: number): string {
  let letters = ''
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
  }
  return `casa_${letters}`
}

/**
 * A street near Turin. `start` (epoch ms) is when the demo goes live: nine days before it a string of one plant fails, four
 * minutes after it one node falls silent. Two houses in twelve only consume. Same arguments, same street.
 */
export function makeNeighbourhood(options: {
  readonly houses: number
  readonly seed: number
  readonly start: number
}): Neighbourhood {
  const { houses: count, seed, start } = options
  const street: Street = { site: SITE, zone: 'Europe/Rome', skySeed: hash(seed, 1) }
  const order = shuffled(hash(seed, 2), count)
  const consumers = new Set(order.slice(0, Math.floor(count / 6)))
  const producers = order.filter((index) => !consumers.has(index))
  const faulty = count >= 3 ? producers[0] : undefined
  const vanishing = count >= 4 ? producers[1] : undefined
  const hidden = new Set(order.slice(count - hiddenCount(count)))

  const houses = Array.from({ length: count }, (_, index): DemoHouse => {
    const own = hash(seed, 3, index)
    const rank = producers.indexOf(index)
    const peakPower = rank < 0 ? 0 : (PLANTS[Math.floor(chance(own, 1) * PLANTS.length)] as number)
    const roof = index === faulty ? 180 : (ROOFS[rank % ROOFS.length] ?? 180)
    const habit = HABITS[order.indexOf(index) % HABITS.length] as Habit
    const equipment = equipmentOf(habit, own)
    return {
      id: houseId(index),
      name: houseId(index),
      peakPower,
      tilt: Math.round(between(10, 35, own, 2)),
      azimuth: Math.round(Math.min(270, Math.max(90, roof + between(-8, 8, own, 3)))),
      connectionLimit: connectionLimitOf(equipment, own),
      shown: !hidden.has(index),
      street,
      seed: own,
      habit,
      thrift: between(0.85, 1.15, own, 4),
      equipment,
      losses: between(0.1, 0.17, own, 5),
      dcAcRatio: between(1, 1.15, own, 6),
      fault: index === faulty ? { since: start - 9 * DAY - 3 * HOUR, factor: 0.5 } : null,
      node: {
        sendsCounters: chance(own, 7) < 0.6,
        unsteady: index === vanishing,
        silentFrom: index === vanishing ? start + 4 * MINUTE : null,
      },
      cloudDelay: Math.round(index * 9_000 + between(0, 9_000, own, 8)) % (5 * MINUTE),
    }
  })
  return { ...street, seed, houses }
}

function equipmentOf(habit: Habit, seed: number): Equipment[] {
  const wanted: Record<Equipment, number> = {
    'electric-car': habit === 'commuter' ? 1 : 0,
    'heat-pump': habit === 'home-office' ? 0.7 : 0,
    'water-heater': habit === 'retired' ? 1 : habit === 'early-bird' ? 0.9 : 0.2,
    'air-conditioner': habit === 'retired' ? 0.3 : 0.6,
  }
  return EQUIPMENT.filter((item, index) => chance(seed, 20, index) < wanted[item])
}

/** Italian contracts: 3 kW (with the tolerated tenth, 3.3), 4.5 or 6 kW. */
function connectionLimitOf(equipment: readonly Equipment[], seed: number): number {
  if (equipment.includes('electric-car') || equipment.includes('heat-pump')) return 6_000
  return equipment.includes('water-heater') || chance(seed, 21) < 0.4 ? 4_500 : 3_300
}

/** Whether nothing is heard of a house's node at `at` (epoch ms): it is gone for good, or in one of its lapses of 25 to 90 minutes. */
export function isSilent(house: DemoHouse, at: number): boolean {
  const { silentFrom, unsteady } = house.node
  if (silentFrom !== null && at >= silentFrom) return true
  if (!unsteady) return false
  const block = Math.floor(at / (6 * HOUR))
  if (chance(house.seed, 30, block) > 0.2) return false
  const from = block * 6 * HOUR + between(0, 4 * HOUR, house.seed, 31, block)
  return at >= from && at < from + between(25 * MINUTE, 90 * MINUTE, house.seed, 32, block)
}
