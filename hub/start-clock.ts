import { powerLimits } from './domain/energy.ts'
import { ClockWatch } from './flow/clock-watch.ts'
import { Dating } from './flow/dating.ts'
import type { Health } from './flow/health.ts'
import type { Live } from './flow/live.ts'
import type { Recovery } from './flow/recovery.ts'
import type { RegistrySnapshot } from './flow/registry.ts'
import type { Clock } from './io/clock.ts'
import type { ClockEvidence } from './io/clock-evidence.ts'
import type { Log } from './io/log.ts'
import { readSavedClock } from './store/cycle.ts'
import type { Store } from './store/store.ts'

const CHECK_MS = 1_000

/** Watches the hub's clock, and dates what was measured while it was in doubt. */
export async function prepareClockWatch(parts: {
  clock: Clock
  evidence: ClockEvidence
  store: Store
  health: Health
  log: Log
  live: Live
  recovery: Recovery
  registry: () => RegistrySnapshot
  onSet: () => void
}): Promise<{ watch: ClockWatch; dating: Dating; start: () => () => Promise<void> }> {
  const { clock, evidence, store, health, log, live, recovery, registry, onSet } = parts
  const watch: ClockWatch = new ClockWatch({
    clock,
    evidence,
    saved: await readSavedClock(store.view),
    health,
    onSet: (step) => {
      log.warn({ step, certain: watch.isCertain }, 'the clock was set')
      live.shift(step)
      onSet()
    },
    onCertain: () => {
      log.info('the clock can be relied on again')
      void dating.run()
    },
  })
  const dating = new Dating({
    now: () => watch.now(),
    right: () => watch.right,
    limits: () => Object.fromEntries([...registry().houses].map(([id, house]) => [id, powerLimits(house)])),
    step: (task) => recovery.guard(() => store.date(task)),
    onDone: (readings) => log.info({ readings }, 'readings of a doubtful time were dated'),
    onError: (error) => log.error({ error: String(error) }, 'readings of a doubtful time could not be dated'),
  })
  return {
    watch,
    dating,
    start: () => {
      const timer = setInterval(() => watch.check(), CHECK_MS)
      return async () => {
        clearInterval(timer)
        await dating.stop()
      }
    },
  }
}
