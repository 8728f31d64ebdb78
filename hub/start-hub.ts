import { programVersion } from './cli/version.ts'
import type { HubConfig } from './config.ts'
import { communityBalance } from './domain/balance.ts'
import type { Effect } from './domain/effect.ts'
import { lastHeard } from './domain/latest.ts'
import type { ControlKeeper } from './flow/control-keeper.ts'
import { Health } from './flow/health.ts'
import { takeImage } from './flow/image.ts'
import { Ingest } from './flow/ingest.ts'
import { stillAdmitted } from './flow/integration-gate.ts'
import { Live } from './flow/live.ts'
import { perform, repeatAlerts, sayStanding, sendCommand } from './flow/perform.ts'
import { Registry } from './flow/registry.ts'
import { Strangers } from './flow/strangers.ts'
import { Tick } from './flow/tick.ts'
import type { HubParts } from './hub-parts.ts'
import { noEvidence } from './io/clock-evidence.ts'
import { everySeconds } from './io/schedule.ts'
import type { RunningHub } from './running-hub.ts'
import { startBackups } from './start-backups.ts'
import { checkConformance, makeBroker } from './start-broker.ts'
import { startCertificate } from './start-certificate.ts'
import { startCleaning } from './start-cleaning.ts'
import { prepareClockWatch } from './start-clock.ts'
import { prepareDiagnosis } from './start-diagnosis.ts'
import { StartError } from './start-error.ts'
import { prepareForecast } from './start-forecast.ts'
import { prepareHomeAssistant } from './start-home-assistant.ts'
import { startHousekeeping } from './start-housekeeping.ts'
import { startLinePush } from './start-line-push.ts'
import { startLoads } from './start-loads.ts'
import { prepareNotify } from './start-notify.ts'
import { startRecovery } from './start-recovery.ts'
import { startSync } from './start-sync.ts'
import { startWeb } from './start-web.ts'
import { lastBenchmark, markPerformed, pendingEffects, readCycle } from './store/cycle.ts'
import { inUse, lockDataFolder } from './store/lock.ts'
import { mendFiles } from './store/mend.ts'
import { readLatest, readNodes } from './store/readings.ts'
import { openStore } from './store/store.ts'

const SAVE_TIMEOUT_MS = 2_000
/** How long a switch of an integration holds. */
const OVERRIDE_S = 7_200

/** Builds a hub and starts it; throws when its data folder or a port cannot be had, with nothing left running. */
export async function startHub(
  config: HubConfig,
  { clock, evidence = noEvidence(), log, tail = null, supervisor = null, demo = false }: HubParts,
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
    checkConformance(config, log)
    const lock = lockDataFolder(config.dataDir, process.pid)
    if (!lock.ok) throw new StartError(inUse(config.dataDir, lock.error))
    stops.push(lock.value.release)
    const certificate = await startCertificate({ config, clock, log })
    const mended = await mendFiles(config.dataDir, config.backup.dir, clock.now())
    if (!mended.ok) throw new StartError(mended.error)
    let keeper: ControlKeeper | null = null
    // Before the first tick there is nothing to save again.
    let saveAgain = () => {}
    const store = await openStore(config.dataDir, (error) => keeper?.noticed(error))
    stops.push(() => store.close())
    const { root } = config.mqtt
    const health = new Health()
    const {
      recovery,
      keeper: started,
      stop: stopRecovery,
    } = startRecovery({
      config,
      store,
      mended: mended.value,
      clock,
      health,
      log,
      onControlRebuilt: () => saveAgain(),
    })
    keeper = started
    stops.push(stopRecovery)
    const live = new Live()
    const strangers = new Strangers()
    const registry = new Registry(store.view, (next, before) => {
      if (before) broker.disconnect((who) => stillAdmitted(who, next, before))
    })
    const {
      watch,
      dating,
      start: startWatch,
    } = await prepareClockWatch({
      clock,
      evidence,
      store,
      health,
      log,
      live,
      recovery,
      registry: () => registry.current,
      onSet: () => saveAgain(),
    })
    const elapsed = () => watch.read().elapsed
    const listeningSince = elapsed()
    const forecast = prepareForecast({
      now: () => watch.now(),
      elapsed,
      clockCertain: () => watch.isCertain,
      log,
      registry,
      store,
      recovery,
      demo,
    })
    const notify = prepareNotify({
      ...{ log, registry, store, demo, root },
      now: () => watch.now(),
      clockCertain: () => watch.isCertain,
      broker: () => broker,
    })
    const loads = startLoads({
      clocks: () => watch.read(),
      clockCertain: () => watch.isCertain,
      live,
      registry,
      store,
      health,
      refuse: (house, refusal) => ingest.refuse(house, refusal),
      forecast: (house, now) => forecast.forecasting.hours(house, now),
    })
    const ingest = new Ingest({
      now: () => watch.now(),
      doubtful: () => watch.doubtful,
      commitIntervalMs: config.ingest.commitIntervalMs,
      store: (batch) => recovery.guard(() => store.ingest(batch)),
      live,
      health,
      onHeard: (house, boot, uptimeS) => loads.relays.heard(house, boot, uptimeS),
      onMeasured: (entries) => loads.relays.measured(entries),
    })
    const { diagnosis, start: startDiagnosis } = prepareDiagnosis({
      clock: watch,
      log,
      registry,
      store,
      recovery,
      health,
    })
    const image = () => {
      const read = watch.read()
      const clocks = { ...read, clockCertain: watch.isCertain }
      return takeImage(
        clocks,
        read.now - (read.elapsed - listeningSince),
        registry.current,
        live,
        loads.relays,
        loads.frame(),
        diagnosis.plants,
      )
    }
    const homeAssistant = prepareHomeAssistant({
      ...{ log, registry, store, recovery, live, root, elapsed },
      now: () => watch.now(),
      relays: () => loads.relays,
      broker: () => broker,
    })
    const { broker, open } = await makeBroker({
      ...{ config, log, ingest, inbox: loads.inbox, strangers, health, certificate, elapsed },
      now: () => watch.now(),
      integration: {
        onBirth: homeAssistant.greet,
        override: (of, on) => loads.forWeb(tick).override(of, { on, durationS: OVERRIDE_S }, 'integration'),
      },
      registry: () => registry.current,
      lastHeard: () => lastHeard(live.latestOf(registry.current.houses.keys()).values()),
      onListening: (house) =>
        void repeatAlerts(house, tick.state, broker, root).catch(logged('open alerts could not be repeated')),
      onLinked: () => void greet().catch(logged('what the broker keeps could not be renewed')),
    })
    const greet = async () => {
      const benchmark = await lastBenchmark(store.view)
      if (benchmark) await perform(benchmark, broker, root)
      await sayStanding(registry.current.houses.keys(), tick.state, broker, root)
    }
    const tick = new Tick({
      image,
      load: () => readCycle(store.view),
      save: (at, state, effects, records) => loads.save(at, state, effects, records),
      pending: () => pendingEffects(store.view),
      markPerformed: (ids, at) => markPerformed(store.control, ids, at),
      perform: async (effect: Effect) => {
        log.info({ effect }, 'performing')
        await perform(effect, broker, root)
      },
      send: (command) => sendCommand(command, broker, loads.relays, root),
      onPerformError: (effect, error) => log.error({ effect, error: String(error) }, 'an effect failed'),
      health,
      saveTimeoutMs: SAVE_TIMEOUT_MS,
    })
    saveAgain = () => tick.saveAgain()
    await keeper.start()
    await registry.start((error) => health.set('registry', error === null ? null : String(error)))
    stops.push(() => registry.stop())
    stops.push(startWatch())
    live.setLatest(await recovery.guard(() => readLatest(store.readings)))
    for (const [house, status] of await recovery.guard(() => readNodes(store.readings))) live.setNode(house, status)

    const { mqttPort, mqttsPort, externalUrl } = await open()
    stops.push(() => broker.stop())
    stops.push(() => ingest.flush())
    await tick.start()
    const benchmark = externalUrl === null ? await lastBenchmark(store.view) : null
    if (benchmark) await perform(benchmark, broker, root)

    stops.push(startDiagnosis(), forecast.start(), notify.start())
    if (externalUrl === null) stops.push(homeAssistant.start())
    const sync = startSync({ config, clock: watch, log, registry, live, store, recovery, health })
    const timeSeries = startLinePush({ config, clock: watch, log, store, recovery })
    stops.push(() => sync.stop(), timeSeries.stop)
    const cleaning = startCleaning({
      ...{ watch, log, registry, store, recovery, health, diagnosis, outlet: broker, root, relays: loads.relays },
    })
    stops.push(cleaning.stop)
    const runTick = () => loads.run(tick).then(() => cleaning.step())
    const web = await startWeb({
      ...{ config, certificate, log, tail, demo, registry, live, ingest, strangers, store },
      ...{ recovery, health, image, diagnosis, forecast, notify },
      now: () => watch.now(),
      cycleState: () => tick.state,
      cycles: () => tick.cycles,
      loads: loads.forWeb(tick),
      sync: sync.page,
      cleaning: cleaning.forWeb,
      broker: () => ({ port: mqttPort, clients: broker.connectedClients, externalUrl }),
    })
    stops.push(() => web.stop())
    const fresh = certificate?.keepFresh((renewed) => {
      broker.renew(renewed)
      web.renew(renewed)
    })
    stops.push(() => fresh?.stop())
    void diagnosis.run()
    const beat = async () => {
      await runTick()
      supervisor?.alive()
    }
    const job = everySeconds(config.tick.intervalS, () => void beat().catch(logged('a tick failed')))
    stops.push(() => tick.idle())
    stops.push(() => job.stop())
    stops.push(startBackups({ config, store, clock, health, log, recovery, program: programVersion() }))
    stops.push(startHousekeeping({ clock: watch, dating, registry, store, recovery, health, log }))
    return {
      httpPort: web.httpPort,
      mqttPort,
      mqttsPort,
      externalUrl,
      broker,
      httpsPort: web.httpsPort,
      ingest,
      registry,
      store,
      strangers,
      forecast,
      tellAlerts: notify.look,
      tellHomeAssistant: homeAssistant.look,
      tellTimeSeries: timeSeries.look,
      housesHeard: () => communityBalance(live.latestOf(registry.current.houses.keys()), clock.now()).houses.length,
      tick: runTick,
      diagnose: () => diagnosis.run(),
      tellCentral: sync.run,
      judgeCleaning: () => cleaning.judge(),
      firstStartCode: web.firstStartCode,
      stop,
    }
  }

  function logged(what: string) {
    return (error: unknown) => log.error({ error: String(error) }, what)
  }
}
