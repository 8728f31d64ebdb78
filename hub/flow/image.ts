import { DEFAULT_EURO_PER_KWH } from '../domain/benchmark.ts'
import type { ProcessImage } from '../domain/cycle.ts'
import type { ClockReading } from '../domain/elapsed.ts'
import { NO_LATEST } from '../domain/latest.ts'
import type { PlantHealth, WantedAlert } from '../domain/plant-health.ts'
import { wantedAlerts } from '../domain/plant-health.ts'
import { sunPosition } from '../domain/sun.ts'
import type { Live } from './live.ts'
import type { RegistrySnapshot } from './registry.ts'
import type { LoadsFrame, Relays } from './relays.ts'

/** Freezes what a tick may look at. */
export function takeImage(
  { now, elapsed, clockCertain }: ClockReading & Pick<ProcessImage, 'clockCertain'>,
  listeningSince: number,
  { houses, settings, loads, armed }: RegistrySnapshot,
  live: Live,
  relays: Relays,
  frame: LoadsFrame,
  plants: ReadonlyMap<string, PlantHealth> | null = null,
): ProcessImage {
  const latest = live.latestOf(houses.keys())
  return {
    now,
    elapsed,
    clockCertain,
    listeningSince,
    houses: [...houses.values()].map((house) => ({
      id: house.id,
      peakPower: house.peakPower,
      latest: latest.get(house.id) ?? NO_LATEST,
      node: live.node(house.id),
      wanted: plants ? wantedOf(plants.get(house.id), settings.benchmark.euroPerKwh) : undefined,
    })),
    rule: settings.benchmark,
    sunElevation: settings.place && clockCertain ? sunPosition(now, settings.place).elevation : null,
    loads:
      loads.size === 0
        ? null
        : {
            ...frame,
            now,
            elapsed,
            zone: settings.zone,
            control: settings.control,
            leaseS: settings.leaseS,
            tariffs: settings.tariffs,
            factors: settings.factors,
            houses: [...houses.values()].map((house) => {
              const own = loads.get(house.id) ?? []
              return {
                id: house.id,
                latest: latest.get(house.id) ?? NO_LATEST,
                relays: own.length > 0 ? relays.houseRelays(house, own, armed.get(house.id) ?? null) : null,
              }
            }),
          },
  }
}

function wantedOf(plant: PlantHealth | undefined, euroPerKwh = DEFAULT_EURO_PER_KWH): readonly WantedAlert[] {
  return plant ? wantedAlerts(plant, euroPerKwh) : []
}
