import { join } from 'node:path'
import type { HubConfig } from './config.ts'
import type { Certificate } from './io/certificate.ts'
import { readCertificate } from './io/certificate.ts'
import type { Clock } from './io/clock.ts'
import type { Log } from './io/log.ts'
import { ownCertificate, ownNames } from './io/own-certificate.ts'
import type { Job } from './io/schedule.ts'
import { everyHour } from './io/schedule.ts'
import { StartError } from './start-error.ts'

/** The certificate of a running hub. */
export interface RunningCertificate {
  readonly current: () => Certificate
  /** Looks once an hour whether one that the hub made itself is to be made anew; says so when it was. */
  readonly keepFresh: (renewed: (certificate: Certificate) => void) => Job
}

/** The certificate that the configuration asks for, or null where it asks for none; a StartError where it cannot be had. */
export async function startCertificate(parts: {
  config: HubConfig
  clock: Clock
  log: Log
}): Promise<RunningCertificate | null> {
  const { config, clock, log } = parts
  const own = () => ownCertificate(join(config.dataDir, 'tls'), ownNames(), clock.now())
  if (config.tls === null) return null
  const first = config.tls === 'auto' ? await own() : readCertificate(config.tls)
  if (!first.ok) throw new StartError(first.error)
  let current: Certificate = first.value
  const tell = () =>
    log.info({ fingerprint: current.fingerprint, validTo: current.validTo }, 'TLS with this certificate')
  tell()
  async function look(renewed: (certificate: Certificate) => void): Promise<void> {
    const next = await own()
    if (!next.ok) return log.error({ error: next.error }, 'the certificate could not be renewed')
    if (!next.value.made) return
    current = next.value
    tell()
    renewed(current)
  }
  return {
    current: () => current,
    keepFresh: (renewed) => (config.tls === 'auto' ? everyHour(() => void look(renewed)) : { stop: () => {} }),
  }
}

/** What may be shown of a certificate. */
export function certificateFacts({ fingerprint, validTo }: Certificate, own: boolean) {
  return { fingerprint, validTo: validTo.getTime(), own }
}
