import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { ConfigOptions, Surroundings } from './config.ts'
import { resolveConfig } from './config.ts'
import { DEFAULT_BROKER_LIMITS } from './io/broker-limits.ts'

const folder = mkdtempSync(join(tmpdir(), 'solar-family-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const HOME: Surroundings = {
  packageConfig: join(folder, 'etc', 'config.toml'),
  packageData: join(folder, 'var'),
  env: {},
  home: () => '/home/anna',
}
const NO_HOME = {
  ...HOME,
  home: () => {
    throw new Error('no entry')
  },
}

let files = 0
function toml(text: string): string {
  files += 1
  const path = join(folder, `${files}.toml`)
  writeFileSync(path, text)
  return path
}

function values(options: ConfigOptions, around = HOME) {
  const resolved = resolveConfig(options, around)
  if (!resolved.ok) throw new Error(resolved.error.join('\n'))
  return Object.fromEntries(resolved.value.values.map((v) => [v.key, [v.value, v.origin]]))
}

function problems(options: ConfigOptions, around = HOME): readonly string[] {
  const resolved = resolveConfig(options, around)
  return resolved.ok ? [] : resolved.error
}

describe('defaults', () => {
  it('are those of the contract and of the broker, and frozen', () => {
    const resolved = resolveConfig({}, HOME)
    if (!resolved.ok) throw new Error(resolved.error.join('\n'))
    const { config } = resolved.value
    const { maxPacketBytes, connectTimeoutMs, drainTimeoutMs, ratePerSecond, rateBurst } = DEFAULT_BROKER_LIMITS
    const { maxConnections, maxConnectionsPerAddress } = DEFAULT_BROKER_LIMITS
    const limits = {
      ...{ maxPacketBytes, connectTimeoutMs, drainTimeoutMs, ratePerSecond, rateBurst },
      ...{ maxConnections, maxConnectionsPerAddress },
    }
    expect(config).toEqual({
      dataDir: '/home/anna/.local/share/solar-family',
      influx: { url: null, tokenFile: null },
      central: { url: null, tokenFile: '/home/anna/.local/share/solar-family/central.token', databaseUrl: null },
      bind: '0.0.0.0',
      http: { port: 8080, allowedHosts: [] },
      mqtt: { port: 1883, root: 'comunita', limits, conformance: false, external: null },
      tls: null,
      mqtts: { port: 8883 },
      https: { port: null },
      ingest: { commitIntervalMs: 20 },
      serial: { port: null },
      tick: { intervalS: 10 },
      log: { level: 'info' },
      backup: { enabled: true, dir: '/home/anna/.local/share/solar-family/backups', raw: false },
    })
    expect(Object.isFrozen(config) && Object.isFrozen(config.mqtt.limits)).toBe(true)
  })

  it('keep the data where the user keeps such things', () => {
    expect(values({}, { ...HOME, env: { XDG_DATA_HOME: '/data' } })['data_dir']).toEqual([
      '/data/solar-family',
      'default',
    ])
    expect(values({}, { ...HOME, env: { XDG_DATA_HOME: 'relative' } })['data_dir']).toEqual([
      '/home/anna/.local/share/solar-family',
      'default',
    ])
    expect(problems({}, NO_HOME)).toEqual([expect.stringContaining('--data DIR')])
    expect(values({ data: '/srv/x' }, NO_HOME)['data_dir']).toEqual(['/srv/x', '--data'])
  })

  it('are those of the package where it is installed, unless another folder is asked for', () => {
    mkdirSync(HOME.packageData)
    mkdirSync(join(folder, 'etc'))
    writeFileSync(HOME.packageConfig, 'http.port = 80')
    expect(values({})).toMatchObject({ data_dir: [HOME.packageData, 'default'], 'http.port': [80, HOME.packageConfig] })
    expect(values({ data: '/srv/x' })).toMatchObject({ 'http.port': [8080, 'default'] })
    expect(values({ set: ['data_dir=/srv/x'] })).toMatchObject({ 'http.port': [8080, 'default'] })
    rmSync(HOME.packageData, { recursive: true })
    rmSync(HOME.packageConfig)
  })
})

it('later sources win, and each value says where it comes from', () => {
  const config = toml(
    'bind = "10.0.0.1"\n[http]\nport = 1\nallowed_hosts = ["solar.example.org"]\n[mqtt]\nport = 2\nroot = "street"\n[tick]\ninterval_s = 5\n',
  )
  expect(values({ config, set: ['mqtt.port=3', 'http.port=4', 'log.level=debug'], httpPort: '5' })).toMatchObject({
    bind: ['10.0.0.1', config],
    'http.port': [5, '--http-port'],
    'http.allowed_hosts': [['solar.example.org'], config],
    'mqtt.port': [3, '--set'],
    'mqtt.root': ['street', config],
    'tick.interval_s': [5, config],
    'log.level': ['debug', '--set'],
    'ingest.commit_interval_ms': [20, 'default'],
  })
})

it('takes lists and relative folders from the command line', () => {
  expect(values({ set: ['http.allowed_hosts=a.org, b.org'], data: 'x' })).toMatchObject({
    'http.allowed_hosts': [['a.org', 'b.org'], '--set'],
    data_dir: [join(process.cwd(), 'x'), '--data'],
  })
})

describe('a wrong file stops the start with a sentence', () => {
  it.each([
    ['an unknown key', 'http.prot = 1', ['"http.prot" = 1', 'did you mean "http.port"?']],
    ['a key that is nothing like one', 'zebra = 1', ['"zebra" = 1 is not a known key.']],
    ['an unknown section', '[htpp]\nport = 1', ['"htpp.port"', 'http.port']],
    ['a section used as a key', 'http = 1', ['"http" = 1', 'section', 'http.port']],
    ['text for a number', 'http.port = "8080"', ['"http.port" = "8080"', 'a port from 1 to 65535']],
    ['a number out of range', 'mqtt.max_connections = 0', ['"mqtt.max_connections" = 0', 'from 1 to 100000']],
    [
      'a tick that does not divide a minute',
      'tick.interval_s = 7',
      ['"tick.interval_s" = 7', '5, 6, 10, 12, 15, 20, 30'],
    ],
    ['a tick too slow', 'tick.interval_s = 60', ['"tick.interval_s" = 60']],
    ['a topic root with a wildcard', 'mqtt.root = "a/#"', ['"mqtt.root" = "a/#"', 'such as "comunita"']],
    ['a host with its scheme', 'http.allowed_hosts = ["http://a"]', ['http.allowed_hosts', 'without "http://"']],
    ['a bind address that is none', 'bind = "eth0"', ['"bind" = "eth0"', 'an IP address']],
    ['a relative data folder', 'data_dir = "data"', ['"data_dir" = "data"', 'absolute path']],
    ['a date', 'log.level = 2026-01-01', ['"log.level"', 'one of fatal']],
    ['two servers on one port', 'http.port = 1883', ['"http.port" and "mqtt.port" are both 1883']],
    ['no TOML', 'http.port = = 1', ['line 1, column', 'not valid TOML']],
  ])('%s', (_, text, parts) => {
    const config = toml(text)
    const [problem, ...others] = problems({ config })
    expect(others).toEqual([])
    for (const part of [config, ...parts]) expect(problem).toContain(part)
  })

  it('that is not there', () => {
    expect(problems({ config: '/nowhere/x.toml' })).toEqual([
      '/nowhere/x.toml: the configuration cannot be read: there is no such file.',
    ])
  })

  it('names every wrong key, not the first alone', () => {
    expect(problems({ config: toml('a = 1\nb = 2') })).toHaveLength(2)
  })
})

it.each([
  [{ set: ['http.port'] }, '--set "http.port": expected key=value'],
  [{ set: ['http.port=eighty'] }, '--set: "http.port" = "eighty"'],
  [{ httpPort: '99999' }, '--http-port: "http.port" = 99999'],
  [{ mqttPort: '' }, '--mqtt-port: "mqtt.port" = ""'],
  [{ bind: 'here' }, '--bind: "bind" = "here"'],
  [{ data: '' }, '--data: "data_dir" = ""'],
])('%j on the command line is refused', (options, sentence) => {
  expect(problems(options)).toEqual([expect.stringContaining(sentence)])
})

it('any free port may be asked for twice', () => {
  expect(problems({ httpPort: '0', mqttPort: '0' })).toEqual([])
})

describe('a certificate', () => {
  it('goes with its key, wherever they are set', () => {
    expect(values({ set: ['tls.cert=/etc/x.crt', 'tls.key=/etc/x.key'], mqttsPort: '0' })).toMatchObject({
      'tls.cert': ['/etc/x.crt', '--set'],
      'mqtts.port': [0, '--mqtts-port'],
      'https.port': [null, 'default'],
    })
    for (const one of ['cert', 'key'])
      expect(problems({ set: [`tls.${one}=/etc/x.pem`] })).toEqual([
        `"tls.${one}" is set and "tls.${one === 'cert' ? 'key' : 'cert'}" is not: a certificate and its key go together, each in a PEM file.`,
      ])
  })

  it('makes its ports count: each needs one of its own', () => {
    const certified = ['tls.cert=/x.crt', 'tls.key=/x.key']
    expect(problems({ set: ['mqtts.port=1883'] })).toEqual([])
    expect(problems({ set: [...certified, 'mqtts.port=1883'] })).toEqual([
      '"mqtt.port" and "mqtts.port" are both 1883 (default, --set): each needs a port of its own.',
    ])
    expect(problems({ set: [...certified, 'https.port=8080'] })).toEqual([
      '"http.port" and "https.port" are both 8080 (default, --set): each needs a port of its own.',
    ])
    expect(problems({ set: ['https.port=x'] })).toEqual([expect.stringContaining('"https.port" = "x" is not right')])
  })
})

describe('another broker', () => {
  const url = 'mqtt.url=mqtts://broker.example.org:8883'

  it('is asked for by its address, and has what belongs to it', () => {
    const resolved = resolveConfig(
      { set: [url, 'mqtt.username=hub', 'mqtt.password_file=pw', 'https.port=1883'] },
      HOME,
    )
    expect(resolved.ok && resolved.value.config.mqtt.external).toEqual({
      url: 'mqtts://broker.example.org:8883',
      clientId: 'solar-family',
      username: 'hub',
      password: null,
      passwordFile: join(process.cwd(), 'pw'),
      ca: null,
    })
  })

  it.each([
    ['http://a', '"(hidden)"'],
    ['mqtt://me:secret@a', '"(hidden)"'],
    ['mqtt://a/path', '"(hidden)"'],
    ['nonsense', '"(hidden)"'],
  ])('%s is no address of one, and is not shown: it may hold a password', (text, shown) => {
    const [problem = ''] = problems({ set: [`mqtt.url=${text}`] })
    expect(problem).toContain(`"mqtt.url" = ${shown} is not right`)
    expect(problem).not.toContain('secret')
  })

  it.each([
    [['mqtt.username=hub'], '"mqtt.username" is set and "mqtt.url" is not'],
    [[url, 'mqtt.password=x', 'mqtt.password_file=/x'], 'are both set'],
    [[url, 'mqtt.conformance=true'], "is of the hub's own broker"],
    [[url, `mqtt.password=${'x'.repeat(300)}`], '"mqtt.password" = "(hidden)"'],
    [['tls.auto=true', 'tls.cert=/x.crt', 'tls.key=/x.key'], '"tls.auto" and "tls.cert" are both set'],
    [['tls.auto=true', 'mqtts.port=1883'], '"mqtt.port" and "mqtts.port" are both 1883'],
  ])('%j is refused', (set, sentence) => {
    expect(problems({ set })).toEqual([expect.stringContaining(sentence)])
  })
})

it('the rate of a house may be 0 for no limit, and is never negative', () => {
  const resolved = resolveConfig({ set: ['mqtt.rate_limit=0', 'mqtt.rate_burst=5'] }, HOME)
  expect(resolved.ok && resolved.value.config.mqtt.limits).toMatchObject({ ratePerSecond: 0, rateBurst: 5 })
  expect(problems({ set: ['mqtt.rate_limit=-1'] })).toEqual([
    '--set: "mqtt.rate_limit" = -1 is not right: expected a whole number from 0 to 100000 messages/s, 0 for no limit.',
  ])
})
