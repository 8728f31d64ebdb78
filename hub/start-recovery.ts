import { basename, join } from 'node:path'
import type { HubConfig } from './config.ts'
import { ControlKeeper } from './flow/control-keeper.ts'
import type { Health } from './flow/health.ts'
import { Recovery } from './flow/recovery.ts'
import type { Clock } from './io/clock.ts'
import type { Log } from './io/log.ts'
import { runChore } from './store/chore.ts'
import { isDamage } from './store/damage.ts'
import type { Mended } from './store/mend.ts'
import { audit } from './store/people.ts'
import { SLOTS_COPY } from './store/restore.ts'
import type { Store } from './store/store.ts'
import { dataVersion } from './store/store.ts'

const WHO = 'hub'

/** Tells of what was mended before the start, and looks after the readings' file from now on. */
export function startRecovery(parts: {
  config: HubConfig
  store: Store
  mended: Mended
  clock: Clock
  health: Health
  log: Log
  onControlRebuilt: () => void
}): { recovery: Recovery; keeper: ControlKeeper; stop: () => Promise<void> } {
  const { onControlRebuilt, config, store, mended, clock, health, log } = parts
  const ending = new AbortController()
  const failed = (what: string, error: unknown) => log.error({ error: String(error) }, what)
  const note = (what: string, detail: object) => {
    log.warn(detail, what)
    audit(store.control, { at: clock.now(), who: WHO, what, detail }).catch((error: unknown) => failed('audit', error))
  }
  const { readings: file, control } = store.files
  const recovery = new Recovery({
    now: clock.now,
    health,
    isDamage: (error) => isDamage((error as { code?: string }).code),
    replace: async () => {
      await runChore('fresh', { file }, ending.signal)
      return store.replaceReadings(clock.now())
    },
    recover: () => {
      const slots = join(config.backup.dir, SLOTS_COPY)
      return runChore('recover', { file, control, slots, now: clock.now() }, ending.signal)
    },
    check: () => runChore('check', { file }, ending.signal),
    onReplaced: (aside, why) => note('readings.db damaged', { aside: basename(aside), why }),
    onRecovered: ({ bad, ...outcome }) => note('readings recovered', { aside: basename(bad), ...outcome }),
    onError: failed,
  })
  if (mended.control) note('control.db damaged', { ...mended.control })
  if (mended.readings) {
    health.set('recovering', mended.readings.why)
    note('readings.db damaged', { ...mended.readings })
  }
  const keeper = new ControlKeeper({
    elapsed: clock.elapsed,
    version: () => dataVersion(store.view),
    remember: store.rememberControl,
    rebuild: () => store.rebuildControl(clock.now()),
    isDamage: (error) => isDamage((error as { code?: string }).code),
    health,
    onRebuilt: (aside, why) => {
      note('control.db damaged', { aside, why, from: 'memory' })
      onControlRebuilt()
    },
    onError: failed,
  })
  const started = recovery.start(!mended.wholeReadings)
  return {
    recovery,
    keeper,
    stop: async () => {
      await keeper.stop()
      recovery.stop()
      ending.abort()
      await started
    },
  }
}
