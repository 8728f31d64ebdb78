import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { z } from 'zod'
import { didYouMean } from './domain/did-you-mean.ts'
import type { Result } from './domain/result.ts'
import { fail, ok } from './domain/result.ts'

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

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
    }
  }
  readonly ingest: { readonly commitIntervalMs: number }
  readonly tick: { readonly intervalS: number }
  readonly log: { readonly level: LogLevel }
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

interface Key {
  readonly schema: z.ZodType
  readonly expected: string
  readonly initial: unknown
}

const whole = (from: number, to: number, initial: number, unit = ''): Key => ({
  schema: z.number().int().min(from).max(to),
  expected: `a whole number from ${from} to ${to}${unit}`,
  initial,
})
const port = (initial: number): Key => ({
  ...whole(0, 65_535, initial),
  expected: 'a port from 1 to 65535, or 0 for any free one',
})

const HOST_NAME = /^(?!-)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/
const DIVISORS = [5, 6, 10, 12, 15, 20, 30]

const KEYS: Readonly<Record<string, Key>> = {
  data_dir: { schema: z.string().refine(isAbsolute), expected: 'the absolute path of a folder', initial: null },
  bind: {
    schema: z.string().refine((address) => isIP(address) !== 0 || address === 'localhost'),
    expected: 'an IP address of this machine, 127.0.0.1 for itself only, or 0.0.0.0 for all',
    initial: '0.0.0.0',
  },
  'http.port': port(8080),
  'http.allowed_hosts': {
    schema: z.array(z.string().refine((host) => HOST_NAME.test(host) || isIP(host) !== 0)),
    expected: 'a list of host names without "http://" and port, such as ["solar.example.org"]',
    initial: [],
  },
  'mqtt.port': port(1883),
  'mqtt.root': {
    schema: z.string().regex(/^[^+#/$\s\0][^+#/\s\0]{0,63}$/),
    expected: 'one topic level of 1 to 64 characters without "/", "+", "#" and spaces, such as "comunita"',
    initial: 'comunita',
  },
  'mqtt.max_packet_bytes': whole(1024, 1_048_576, 65_536, ' bytes'),
  'mqtt.connect_timeout_s': whole(1, 60, 5, ' s'),
  'mqtt.drain_timeout_s': whole(1, 60, 5, ' s'),
  'mqtt.max_connections': whole(1, 100_000, 1000),
  'mqtt.max_connections_per_address': whole(1, 100_000, 100),
  'ingest.commit_interval_ms': whole(0, 1000, 20, ' ms'),
  'tick.interval_s': {
    schema: z.number().refine((s) => DIVISORS.includes(s)),
    expected: `one of ${DIVISORS.join(', ')} (5 to 30 s, dividing a minute)`,
    initial: 10,
  },
  'log.level': { schema: z.enum(LOG_LEVELS), expected: `one of ${LOG_LEVELS.join(', ')}`, initial: 'info' },
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
    const read = readConfigFile(file)
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
  const values = Object.entries(KEYS).map(
    ([key, { initial }]) => given.get(key) ?? { key, value: initial, origin: 'default' },
  )
  const clash = samePorts(values)
  if (clash) problems.push(clash)
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

function readConfigFile(file: string): Result<ConfigValue[], readonly string[]> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'you may not read it' : String(code)
    return fail([`${file}: the configuration cannot be read: ${why}.`])
  }
  try {
    return ok([...flatten(parse(text), '', file)])
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const what = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '')
    return fail([
      `${file}, line ${error.line}, column ${error.column}: not valid TOML: ${what}. A line reads: http.port = 8080`,
    ])
  }
}

function* flatten(table: object, prefix: string, origin: string): Generator<ConfigValue> {
  for (const [name, value] of Object.entries(table)) {
    const key = `${prefix}${name}`
    const isSection = typeof value === 'object' && value !== null && !(value instanceof Date) && !Array.isArray(value)
    if (isSection && !(key in KEYS)) yield* flatten(value, `${key}.`, origin)
    else yield { key, value, origin }
  }
}

/** A value from the command line in the type its key has. What does not fit stays text, for `check` to name. */
function fromText(key: string, text: string): unknown {
  if (key === 'data_dir') return text === '' ? text : resolve(text)
  const { initial } = KEYS[key] ?? {}
  if (typeof initial === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  if (!Array.isArray(initial)) return text
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function check({ key, value, origin }: ConfigValue): string | null {
  const known = KEYS[key]
  const shown = JSON.stringify(value)
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

function samePorts(values: readonly ConfigValue[]): string | null {
  const [http, mqtt] = ['http.port', 'mqtt.port'].map((key) => values.find((v) => v.key === key))
  if (!http || !mqtt || http.value !== mqtt.value || http.value === 0) return null
  return `"http.port" and "mqtt.port" are both ${String(http.value)} (${http.origin}, ${mqtt.origin}): each needs a port of its own.`
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
      }),
    }),
    ingest: freeze({ commitIntervalMs: get<number>('ingest.commit_interval_ms') }),
    tick: freeze({ intervalS: get<number>('tick.interval_s') }),
    log: freeze({ level: get<LogLevel>('log.level') }),
  })
}
