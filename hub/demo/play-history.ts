import { MINUTE, SECOND, SLOT } from '../domain/time.ts'
import type { PutHistory, SceneHouse } from './scene.ts'

/** How many readings of the past may be on their way at once. */
const AT_ONCE = 4_000

/** The time from `from` to `start` as readings every five minutes, all houses side by side. */
export async function playHistory(
  houses: readonly SceneHouse[],
  from: number,
  start: number,
  put: PutHistory,
): Promise<void> {
  const pending: Promise<unknown>[] = []
  for (let at = Math.ceil(from / SLOT) * SLOT; at <= start - MINUTE; at += SLOT) {
    for (const { house, powerAt } of houses) {
      const power = powerAt(at)
      if (power)
        pending.push(put(house, { ts: at / SECOND, produzione_w: power.productionW, consumo_w: power.consumptionW }))
    }
    if (pending.length >= AT_ONCE) await Promise.all(pending.splice(0))
  }
  await Promise.all(pending)
}
