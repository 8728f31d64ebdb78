import { makeApp } from '../ui/app.ts'
import type { HubDeps } from '../ui/deps.ts'
import { installAssets } from '../ui/view/assets.ts'
import { projectText } from './bundled.ts'
import { programVersion } from './cli/version.ts'
import type { HubConfig } from './config.ts'
import type { Diagnosis } from './flow/diagnosis.ts'
import type { Health } from './flow/health.ts'
import type { Ingest } from './flow/ingest.ts'
import type { Live } from './flow/live.ts'
import type { NodeWatch } from './flow/node-watch.ts'
import type { Recovery } from './flow/recovery.ts'
import type { Registry } from './flow/registry.ts'
import type { Strangers } from './flow/strangers.ts'
import type { Certificate } from './io/certificate.ts'
import { serveHttp } from './io/http.ts'
import type { Log, LogTail } from './io/log.ts'
import { hashPassword, MIN_PASSWORD_LENGTH, passwordProblem, verifyPassword } from './io/password.ts'
import { makeCode, makeDigits, makeNodeKey, makePassword, makeToken } from './io/random-key.ts'
import type { RunningCertificate } from './start-certificate.ts'
import { certificateFacts } from './start-certificate.ts'
import { makeCounters } from './start-counters.ts'
import { portError } from './start-error.ts'
import { startNode } from './start-node.ts'
import { runChore } from './store/chore.ts'
import { erasePastAlerts } from './store/erase.ts'
import { hashKey } from './store/key-hash.ts'
import type { Store } from './store/store.ts'

export interface RunningWeb {
  readonly httpPort: number
  readonly httpsPort: number | null
  /** The code that makes the first admin, or null when there is one. */
  readonly firstStartCode: () => string | null
  /** Uses this certificate from now on. */
  readonly renew: (certificate: Certificate) => void
  readonly stop: () => Promise<void>
}

/** Serves the pages and the API of a hub; rejects with a StartError when a port cannot be had. */
export async function startWeb(parts: {
  config: HubConfig
  certificate: RunningCertificate | null
  now: () => number
  log: Log
  tail: LogTail | null
  demo: boolean
  registry: Registry
  live: Live
  ingest: Ingest
  strangers: Strangers
  store: Store
  recovery: Recovery
  health: Health
  image: HubDeps['image']
  diagnosis: Pick<Diagnosis, 'planes' | 'plants'>
  sync: HubDeps['sync']
  cycleState: HubDeps['cycleState']
  cycles: HubDeps['cycles']
  forecast: HubDeps['forecast']
  notify: HubDeps['notify']
  broker: HubDeps['broker']
  loads: HubDeps['loads']
  cleaning: HubDeps['cleaning']
}): Promise<RunningWeb> {
  const { config, certificate, now, log, tail, registry, store, recovery } = parts
  installAssets(projectText)
  const code = makeCode()
  const firstStartCode = () => (registry.current.hasAdmin ? null : code)
  let node: NodeWatch | null = null
  const counters = makeCounters(store, recovery)
  const app = makeApp({
    now,
    demo: parts.demo,
    registry: () => registry.current,
    refreshRegistry: () => registry.refresh(),
    image: parts.image,
    counters: () => counters.totals(now()),
    planes: () => parts.diagnosis.planes,
    plants: () => parts.diagnosis.plants,
    sync: parts.sync,
    cycleState: parts.cycleState,
    cycles: parts.cycles,
    forecast: parts.forecast,
    notify: parts.notify,
    live: parts.live,
    ingest: parts.ingest,
    control: store.control,
    view: store.view,
    readings: store.readings,
    files: store.files,
    eraseHistory: async (house) => {
      const erased = await recovery.guard(() => runChore('erase', { dataDir: config.dataDir, house }))
      await erasePastAlerts(store.control, house)
      return erased
    },
    health: () => parts.health.details,
    strangers: () => parts.strangers.list(),
    broker: parts.broker,
    node: () => node,
    mqttRoot: config.mqtt.root,
    certificate: () => certificate && certificateFacts(certificate.current(), config.tls === 'auto'),
    loads: parts.loads,
    cleaning: parts.cleaning,
    hashKey,
    secrets: { nodeKey: makeNodeKey, token: makeToken, password: makePassword, digits: makeDigits },
    passwords: {
      hash: hashPassword,
      verify: verifyPassword,
      problem: passwordProblem,
      minLength: MIN_PASSWORD_LENGTH,
    },
    firstStartCode,
    allowedHosts: config.http.allowedHosts,
    version: programVersion(),
    logLines: () => tail?.lines ?? [],
    log,
  })
  const { bind } = config
  const http = await serveHttp(app.fetch, bind, config.http.port).catch(
    portError('HTTP', config.http.port, '--http-port N'),
  )
  const secure = config.https.port
  const https =
    certificate && secure !== null
      ? await serveHttp(app.fetch, bind, secure, certificate.current())
          .catch(portError('HTTPS', secure, '--set https.port=N'))
          .catch(async (error: unknown) => {
            await http.stop()
            throw error
          })
      : null
  node = await startNode(config, now, log)
  return {
    httpPort: http.port,
    httpsPort: https?.port ?? null,
    firstStartCode,
    renew: (certificate) => https?.renew(certificate),
    stop: async () => {
      app.stop()
      await node?.stop()
      await https?.stop()
      await http.stop()
    },
  }
}
