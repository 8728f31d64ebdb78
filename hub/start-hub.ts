import { readFileSync, statSync } from 'node:fs'
import { makeApp } from '../ui/app.ts'
import type { HubDeps } from '../ui/deps.ts'
import { installAssets } from '../ui/view/assets.ts'
import type { HubConfig } from './config.ts'
import { communityBalance } from './domain/balance.ts'
import type { Effect } from './domain/effect.ts'
import { Health } from './flow/health.ts'
import { takeImage } from './flow/image.ts'
import { Ingest } from './flow/ingest.ts'
import { Live } from './flow/live.ts'
import { mqttGate } from './flow/mqtt-gate.ts'
import { perform, repeatAlerts } from './flow/perform.ts'
import { Registry } from './flow/registry.ts'
import { Strangers } from './flow/strangers.ts'
import { Tick } from './flow/tick.ts'
import { Broker, DEFAULT_BROKER_LIMITS } from './io/broker.ts'
import type { Clock } from './io/clock.ts'
import { serveHttp } from './io/http.ts'
import type { Log } from './io/log.ts'
import { hashPassword, verifyPassword } from './io/password.ts'
import { makeCode } from './io/random-key.ts'
import { everySeconds } from './io/schedule.ts'
import { markPerformed, pendingEffects, readCycle, saveTick } from './store/cycle.ts'
import { hashKey } from './store/key-hash.ts'
import { readLatest, readNodes } from './store/readings.ts'
import type { Store } from './store/store.ts'
import { openStore } from './store/store.ts'

export interface RunningHub {
  readonly httpPort: number
  readonly mqttPort: number
  readonly ingest: Ingest
  readonly registry: Registry
  readonly store: Store
  /** The code that makes the first admin, or null when there is one. */
  readonly firstStartCode: () => string | null
  /** Houses that have been heard within the last two minutes. */
  readonly housesHeard: () => number
  /** Decides and acts at once, besides the schedule. */
  readonly tick: () => Promise<void>
  readonly stop: () => Promise<void>
}

const SAVE_TIMEOUT_MS = 2_000

/** Builds a hub and starts it; throws when its data folder or a port cannot be had, with nothing left running. */
export async function startHub(
  config: HubConfig,
  { clock, log, demo = false }: { clock: Clock; log: Log; demo?: boolean },
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
    const store = await openStore(config.dataDir)
    stops.push(() => store.close())
    const { root } = config.mqtt
    const health = new Health()
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
      store: store.ingest,
      live,
      health,
    })
    const image = () => takeImage(clock.now(), listeningSince, registry.current, live)
    const broker = new Broker(
      { ...DEFAULT_BROKER_LIMITS, ...config.mqtt.limits },
      mqttGate({
        root,
        now: clock.now,
        registry: () => registry.current,
        ingest,
        strangers,
        onListening: (house) =>
          void repeatAlerts(house, tick.state, broker, root).catch(logged('open alerts could not be repeated')),
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
    live.setLatest(await readLatest(store.readings))
    for (const [house, status] of await readNodes(store.readings)) live.setNode(house, status)

    const mqttPort = await broker
      .start(config.bind, config.mqtt.port)
      .catch(portError('MQTT', config.mqtt.port, 'mqtt.port'))
    stops.push(() => broker.stop())
    stops.push(() => ingest.flush())
    await tick.start()

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
      readingsBytes: () => sizeOf(store.files.readings),
      health: () => health.details,
      strangers: () => strangers.list(),
      broker: () => ({ port: mqttPort, clients: broker.connectedClients }),
      hashKey,
      passwords: { hash: hashPassword, verify: verifyPassword },
      firstStart: { code: () => (registry.current.hasAdmin ? null : code), done: () => registry.refresh() },
      allowedHosts: config.http.allowedHosts,
      log,
    }
    const app = makeApp(deps)
    const http = await serveHttp(app.fetch, config.bind, config.http.port).catch(
      portError('HTTP', config.http.port, 'http.port'),
    )
    stops.push(() => http.stop())
    stops.push(() => app.stop())
    const job = everySeconds(config.tick.intervalS, () => void tick.run().catch(logged('a tick failed')))
    stops.push(() => tick.idle())
    stops.push(() => job.stop())
    return {
      httpPort: http.port,
      mqttPort,
      ingest,
      registry,
      store,
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

function portError(what: string, port: number, key: string) {
  return (error: NodeJS.ErrnoException): never => {
    if (error.code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} for ${what} is taken by another program: stop that one, or choose another port with --${key.replace('.', '-')} N (0 = any free one).`,
      )
    }
    if (error.code === 'EACCES')
      throw new StartError(
        `Port ${port} for ${what} needs more rights than this user has: choose one above 1023 with --${key.replace('.', '-')} N.`,
      )
    throw error
  }
}

function sizeOf(file: string): number {
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return size(file) + size(`${file}-wal`)
}
