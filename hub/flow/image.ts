import type { ProcessImage } from '../domain/cycle.ts'
import type { ClockReading } from '../domain/elapsed.ts'
import { NO_LATEST } from '../domain/latest.ts'
import { sunPosition } from '../domain/sun.ts'
import type { Live } from './live.ts'
import type { RegistrySnapshot } from './registry.ts'

/** Freezes what a tick may look at. */
export function takeImage(
  { now, elapsed, clockCertain }: ClockReading & Pick<ProcessImage, 'clockCertain'>,
  listeningSince: number,
  { houses, settings }: RegistrySnapshot,
  live: Live,
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
    })),
    rule: settings.benchmark,
    sunElevation: settings.place && clockCertain ? sunPosition(now, settings.place).elevation : null,
  }
}
