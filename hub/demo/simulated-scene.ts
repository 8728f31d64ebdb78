import { powerAt } from './household.ts'
import { isSilent, makeNeighbourhood } from './neighbourhood.ts'
import { playHistory } from './play-history.ts'
import { chance } from './random.ts'
import type { Scene, SceneHouse } from './scene.ts'
import { HISTORY } from './scene.ts'
import { hasPool, ON_RELAYS, sceneLoads } from './scene-loads.ts'

/** A Wednesday in June, mid-morning in Turin. */
const JUNE_MORNING = Date.UTC(2026, 5, 17, 8, 20)

/** A street near Turin with believable roofs, habits and faults; 30 days of it, and then live. */
export function simulatedScene({ houses, seed, now }: { houses: number; seed: number; now: number | null }): Scene {
  const start = now ?? JUNE_MORNING
  const street = makeNeighbourhood({ houses, seed, start })
  const sound = street.houses.filter(
    (h) => h.peakPower > 0 && h.shown && !h.fault && h.node.silentFrom === null && !h.node.unsteady,
  )
  // Whoever signs in first should have something to switch.
  const switches = (h: (typeof sound)[number]) =>
    (h.equipment.includes('water-heater') ? 0 : 1_000) + (hasPool(h) ? 0 : 500)
  const rank = (h: (typeof sound)[number]) => switches(h) + Math.abs(h.azimuth - 180)
  const resident = sound.sort((a, b) => rank(a) - rank(b))[0]
  const sceneHouses = street.houses.map(
    (house): SceneHouse => ({
      house: house.peakPower > 0 ? house : { ...house, tilt: null, azimuth: null },
      sendsCounters: house.node.sendsCounters,
      loads: sceneLoads(house, street.zone),
      washes: house.peakPower > 0 && chance(house.seed, 70) < 0.7,
      powerAt: (at) => (isSilent(house, at) ? null : powerAt(house, at)),
      baseAt: (at) => (isSilent(house, at) ? null : powerAt(house, at, { without: ON_RELAYS })),
    }),
  )
  return {
    start,
    resident: resident?.id ?? null,
    settings: {
      communityName: 'Via dei Tigli',
      zone: street.zone,
      place: { latitude: street.site.latitude, longitude: street.site.longitude },
    },
    houses: sceneHouses,
    history: (put) => playHistory(sceneHouses, start - HISTORY, start, put),
  }
}
