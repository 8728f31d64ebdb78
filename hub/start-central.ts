import { hubApi } from '../sync/central/api.ts'
import type { Central } from '../sync/central/database.ts'
import { openCentral } from '../sync/central/database.ts'
import { watchSilence } from '../sync/central/silence.ts'
import type { HubConfig } from './config.ts'
import type { Clock } from './io/clock.ts'
import { serveHttp } from './io/http.ts'
import type { Log } from './io/log.ts'
import { makeToken } from './io/random-key.ts'
import { everySeconds } from './io/schedule.ts'
import { startCentralPages } from './start-central-pages.ts'
import { startCertificate } from './start-certificate.ts'
import { portError, StartError } from './start-error.ts'

export interface RunningCentral {
  readonly httpPort: number
  readonly httpsPort: number | null
  readonly central: Central
  readonly stop: () => Promise<void>
}

/** The database that a configuration names; a StartError where it cannot be had. */
export async function centralOf({ central, dataDir }: HubConfig): Promise<Central> {
  const { databaseUrl: url } = central
  try {
    return await openCentral(url === null ? { dataDir } : { url })
  } catch (error) {
    if (url === null) throw error
    throw new StartError(`The database of "central.database_url" cannot be used: ${(error as Error).message}.`)
  }
}

/** Serves the central instance; it keeps nothing in memory that another process would need. */
export async function startCentral(
  config: HubConfig,
  { clock, log }: { clock: Clock; log: Log },
): Promise<RunningCentral> {
  const certificate = await startCertificate({ config, clock, log })
  const central = await centralOf(config)
  const hubs = hubApi({ central, now: () => clock.now(), makeToken, log })
  const pages = startCentralPages({ config, central, clock, log })
  const fetch = (request: Request, env: unknown) =>
    (new URL(request.url).pathname.startsWith('/sync/') ? hubs : pages).fetch(request, env as object)
  const stops: (() => unknown)[] = [() => central.db.destroy()]
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  try {
    const { port } = config.http
    const http = await serveHttp(fetch, config.bind, port).catch(portError('HTTP', port, '--http-port N'))
    stops.push(() => http.stop())
    const secure = config.https.port
    const https =
      certificate && secure !== null
        ? await serveHttp(fetch, config.bind, secure, certificate.current()).catch(
            portError('HTTPS', secure, '--set https.port=N'),
          )
        : null
    if (https) stops.push(() => https.stop())
    const look = () =>
      watchSilence(central, clock.now()).catch((error) =>
        log.error({ error: String(error) }, 'silent hubs are not noted'),
      )
    await look()
    const minute = everySeconds(60, () => void look())
    stops.push(() => minute.stop())
    const fresh = certificate?.keepFresh((renewed) => https?.renew(renewed))
    stops.push(() => fresh?.stop())
    return { httpPort: http.port, httpsPort: https?.port ?? null, central, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
