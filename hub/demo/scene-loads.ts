import type { Load } from '../domain/load.ts'
import { presetLoad } from '../domain/load-presets.ts'
import type { DemoHouse, Equipment } from './neighbourhood.ts'
import type { NodeLoad } from './node-loads.ts'
import { between, chance } from './random.ts'
import type { RelaySpec } from './relay-board.ts'
import { CarCharger, plainAppliance, WaterHeater } from './wired-appliance.ts'

/** A load of the demo: as it is set at the hub, and as it is wired at the node. */
export interface SceneLoad {
  readonly load: Load
  readonly node: NodeLoad
}

/** Equipment that hangs on relays of the node, so that the household itself does not switch it. */
export const ON_RELAYS: readonly Equipment[] = ['water-heater', 'electric-car']

/** The relay loads of a house of the street: its water heater and its car where it has them, and here and there a water softener. */
export function sceneLoads(house: DemoHouse, zone: string): readonly SceneLoad[] {
  const { id, seed, equipment } = house
  const loads: SceneLoad[] = []
  const add = (load: Load, appliance: NodeLoad['appliance'], measured: boolean) =>
    loads.push({ load, node: { spec: specOf(load), output: loads.length + 1, appliance, measured } })
  if (equipment.includes('water-heater')) {
    const ratedW = 1_500
    const load = {
      ...presetLoad({ house: id, id: 'boiler', kind: 'waterHeater' }),
      name: 'Scaldabagno',
      ratedW,
      thermostatC: 62,
    }
    const heater = new WaterHeater({ ratedW, litres: 80, seed, zone, setC: 62, startC: between(36, 46, seed, 66) })
    add(load, heater, chance(seed, 67) < 0.5)
  }
  if (equipment.includes('electric-car')) {
    const ratedW = 3_700
    const load = { ...presetLoad({ house: id, id: 'auto', kind: 'car' }), name: 'Auto', ratedW }
    add(load, new CarCharger({ ratedW, seed, zone, homeByDay: chance(seed, 68) < 0.6 }), true)
  }
  if (hasPool(house)) {
    const load = { ...presetLoad({ house: id, id: 'piscina', kind: 'poolPump' }), name: 'Pompa piscina' }
    add(load, plainAppliance(load.ratedW), false)
  }
  if (chance(seed, 69) < 0.3) {
    const load = { ...presetLoad({ house: id, id: 'addolcitore', kind: 'softener' }), name: 'Addolcitore' }
    add(load, plainAppliance(load.ratedW), false)
  }
  return loads
}

/** A pool has its place at a third of the houses with a roof of panels. */
export function hasPool({ peakPower, seed }: DemoHouse): boolean {
  return peakPower > 0 && chance(seed, 70) < 0.34
}

/** How an installer sets the relay of such a load. */
function specOf({ id, rest, minOnS, minOffS, maxOnS, program }: Load): RelaySpec {
  return { id, restOn: rest === 'on', minOnS, minOffS, maxOnS, startsPerHour: 6, program: program !== null }
}
