import type { Health } from './flow/health.ts'
import { Housekeeping } from './flow/housekeeping.ts'
import type { Recovery } from './flow/recovery.ts'
import type { Registry } from './flow/registry.ts'
import type { Log } from './io/log.ts'
import { everySeconds } from './io/schedule.ts'
import type { Store } from './store/store.ts'

/** Rolls up and retires every minute and once readings can be stored again, after `dating`, while the clock is certain; what stops it. */
export function startHousekeeping(parts: {
  clock: { readonly now: () => number; readonly isCertain: boolean }
  dating: { readonly run: () => Promise<unknown> }
  registry: Registry
  store: Store
  recovery: Recovery
  health: Health
  log: Log
}): () => Promise<unknown> {
  const { clock, dating, registry, store, recovery, health, log } = parts
  const housekeeping = new Housekeeping({
    now: () => clock.now(),
    settings: () => registry.current.settings,
    step: (task) => recovery.guard(() => store.housekeep(task)),
    health,
    onDone: (tally) => log.info(tally, 'rolled up and retired'),
    onError: (error) => log.error({ error: String(error) }, 'housekeeping failed'),
  })
  const look = () => {
    if (clock.isCertain) void dating.run().then(() => housekeeping.run())
  }
  const minute = everySeconds(60, look)
  health.onOver('storage', look)
  return async () => {
    minute.stop()
    await housekeeping.stop()
  }
}
