import type { CleaningRun } from '../domain/cleaning-run.ts'
import type { ProcessImage } from '../domain/cycle.ts'
import type { AlertDetail } from '../domain/effect.ts'
import type { ClockReading } from '../domain/elapsed.ts'
import { NO_LATEST } from '../domain/latest.ts'
import type { PlantHealth, WantedAlert } from '../domain/plant-health.ts'
import { wantedAlerts } from '../domain/plant-health.ts'
import { sunPosition } from '../domain/sun.ts'
import { lostKwhEur, tariffOn } from '../domain/tariff.ts'
import { dayOf } from '../domain/time.ts'
import type { Live } from './live.ts'
import type { RegistrySnapshot } from './registry.ts'
import type { LoadsFrame, Relays } from './relays.ts'

/** Freezes what a tick may look at. */
export function takeImage(
  { now, elapsed, clockCertain }: ClockReading & Pick<ProcessImage, 'clockCertain'>,
  listeningSince: number,
  { houses, settings, loads, armed, cleaning }: RegistrySnapshot,
  live: Live,
  relays: Relays,
  frame: LoadsFrame,
  plants: ReadonlyMap<string, PlantHealth> | null = null,
): ProcessImage {
  const euroPerKwh = lostKwhEur(tariffOn(dayOf(now, settings.zone).toString(), settings.tariffs))
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
      dirt: dirtOf(cleaning, house.id),
      wanted: plants ? wantedOf(plants.get(house.id), euroPerKwh) : undefined,
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

function wantedOf(plant: PlantHealth | undefined, euroPerKwh: number): readonly WantedAlert[] {
  return plant ? wantedAlerts(plant, euroPerKwh) : []
}

function dirtOf(cleaning: readonly CleaningRun[], house: string): AlertDetail | null {
  const run = cleaning.find((r) => r.house === house && r.state === 'proposed')
  return run ? { proposta: run.proposal } : null
}
