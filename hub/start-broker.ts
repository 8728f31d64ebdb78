import { readFileSync } from 'node:fs'
import { nodeFilters, relayEchoTopic } from './codec/topics.ts'
import type { HubConfig } from './config.ts'
import type { Health } from './flow/health.ts'
import type { Ingest } from './flow/ingest.ts'
import type { IntegrationOptions } from './flow/integration-gate.ts'
import { integrationGate } from './flow/integration-gate.ts'
import { Meters } from './flow/meters.ts'
import type { GateOptions } from './flow/mqtt-gate.ts'
import { mqttGate } from './flow/mqtt-gate.ts'
import { MqttRelay } from './flow/mqtt-relay.ts'
import type { RegistrySnapshot } from './flow/registry.ts'
import type { Strangers } from './flow/strangers.ts'
import { Broker } from './io/broker.ts'
import { DEFAULT_BROKER_LIMITS } from './io/broker-limits.ts'
import type { BrokerPolicy } from './io/broker-policy.ts'
import type { Log } from './io/log.ts'
import type { MessageBroker } from './io/message-broker.ts'
import type { RunningCertificate } from './start-certificate.ts'
import { portError, StartError } from './start-error.ts'

export interface BrokerParts {
  readonly config: HubConfig
  readonly now: () => number
  /** Monotonic, ms. */
  readonly elapsed: () => number
  readonly log: Log
  readonly registry: () => RegistrySnapshot
  readonly ingest: Ingest
  readonly inbox: GateOptions['inbox']
  readonly strangers: Strangers
  readonly health: Health
  readonly certificate: RunningCertificate | null
  /** What integrations bring about. */
  readonly integration: Pick<IntegrationOptions, 'onBirth' | 'override'>
  /** When a node was last heard before the start, epoch ms. */
  readonly lastHeard: () => number
  /** A node listens for its alerts. */
  readonly onListening: (house: string) => void
  /** The link to somebody else's broker is up: what it keeps may be of before. */
  readonly onLinked: () => void
}

/** The broker that nodes and hub meet at, and how it is opened. */
export interface HubBroker {
  readonly broker: MessageBroker
  readonly open: () => Promise<BrokerPorts>
}

export interface BrokerPorts {
  /** Ports of the hub's own broker; 0 and null where it has none. */
  readonly mqttPort: number
  readonly mqttsPort: number | null
  /** Somebody else's broker in its place. */
  readonly externalUrl: string | null
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

/** The hub's own broker, or the link to somebody else's. */
export function makeBroker(parts: BrokerParts): HubBroker | Promise<HubBroker> {
  const { config, now, elapsed, log, registry, ingest, inbox, strangers, onListening } = parts
  const gate = mqttGate({
    root: config.mqtt.root,
    now,
    registry,
    ingest,
    meters: new Meters({ elapsed, ingest }),
    inbox,
    strangers,
    conformance: config.mqtt.conformance,
    onListening,
    onSlowed: (house, perSecond) => log.warn({ house, perSecond }, 'a house sends too much: slowed down'),
  })
  return config.mqtt.external
    ? linked(parts, config.mqtt.external, gate)
    : embedded(parts, integrationGate(gate, { root: config.mqtt.root, now, registry, strangers, ...parts.integration }))
}

/** Stops the start where everybody would be let in from outside. */
export function checkConformance({ mqtt, bind }: HubConfig, log: Log): void {
  if (!mqtt.conformance) return
  if (!LOOPBACK.has(bind))
    throw new StartError(
      `mqtt.conformance lets anybody in without a key: it needs bind = "127.0.0.1", and bind is "${bind}".`,
    )
  log.warn('mqtt.conformance is on: whoever gives no user name may read and write everything')
}

function embedded({ config, certificate }: BrokerParts, gate: BrokerPolicy): HubBroker {
  const broker = new Broker({ ...DEFAULT_BROKER_LIMITS, ...config.mqtt.limits }, gate)
  const { bind, mqtt, mqtts } = config
  return {
    broker,
    open: async () => {
      const mqttPort = await broker.start(bind, mqtt.port).catch(portError('MQTT', mqtt.port, '--mqtt-port N'))
      const mqttsPort =
        certificate &&
        (await broker
          .startTls(bind, mqtts.port, certificate.current())
          .catch(portError('MQTT over TLS', mqtts.port, '--mqtts-port N')))
      return { mqttPort, mqttsPort, externalUrl: null }
    },
  }
}

async function linked(
  { config, now, log, registry, ingest, strangers, health, lastHeard, onListening, onLinked }: BrokerParts,
  external: NonNullable<HubConfig['mqtt']['external']>,
  gate: BrokerPolicy,
): Promise<HubBroker> {
  // Loaded by those who need it: it is large.
  const { MqttLink } = await import('./io/mqtt.ts')
  const { root, limits } = config.mqtt
  const { url, clientId, username, ca } = external
  const relay = new MqttRelay({
    root,
    now,
    registry,
    gate,
    ingest,
    strangers,
    maxPayloadBytes: limits.maxPacketBytes,
    lastHeard,
    onListening,
  })
  let up: boolean | null = null
  const state = (problem: string | null) => {
    const changed = up !== (problem === null)
    up = problem === null
    health.set('broker', problem === null ? null : `${url}: ${problem}`)
    if (changed && problem !== null) log.warn({ url, problem }, 'not connected to the broker')
    if (!changed || problem !== null) return
    log.info({ url }, 'connected to the broker')
    onLinked()
  }
  const link = new MqttLink(
    {
      url,
      clientId,
      username,
      password: passwordOf(external),
      ca,
      filters: nodeFilters(root),
      echoTopic: relayEchoTopic(root, clientId),
    },
    { opened: () => relay.opened(), closed: () => relay.closed(), receive: (message) => relay.receive(message), state },
  )
  return {
    broker: link,
    open: async () => {
      health.set('broker', `${url}: not connected yet`)
      try {
        link.start()
      } catch (error) {
        throw new StartError(`${ca ?? url} (mqtt.ca) cannot be used: ${(error as Error).message}.`)
      }
      return { mqttPort: 0, mqttsPort: null, externalUrl: url }
    },
  }
}

function passwordOf(external: {
  readonly password: string | null
  readonly passwordFile: string | null
}): string | null {
  const { password, passwordFile } = external
  if (passwordFile === null) return password
  try {
    return readFileSync(passwordFile, 'utf8').split(/\r?\n/)[0] ?? ''
  } catch (error) {
    throw new StartError(
      `${passwordFile} (mqtt.password_file) cannot be read: ${(error as NodeJS.ErrnoException).code}.`,
    )
  }
}
