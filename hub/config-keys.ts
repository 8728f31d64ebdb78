import { isIP } from 'node:net'
import { isAbsolute } from 'node:path'
import { z } from 'zod'

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What a key of the configuration may hold, in the sentence that a wrong value gets. */
export interface Key {
  readonly schema: z.ZodType
  readonly expected: string
  readonly initial: unknown
  /** Whether a value must not be shown. */
  readonly secret?: (value: unknown) => boolean
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

const yesNo = (initial: boolean): Key => ({ schema: z.boolean(), expected: 'true or false', initial })
/** Recognised by its schema: what is given on the command line is made absolute. */
export const FOLDER: Key = {
  schema: z.string().refine(isAbsolute),
  expected: 'the absolute path of a folder',
  initial: null,
}
export const FILE: Key = { ...FOLDER, expected: 'the absolute path of a PEM file' }
/** Compared by identity: what is given on the command line is made a number. */
export const OPTIONAL_PORT: Key = { ...port(0), initial: null }

const OPTIONAL_TEXT: Key = {
  schema: z.string().min(1).max(256),
  expected: 'a text of 1 to 256 characters',
  initial: null,
}

const HOST_NAME = /^(?!-)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/
const DIVISORS = [5, 6, 10, 12, 15, 20, 30]

/** The key of a name, and not what every object has by nature. */
export function keyOf(name: string): Key | undefined {
  return Object.hasOwn(KEYS, name) ? KEYS[name] : undefined
}

export const KEYS: Readonly<Record<string, Key>> = {
  data_dir: FOLDER,
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
  'mqtts.port': port(8883),
  'https.port': OPTIONAL_PORT,
  'tls.auto': yesNo(false),
  'tls.cert': FILE,
  'tls.key': FILE,
  'mqtt.url': {
    schema: z.string().refine(isBrokerUrl),
    expected:
      'the address of a broker, such as mqtt://192.168.1.2:1883 or mqtts://broker.example.org, without user and password (they are mqtt.username and mqtt.password_file)',
    initial: null,
    secret: (value) => !isBrokerUrl(String(value)),
  },
  'mqtt.client_id': {
    schema: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
    expected: 'a name of 1 to 64 letters, digits, "_", "-" and "."',
    initial: 'solar-family',
  },
  'mqtt.username': OPTIONAL_TEXT,
  'mqtt.password': { ...OPTIONAL_TEXT, secret: () => true },
  'mqtt.password_file': { ...FOLDER, expected: 'the absolute path of a file whose first line is the password' },
  'mqtt.ca': FILE,
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
  'mqtt.rate_limit': whole(0, 100_000, 200, ' messages/s, 0 for no limit'),
  'mqtt.rate_burst': whole(0, 1_000_000, 1000, ' messages'),
  'mqtt.conformance': yesNo(false),
  'ingest.commit_interval_ms': whole(0, 5000, 20, ' ms'),
  'serial.port': {
    schema: z
      .string()
      .regex(/^(\/dev\/\S+|COM\d+)$/)
      .nullable(),
    expected:
      'the port of a node, such as "/dev/serial/by-id/usb-Arduino_…-if00", which "solar-family node list" shows',
    initial: null,
  },
  'tick.interval_s': {
    schema: z.number().refine((s) => DIVISORS.includes(s)),
    expected: `one of ${DIVISORS.join(', ')} (5 to 30 s, dividing a minute)`,
    initial: 10,
  },
  'log.level': { schema: z.enum(LOG_LEVELS), expected: `one of ${LOG_LEVELS.join(', ')}`, initial: 'info' },
  'central.url': {
    schema: z.string().refine(isCentralUrl),
    expected: 'the address of a central, such as https://central.example.org, without user and path',
    initial: null,
  },
  'central.token_file': { ...FOLDER, expected: 'the absolute path of the file that holds the token for the central' },
  'central.database_url': {
    schema: z.string().regex(/^postgres(ql)?:\/\/.+/),
    expected: 'the address of a PostgreSQL database, such as postgres://user@host/solar_family',
    initial: null,
    secret: () => true,
  },
  'influx.url': {
    schema: z.string().refine(isWriteUrl),
    expected:
      'the write address of an InfluxDB or of what speaks like one, such as http://host:8086/api/v2/write?org=home&bucket=solar&precision=s',
    initial: null,
  },
  'influx.token_file': { ...FOLDER, expected: 'the absolute path of a file whose first line is the token' },
  'backup.enabled': yesNo(true),
  'backup.dir': FOLDER,
  'backup.raw': yesNo(false),
}

/** A value as it may be shown. */
export function shownValue(key: string, value: unknown): unknown {
  return value !== null && KEYS[key]?.secret?.(value) ? '(hidden)' : value
}

/** Instants are written in seconds, and a password belongs in no address. */
function isWriteUrl(text: string): boolean {
  const url = URL.parse(text)
  return (
    (url?.protocol === 'http:' || url?.protocol === 'https:') &&
    url.searchParams.get('precision') === 's' &&
    url.username === '' &&
    url.password === ''
  )
}

/** Parts that are not used are refused rather than dropped, a password in it first of all. */
function isBrokerUrl(text: string): boolean {
  const url = URL.parse(text)
  if (!url || !['mqtt:', 'mqtts:'].includes(url.protocol) || url.hostname === '') return false
  return url.username === '' && url.password === '' && ['', '/'].includes(url.pathname) && url.search + url.hash === ''
}

function isCentralUrl(text: string): boolean {
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol)) return false
  return url.username === '' && url.password === '' && url.pathname === '/' && url.search + url.hash === ''
}
