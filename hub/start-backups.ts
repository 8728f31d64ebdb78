import type { HubConfig } from './config.ts'
import { Backups } from './flow/backups.ts'
import type { Health } from './flow/health.ts'
import type { Recovery } from './flow/recovery.ts'
import type { Clock } from './io/clock.ts'
import type { Log } from './io/log.ts'
import { everySeconds } from './io/schedule.ts'
import { runChore } from './store/chore.ts'
import { controlFingerprint } from './store/fingerprint.ts'
import type { Store } from './store/store.ts'
import { dataVersion } from './store/store.ts'

const LOOK_EVERY_S = 5

/** Starts the scheduled backups of a running hub; what ends them. */
export function startBackups(parts: {
  config: HubConfig
  store: Store
  clock: Clock
  health: Health
  log: Log
  recovery: Recovery
  program: string
}): () => Promise<void> {
  const { config, store, clock, health, log, recovery, program } = parts
  if (!config.backup.enabled) return async () => {}
  const ending = new AbortController()
  let known = { version: -1, fingerprint: '' }
  const backups = new Backups({
    now: clock.now,
    dataDir: config.dataDir,
    files: store.files,
    dir: config.backup.dir,
    withRaw: config.backup.raw,
    program,
    fingerprint: async () => {
      const version = await dataVersion(store.view)
      if (version !== known.version) known = { version, fingerprint: await controlFingerprint(store.view) }
      return known.fingerprint
    },
    run: (name, request) => runChore(name, request, ending.signal),
    health,
    onDone: (what, detail) => {
      log.info({ what, ...detail }, 'backed up')
      if (what === 'nightly') void recovery.examine()
    },
    onError: (what, error) => {
      log.error({ what, error: String(error) }, 'a backup failed')
      // A copy reads every page, and is the first to find what is wrong.
      if (what !== 'control') void recovery.noticed(error).then((mended) => mended && backups.tryAgain())
    },
  })
  backups.start()
  // What kept readings from being stored was most likely what made a backup fail.
  health.onOver('storage', () => {
    backups.tryAgain()
    void backups.run()
  })
  const job = everySeconds(LOOK_EVERY_S, () => void backups.run())
  return async () => {
    job.stop()
    ending.abort()
    await backups.stop()
  }
}
