import { readFileSync } from 'node:fs'
import { makeApp } from '../ui/app.ts'
import type { HubDeps } from '../ui/deps.ts'
import { installAssets } from '../ui/view/assets.ts'
import { programVersion } from './cli/version.ts'
import type { HubConfig } from './config.ts'
import { communityBalance } from './domain/balance.ts'
import type { Effect } from './domain/effect.ts'
import { resumeElapsed } from './domain/elapsed.ts'
import { Health } from './flow/health.ts'
import { Housekeeping } from './flow/housekeeping.ts'
import { takeImage } from './flow/image.ts'
import { Ingest } from './flow/ingest.ts'
import { Live } from './flow/live.ts'
import { mqttGate } from './flow/mqtt-gate.ts'
import { perform, repeatAlerts } from './flow/perform.ts'
import { Registry } from './flow/registry.ts'
import { Strangers } from './flow/strangers.ts'
import { Tick } from './flow/tick.ts'
import { Broker } from './io/broker.ts'
import { DEFAULT_BROKER_LIMITS } from './io/broker-limits.ts'
import { readCertificate } from './io/certificate.ts'
import type { Clock } from './io/clock.ts'
import { serveHttp } from './io/http.ts'
import type { Log, LogTail } from './io/log.ts'
import { hashPassword, MIN_PASSWORD_LENGTH, passwordProblem, verifyPassword } from './io/password.ts'
import { makeCode } from './io/random-key.ts'
import { everySeconds } from './io/schedule.ts'
import type { Supervisor } from './io/systemd.ts'
import { startBackups } from './start-backups.ts'
import { startRecovery } from './start-recovery.ts'
import { runChore } from './store/chore.ts'
import { lastBenchmark, markPerformed, pendingEffects, readCycle, readSavedClock, saveTick } from './store/cycle.ts'
import { erasePastAlerts } from './store/erase.ts'
import { hashKey } from './store/key-hash.ts'
import { inUse, lockDataFolder } from './store/lock.ts'
import { mendFiles } from './store/mend.ts'
import { readLatest, readNodes } from './store/readings.ts'
import type { Store } from './store/store.ts'
import { openStore } from './store/store.ts'

export interface RunningHub {
  readonly httpPort: number
  readonly mqttPort: number
  /** Ports with TLS, where there are any. */
  readonly mqttsPort: number | null
  readonly httpsPort: number | null
  readonly ingest: Ingest
  readonly registry: Registry
  readonly store: Store
  readonly strangers: Strangers
  /** The code that makes the first admin, or null when there is one. */
  readonly firstStartCode: () => string | null
  /** Houses that have been heard within the last two minutes. */
  readonly housesHeard: () => number
  /** Decides and acts at once, besides the schedule. */
  readonly tick: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** What a hub is built with beside its configuration. */
export interface HubParts {
  readonly clock: Clock
  readonly log: Log
  /** Where the log's last lines are kept for the page that shows them. */
  readonly tail?: LogTail | null
  readonly supervisor?: Supervisor | null
  readonly demo?: boolean
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])
const SAVE_TIMEOUT_MS = 2_000

/** Builds a hub and starts it; throws when its data folder or a port cannot be had, with nothing left running. */
export async function startHub(
  config: HubConfig,
  { clock, log, tail = null, supervisor = null, demo = false }: HubParts,
): Promise<RunningHub> {
  const stops: (() => unknown)[] = []
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  try {
    return await build()
  } catch (error) {
    await stop()
    throw error
  }

  async function build(): Promise<RunningHub> {
    if (config.mqtt.conformance) {
      if (!LOOPBACK.has(config.bind))
        throw new StartError(
          `mqtt.conformance lets anybody in without a key: it needs bind = "127.0.0.1", and bind is "${config.bind}".`,
        )
      log.warn('mqtt.conformance is on: whoever gives no user name may read and write everything')
    }
    const certificate = config.tls && readCertificate(config.tls)
    if (certificate && !certificate.ok) throw new StartError(certificate.error)
    const lock = lockDataFolder(config.dataDir, process.pid)
    if (!lock.ok) throw new StartError(inUse(config.dataDir, lock.error))
    stops.push(lock.value.release)
    const mended = await mendFiles(config.dataDir, config.backup.dir, clock.now())
    if (!mended.ok) throw new StartError(mended.error)
    const store = await openStore(config.dataDir)
    stops.push(() => store.close())
    const { root } = config.mqtt
    const health = new Health()
    const { recovery, stop: stopRecovery } = startRecovery({ config, store, mended: mended.value, clock, health, log })
    stops.push(stopRecovery)
    const live = new Live()
    const strangers = new Strangers()
    const code = makeCode()
    const listeningSince = clock.now()
    const registry = new Registry(store.view, (next, before) => {
      if (before) broker.disconnect((house) => next.houses.get(house)?.keyHash === before.houses.get(house)?.keyHash)
    })
    const ingest = new Ingest({
      now: clock.now,
      commitIntervalMs: config.ingest.commitIntervalMs,
      store: (batch) => recovery.guard(() => store.ingest(batch)),
      live,
      health,
    })
    const origin = resumeElapsed(await readSavedClock(store.view), clock.now()) - clock.elapsed()
    const clocks = () => ({ now: clock.now(), elapsed: origin + clock.elapsed() })
    const image = () => takeImage(clocks(), listeningSince, registry.current, live)
    const broker = new Broker(
      { ...DEFAULT_BROKER_LIMITS, ...config.mqtt.limits },
      mqttGate({
        root,
        now: clock.now,
        registry: () => registry.current,
        ingest,
        strangers,
        conformance: config.mqtt.conformance,
        onListening: (house) =>
          void repeatAlerts(house, tick.state, broker, root).catch(logged('open alerts could not be repeated')),
        onSlowed: (house, perSecond) => log.warn({ house, perSecond }, 'a house sends too much: slowed down'),
      }),
    )
    const tick = new Tick({
      image,
      load: () => readCycle(store.view),
      save: (at, state, effects) => saveTick(store.control, at, state, effects),
      pending: () => pendingEffects(store.view),
      markPerformed: (ids, at) => markPerformed(store.control, ids, at),
      perform: async (effect: Effect) => {
        log.info({ effect }, 'performing')
        await perform(effect, broker, root)
      },
      onPerformError: (effect, error) => log.error({ effect, error: String(error) }, 'an effect failed'),
      health,
      saveTimeoutMs: SAVE_TIMEOUT_MS,
    })

    await registry.start((error) => health.set('registry', error === null ? null : String(error)))
    stops.push(() => registry.stop())
    live.setLatest(await recovery.guard(() => readLatest(store.readings)))
    for (const [house, status] of await recovery.guard(() => readNodes(store.readings))) live.setNode(house, status)

    const mqttPort = await broker
      .start(config.bind, config.mqtt.port)
      .catch(portError('MQTT', config.mqtt.port, '--mqtt-port N'))
    stops.push(() => broker.stop())
    const mqttsPort =
      certificate &&
      (await broker
        .startTls(config.bind, config.mqtts.port, certificate.value)
        .catch(portError('MQTT over TLS', config.mqtts.port, '--mqtts-port N')))
    if (certificate) {
      const { fingerprint, validTo } = certificate.value
      log.info({ fingerprint, validTo, mqttsPort }, 'TLS with this certificate')
    }
    stops.push(() => ingest.flush())
    await tick.start()
    const benchmark = await lastBenchmark(store.view)
    if (benchmark) await perform(benchmark, broker, root)

    installAssets((path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'))
    const deps: HubDeps = {
      now: clock.now,
      demo,
      registry: () => registry.current,
      refreshRegistry: () => registry.refresh(),
      image,
      cycleState: () => tick.state,
      live,
      ingest,
      control: store.control,
      view: store.view,
      readings: store.readings,
      files: store.files,
      eraseHistory: async (house) => {
        const erased = await recovery.guard(() => runChore('erase', { dataDir: config.dataDir, house }))
        await erasePastAlerts(store.control, house)
        return erased
      },
      health: () => health.details,
      strangers: () => strangers.list(),
      broker: () => ({ port: mqttPort, clients: broker.connectedClients }),
      hashKey,
      passwords: {
        hash: hashPassword,
        verify: verifyPassword,
        problem: passwordProblem,
        minLength: MIN_PASSWORD_LENGTH,
      },
      firstStart: { code: () => (registry.current.hasAdmin ? null : code), done: () => registry.refresh() },
      allowedHosts: config.http.allowedHosts,
      version: programVersion(),
      logLines: () => tail?.lines ?? [],
      log,
    }
    const app = makeApp(deps)
    const http = await serveHttp(app.fetch, config.bind, config.http.port).catch(
      portError('HTTP', config.http.port, '--http-port N'),
    )
    stops.push(() => http.stop())
    const secure = config.https.port
    const https =
      certificate && secure !== null
        ? await serveHttp(app.fetch, config.bind, secure, certificate.value).catch(
            portError('HTTPS', secure, '--set https.port=N'),
          )
        : null
    if (https) stops.push(() => https.stop())
    stops.push(() => app.stop())
    const beat = async () => {
      await tick.run()
      supervisor?.alive()
    }
    const job = everySeconds(config.tick.intervalS, () => void beat().catch(logged('a tick failed')))
    stops.push(() => tick.idle())
    stops.push(() => job.stop())
    stops.push(startBackups({ config, store, clock, health, log, recovery, program: deps.version }))
    const housekeeping = new Housekeeping({
      now: clock.now,
      settings: () => registry.current.settings,
      step: (task) => recovery.guard(() => store.housekeep(task)),
      health,
      onDone: (tally) => log.info(tally, 'rolled up and retired'),
      onError: logged('housekeeping failed'),
    })
    const minute = everySeconds(60, () => void housekeeping.run())
    stops.push(() => housekeeping.stop())
    stops.push(() => minute.stop())
    return {
      httpPort: http.port,
      mqttPort,
      mqttsPort,
      httpsPort: https?.port ?? null,
      ingest,
      registry,
      store,
      strangers,
      housesHeard: () => communityBalance(live.latestOf(registry.current.houses.keys()), clock.now()).houses.length,
      tick: () => tick.run(),
      firstStartCode: deps.firstStart.code,
      stop,
    }
  }

  function logged(what: string) {
    return (error: unknown) => log.error({ error: String(error) }, what)
  }
}

/** Why a hub could not start, as a sentence for whoever started it. */
export class StartError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'StartError'
  }
}

function portError(what: string, port: number, option: string) {
  return (error: NodeJS.ErrnoException): never => {
    if (error.code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} for ${what} is taken by another program: stop that one, or choose another port with ${option} (0 = any free one).`,
      )
    }
    if (error.code === 'EACCES')
      throw new StartError(
        `Port ${port} for ${what} needs more rights than this user has: choose one above 1023 with ${option}.`,
      )
    throw error
  }
}
