import { HOUR } from './domain/time.ts'
import { Diagnosis } from './flow/diagnosis.ts'
import type { Health } from './flow/health.ts'
import type { Recovery } from './flow/recovery.ts'
import type { Registry } from './flow/registry.ts'
import type { Log } from './io/log.ts'
import { everySeconds } from './io/schedule.ts'
import { runChore } from './store/chore.ts'
import type { Store } from './store/store.ts'

/**
 * The diagnosis of the plants, judged anew after every hour, and when what it depends on was edited, in a thread of its own. `run` judges
 * at once.
 */
export function prepareDiagnosis(parts: {
  clock: { readonly now: () => number; readonly isCertain: boolean }
  log: Log
  registry: Registry
  store: Store
  recovery: Recovery
  health: Health
}): { readonly diagnosis: Diagnosis; readonly start: () => () => Promise<void> } {
  const { clock, log, registry, store, recovery, health } = parts
  const ending = new AbortController()
  const diagnosis = new Diagnosis({
    now: () => clock.now(),
    registry: () => registry.current,
    diagnose: (request) =>
      recovery.guard(() => runChore('diagnose', { ...request, readings: store.files.readings }, ending.signal)),
    health,
    onDone: ({ judgedDays, tookMs }) => log.info({ judgedDays, tookMs: Math.round(tookMs) }, 'plants judged'),
    onError: (error) => log.error({ error: String(error) }, 'plants could not be judged'),
  })
  let judgedFor = ''
  const look = () => {
    const { houses, settings } = registry.current
    const plants = [...houses.values()].map((h) => [h.id, h.peakPower, h.tilt, h.azimuth, h.battery])
    const due = JSON.stringify([Math.floor(clock.now() / HOUR), settings.place, settings.benchmark, plants])
    if (due === judgedFor || !clock.isCertain) return
    judgedFor = due
    void diagnosis.run()
  }
  return {
    diagnosis,
    start: () => {
      const minute = everySeconds(60, look)
      health.onOver('storage', () => {
        judgedFor = ''
        look()
      })
      return async () => {
        minute.stop()
        ending.abort()
        await diagnosis.stop()
      }
    },
  }
}
