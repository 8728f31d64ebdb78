import { accessSync, constants, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { contradictions } from './config-contradictions.ts'
import { readConfigFile } from './config-file.ts'
import type { LogLevel } from './config-keys.ts'
import { FOLDER, KEYS, keyOf, OPTIONAL_PORT, shownValue } from './config-keys.ts'
import { didYouMean } from './domain/did-you-mean.ts'
import type { Result } from './domain/result.ts'
import { fail, ok } from './domain/result.ts'

/** What a hub needs to start. Everything else lives in its database. */
export interface HubConfig {
  readonly dataDir: string
  /** Address to listen on; `0.0.0.0` = every IPv4 address, `::` = every address. */
  readonly bind: string
  readonly http: {
    readonly port: number
    /** Names a browser may call the hub by, beside its addresses and the usual local names. */
    readonly allowedHosts: readonly string[]
  }
  readonly mqtt: {
    readonly port: number
    /** First level of every topic. */
    readonly root: string
    readonly limits: {
      readonly maxPacketBytes: number
      readonly connectTimeoutMs: number
      readonly drainTimeoutMs: number
      readonly maxConnections: number
      readonly maxConnectionsPerAddress: number
      /** Messages of one house; 0 = no limit. */
      readonly ratePerSecond: number
      readonly rateBurst: number
    }
    /** Whoever gives no user name may do everything: for conformance tests, on loopback only. */
    readonly conformance: boolean
    /** Somebody else's broker, in place of the hub's own. */
    readonly external: {
      /** Without user and password. */
      readonly url: string
      readonly clientId: string
      readonly username: string | null
      readonly password: string | null
      readonly passwordFile: string | null
      readonly ca: string | null
    } | null
  }
  /** PEM files, or `auto`: made by the hub. With them MQTT is served over TLS as well, and the pages where `https.port` is set. */
  readonly tls: { readonly cert: string; readonly key: string } | 'auto' | null
  readonly mqtts: { readonly port: number }
  readonly https: { readonly port: number | null }
  readonly ingest: { readonly commitIntervalMs: number }
  /** The USB port on which the hub itself holds a node; null = none. */
  readonly serial: { readonly port: string | null }
  readonly tick: { readonly intervalS: number }
  readonly log: { readonly level: LogLevel }
  /** The scheduled backups: their folder, and whether the nightly ones hold raw readings. */
  readonly backup: { readonly enabled: boolean; readonly dir: string; readonly raw: boolean }
  /** Where finished slots are written as time series; null = nowhere. */
  readonly influx: { readonly url: string | null; readonly tokenFile: string | null }
  /** For a hub: where aggregates may be sent, and the file of the token. For a central: its PostgreSQL, null = a file. */
  readonly central: { readonly url: string | null; readonly tokenFile: string; readonly databaseUrl: string | null }
}

/** A key as it is written in the file, what it stands at, and where that came from. */
export interface ConfigValue {
  readonly key: string
  readonly value: unknown
  /** `default`, the path of the file, or the option that set it. */
  readonly origin: string
}

export interface ResolvedConfig {
  readonly config: HubConfig
  readonly values: readonly ConfigValue[]
  /** The config file that was read, or null. */
  readonly file: string | null
}

/** What the command line says about the configuration. */
export interface ConfigOptions {
  readonly config?: string | undefined
  readonly data?: string | undefined
  readonly set?: readonly string[] | undefined
  readonly bind?: string | undefined
  readonly httpPort?: string | undefined
  readonly mqttPort?: string | undefined
  readonly mqttsPort?: string | undefined
}

/** Where defaults are looked for. */
export interface Surroundings {
  readonly packageConfig: string
  readonly packageData: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** May throw, as os.homedir() does for a user without a home. */
  readonly home: () => string
}

export const SYSTEM: Surroundings = {
  packageConfig: '/etc/solar-family/config.toml',
  packageData: '/var/lib/solar-family',
  env: process.env,
  home: homedir,
}

/** The configuration from all its sources, the later ones winning: defaults, file, `--set`, the options of their own. */
export function resolveConfig(
  options: ConfigOptions,
  around: Surroundings = SYSTEM,
): Result<ResolvedConfig, readonly string[]> {
  const settings: ConfigValue[] = []
  const problems: string[] = []
  const file = options.config ?? defaultFile(options, around)
  if (file !== null) {
    const read = readConfigFile(file, (key) => keyOf(key) !== undefined)
    if (read.ok) settings.push(...read.value)
    else problems.push(...read.error)
  }
  for (const text of options.set ?? []) {
    const [key = '', ...rest] = text.split('=')
    if (rest.length === 0) problems.push(`--set "${text}": expected key=value, such as --set http.port=8081.`)
    else settings.push({ key: key.trim(), value: fromText(key.trim(), rest.join('=').trim()), origin: '--set' })
  }
  const own: readonly [key: string, option: string, value: string | undefined][] = [
    ['bind', '--bind', options.bind],
    ['http.port', '--http-port', options.httpPort],
    ['mqtt.port', '--mqtt-port', options.mqttPort],
    ['mqtts.port', '--mqtts-port', options.mqttsPort],
    ['data_dir', '--data', options.data],
  ]
  for (const [key, origin, value] of own)
    if (value !== undefined) settings.push({ key, value: fromText(key, value), origin })

  const given = new Map<string, ConfigValue>()
  for (const setting of settings) {
    const problem = check(setting)
    if (problem === null) given.set(setting.key, setting)
    else problems.push(problem)
  }
  if (!given.has('data_dir') && problems.length === 0) {
    const folder = defaultDataDir(around)
    if (folder === null) problems.push('There is no home folder to keep the data in: say where with --data DIR.')
    else given.set('data_dir', { key: 'data_dir', value: folder, origin: 'default' })
  }
  const dataDir = given.get('data_dir')?.value
  if (!given.has('backup.dir') && typeof dataDir === 'string')
    given.set('backup.dir', { key: 'backup.dir', value: join(dataDir, 'backups'), origin: 'default' })
  if (!given.has('central.token_file') && typeof dataDir === 'string')
    given.set('central.token_file', {
      key: 'central.token_file',
      value: join(dataDir, 'central.token'),
      origin: 'default',
    })
  const values = Object.entries(KEYS).map(
    ([key, { initial }]) => given.get(key) ?? { key, value: initial, origin: 'default' },
  )
  problems.push(...contradictions(values))
  return problems.length > 0 ? fail(problems) : ok({ config: toConfig(values), values, file })
}

/** The package's data folder where there is one that we may write to, else the user's own; null without a home. */
export function defaultDataDir(around: Surroundings = SYSTEM): string | null {
  if (accessible(around.packageData, constants.W_OK | constants.X_OK)) return around.packageData
  const shared = around.env['XDG_DATA_HOME']
  if (shared && isAbsolute(shared)) return join(shared, 'solar-family')
  try {
    return join(around.home(), '.local', 'share', 'solar-family')
  } catch {
    return null
  }
}

/** The package's config file belongs to its data folder: it is left alone when another folder is asked for. */
function defaultFile(options: ConfigOptions, around: Surroundings): string | null {
  if (options.data !== undefined || options.set?.some((text) => /^\s*data_dir\s*=/.test(text))) return null
  return accessible(around.packageConfig, constants.R_OK) ? around.packageConfig : null
}

function accessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return existsSync(path)
  } catch {
    return false
  }
}

/** A value from the command line in the type its key has. What does not fit stays text, for `check` to name. */
function fromText(key: string, text: string): unknown {
  if (keyOf(key)?.schema === FOLDER.schema) return text === '' ? text : resolve(text)
  const { initial } = keyOf(key) ?? {}
  if (typeof initial === 'boolean') return text === 'true' || (text === 'false' ? false : text)
  if (typeof initial === 'number' || keyOf(key) === OPTIONAL_PORT)
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  if (!Array.isArray(initial)) return text
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function check({ key, value, origin }: ConfigValue): string | null {
  const known = keyOf(key)
  const shown = JSON.stringify(shownValue(key, value))
  if (!known) {
    const section = Object.keys(KEYS).filter((k) => k.startsWith(`${key}.`))
    const hint =
      section.length > 0 ? `: it is a section, with ${section.join(', ')}` : didYouMean(key, Object.keys(KEYS))
    return `${origin}: "${key}" = ${shown} is not a known key${hint}.`
  }
  return known.schema.safeParse(value).success
    ? null
    : `${origin}: "${key}" = ${shown} is not right: expected ${known.expected}.`
}

function toConfig(values: readonly ConfigValue[]): HubConfig {
  const map = new Map(values.map((v) => [v.key, v.value]))
  const get = <T>(key: string) => map.get(key) as T
  const { freeze } = Object
  return freeze({
    dataDir: get<string>('data_dir'),
    bind: get<string>('bind'),
    http: freeze({ port: get<number>('http.port'), allowedHosts: freeze([...get<string[]>('http.allowed_hosts')]) }),
    mqtt: freeze({
      port: get<number>('mqtt.port'),
      root: get<string>('mqtt.root'),
      limits: freeze({
        maxPacketBytes: get<number>('mqtt.max_packet_bytes'),
        connectTimeoutMs: get<number>('mqtt.connect_timeout_s') * 1000,
        drainTimeoutMs: get<number>('mqtt.drain_timeout_s') * 1000,
        maxConnections: get<number>('mqtt.max_connections'),
        maxConnectionsPerAddress: get<number>('mqtt.max_connections_per_address'),
        ratePerSecond: get<number>('mqtt.rate_limit'),
        rateBurst: get<number>('mqtt.rate_burst'),
      }),
      conformance: get<boolean>('mqtt.conformance'),
      external:
        get<string | null>('mqtt.url') === null
          ? null
          : freeze({
              url: get<string>('mqtt.url'),
              clientId: get<string>('mqtt.client_id'),
              username: get<string | null>('mqtt.username'),
              password: get<string | null>('mqtt.password'),
              passwordFile: get<string | null>('mqtt.password_file'),
              ca: get<string | null>('mqtt.ca'),
            }),
    }),
    tls: get<boolean>('tls.auto')
      ? 'auto'
      : get<string | null>('tls.cert') === null
        ? null
        : freeze({ cert: get<string>('tls.cert'), key: get<string>('tls.key') }),
    mqtts: freeze({ port: get<number>('mqtts.port') }),
    https: freeze({ port: get<number | null>('https.port') }),
    ingest: freeze({ commitIntervalMs: get<number>('ingest.commit_interval_ms') }),
    serial: freeze({ port: get<string | null>('serial.port') }),
    tick: freeze({ intervalS: get<number>('tick.interval_s') }),
    log: freeze({ level: get<LogLevel>('log.level') }),
    backup: freeze({
      enabled: get<boolean>('backup.enabled'),
      dir: get<string>('backup.dir'),
      raw: get<boolean>('backup.raw'),
    }),
    influx: freeze({
      url: get<string | null>('influx.url'),
      tokenFile: get<string | null>('influx.token_file'),
    }),
    central: freeze({
      url: get<string | null>('central.url'),
      tokenFile: get<string>('central.token_file'),
      databaseUrl: get<string | null>('central.database_url'),
    }),
  })
}
