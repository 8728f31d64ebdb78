import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { connectAsync } from 'mqtt'
import type { HubConfig } from '../../hub/config.ts'
import type { House } from '../../hub/domain/house.ts'
import type { Settings } from '../../hub/domain/settings.ts'
import type { BrokerLimits } from '../../hub/io/broker-limits.ts'
import { DEFAULT_BROKER_LIMITS } from '../../hub/io/broker-limits.ts'
import { makeLog } from '../../hub/io/log.ts'
import { hashPassword } from '../../hub/io/password.ts'
import type { RunningHub } from '../../hub/running-hub.ts'
import { startHub } from '../../hub/start-hub.ts'
import { addHouses } from '../../hub/store/houses.ts'
import { hashKey } from '../../hub/store/key-hash.ts'
import type { UserRole } from '../../hub/store/people.ts'
import { addToken, addUser } from '../../hub/store/people.ts'
import { writeSettings } from '../../hub/store/settings.ts'
import { dataFolder } from './hub-process.ts'

/** A whole hub in the test's own process, on real ports and files, with a clock that the test moves. */
export interface TestHub {
  readonly hub: RunningHub
  /** `at` is moved as time goes by, `step` as the wall clock is set: the monotonic one does not see that. */
  readonly clock: { at: number; step: number }
  readonly dataDir: string
  readonly config: HubConfig
  readonly url: string
  /** A node of a house: an MQTT client with the house's key. */
  readonly node: (house: string, options?: object) => Promise<MqttClient>
  /** A request as a token with this role. */
  readonly as: (
    role: 'reader' | 'bridge' | 'admin' | 'technician',
    path: string,
    init?: RequestInit,
  ) => Promise<Response>
  /** The session cookie of a signed-in person. */
  readonly signIn: (name: string) => Promise<string>
  /** Stops and starts again; `meanwhile` is what befalls the files in between. */
  readonly restart: (meanwhile?: () => unknown) => Promise<void>
  readonly stop: () => Promise<void>
}

const PASSWORD = 'a good password'

export function house(id: string, peakPower: number, more: Partial<House> = {}): House {
  return { id, name: id, peakPower, tilt: null, azimuth: null, connectionLimit: null, shown: false, ...more }
}

export function keyOf(id: string): string {
  return `key-of-${id}-0123456789abcdef`
}

export async function testHub(options: {
  houses: readonly House[]
  at: number
  settings?: Partial<Settings>
  residents?: readonly string[]
  conformance?: boolean
  serialPort?: string
  tls?: HubConfig['tls']
  external?: HubConfig['mqtt']['external']
  limits?: Partial<BrokerLimits>
  central?: string
  influx?: HubConfig['influx']
}): Promise<TestHub> {
  const dataDir = dataFolder()
  const clock = { at: options.at, step: 0 }
  const config: HubConfig = {
    dataDir,
    bind: '127.0.0.1',
    http: { port: 0, allowedHosts: [] },
    mqtt: {
      port: 0,
      root: 'comunita',
      limits: { ...DEFAULT_BROKER_LIMITS, ...options.limits },
      conformance: options.conformance ?? false,
      external: options.external ?? null,
    },
    tls: options.tls ?? null,
    mqtts: { port: 0 },
    https: { port: options.tls ? 0 : null },
    ingest: { commitIntervalMs: 5 },
    serial: { port: options.serialPort ?? null },
    tick: { intervalS: 30 },
    log: { level: 'silent' },
    backup: { enabled: false, dir: join(dataDir, 'backups'), raw: false },
    influx: options.influx ?? { url: null, tokenFile: null },
    central: { url: options.central ?? null, tokenFile: join(dataDir, 'central.token'), databaseUrl: null },
  }
  const start = () =>
    startHub(config, { clock: { now: () => clock.at + clock.step, elapsed: () => clock.at }, log: makeLog('silent') })
  let hub = await start()
  const { control } = hub.store
  await addHouses(
    control,
    options.houses.map((h) => ({ ...h, keyHash: hashKey(keyOf(h.id)) })),
    clock.at,
  )
  if (options.settings) await writeSettings(control, options.settings, clock.at)
  for (const role of ['reader', 'bridge', 'admin', 'technician'] as const) {
    await addToken(control, { tokenHash: hashKey(`token-${role}`), role, house: null, createdAt: clock.at })
  }
  const passwordHash = await hashPassword(PASSWORD)
  const person = (name: string, role: UserRole, own: string | null) =>
    addUser(control, { name, role, house: own, passwordHash, createdAt: clock.at })
  await person('ada', 'admin', null)
  await person('tino', 'technician', null)
  for (const id of options.residents ?? []) await person(`res_${id}`, 'resident', id)
  await hub.registry.refresh()
  const clients: MqttClient[] = []
  const self: TestHub = {
    get hub() {
      return hub
    },
    clock,
    dataDir,
    config,
    get url() {
      return `http://127.0.0.1:${hub.httpPort}`
    },
    node: async (id, more = {}) => {
      const client = await connectAsync({
        host: '127.0.0.1',
        port: hub.mqttPort,
        username: id,
        password: keyOf(id),
        reconnectPeriod: 0,
        ...more,
      })
      client.on('error', () => {})
      clients.push(client)
      return client
    },
    as: (role, path, init = {}) =>
      fetch(self.url + path, { ...init, headers: { ...init.headers, authorization: `Bearer token-${role}` } }),
    signIn: async (name) => {
      const body = new URLSearchParams({ nome: name, password: PASSWORD, torna: '/' })
      const answer = await fetch(`${self.url}/accesso`, {
        method: 'POST',
        body,
        redirect: 'manual',
        headers: { origin: self.url },
      })
      return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    },
    restart: async (meanwhile = () => {}) => {
      await hub.stop()
      await meanwhile()
      hub = await start()
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.endAsync(true)))
      await hub.stop()
    },
  }
  return self
}
