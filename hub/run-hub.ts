import { networkInterfaces } from 'node:os'
import type { HubConfig } from './config.ts'
import { systemClock } from './io/clock.ts'
import { systemEvidence } from './io/clock-evidence.ts'
import { LogTail, makeLog } from './io/log.ts'
import { systemdSupervisor } from './io/systemd.ts'
import type { RunningHub } from './running-hub.ts'
import { StartError } from './start-error.ts'
import { startHub } from './start-hub.ts'

/** The command `hub`: runs until it is told to stop. */
export async function runHubCommand(config: HubConfig, { json }: { json: boolean }): Promise<number> {
  const tail = new LogTail()
  const log = makeLog(config.log.level, tail)
  const supervisor = systemdSupervisor(process.env, () => performance.now())
  const stopped = untilStopped()
  const hub = await startOrSay(() =>
    startHub(config, { clock: systemClock, evidence: systemEvidence(), log, tail, supervisor }),
  )
  if (!hub) return 1
  const url = urlOf(config.bind, hub.httpPort)
  const mqtt = hub.externalUrl === null ? `MQTT on port ${hub.mqttPort}` : `MQTT through ${hub.externalUrl}`
  if (json) sayReady({ url, ...portsOf(hub) })
  else process.stdout.write(`Solar Family is running: ${url} (${mqtt}, data in ${config.dataDir})\n`)
  const code = hub.firstStartCode()
  if (code !== null)
    process.stderr.write(`There is no administrator yet. Open ${url}/avvio and enter this code: ${code}\n`)
  supervisor.ready(url)
  await stopped
  supervisor.stopping()
  await hub.stop()
  return 0
}

/** Starts a hub, or says in one sentence why it cannot. */
export async function startOrSay(start: () => Promise<RunningHub>): Promise<RunningHub | null> {
  try {
    return await start()
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    process.stderr.write(`${error.message}\n`)
    return null
  }
}

/** The ports of a hub as scripts are told of them; those with TLS where they are on. */
export function portsOf({ httpPort, mqttPort, mqttsPort, httpsPort, externalUrl }: RunningHub) {
  return {
    http_port: httpPort,
    ...(externalUrl === null ? { mqtt_port: mqttPort } : { mqtt_url: externalUrl }),
    ...(mqttsPort === null ? {} : { mqtts_port: mqttsPort }),
    ...(httpsPort === null ? {} : { https_port: httpsPort }),
  }
}

/** The one line that scripts wait for. */
export function sayReady(fields: {
  url: string
  http_port: number
  mqtt_port?: number
  mqtt_url?: string
  mqtts_port?: number
  https_port?: number
  user?: string
  password?: string
}): void {
  process.stdout.write(`${JSON.stringify({ ready: true, pid: process.pid, ...fields })}\n`)
}

/** Resolves at the first SIGTERM or SIGINT; a hub that has not stopped 5 s later is ended. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref()
      resolve()
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
  })
}

const STOP_WITHIN_MS = 4_500

/** Where a browser finds the hub: its own address where it listens on all. */
export function urlOf(bind: string, port: number): string {
  const everywhere = bind === '0.0.0.0' || bind === '::'
  const lan = Object.values(networkInterfaces())
    .flat()
    .find((i) => i && i.family === 'IPv4' && !i.internal)
  const host = everywhere ? (lan?.address ?? '127.0.0.1') : bind
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
