import { execFile, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { verifyPassword } from '../hub/io/password.ts'
import { hashKey } from '../hub/store/key-hash.ts'

// The real command line, as a person or a script types it, on data folders of its own.

const root = fileURLToPath(new URL('../', import.meta.url))
const shared = join(root, '..', 'shared', 'data')
const folder = mkdtempSync(join(tmpdir(), 'solar-family-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

let made = 0
function newData(): string {
  made += 1
  return join(folder, `data-${made}`)
}

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Straight on the pinned Node that runs the tests; `npm run solar-family` finds it through with-node.mjs first. */
const START = [process.execPath, 'hub/main.ts'] as const
const THROUGH_NPM = [process.execPath, 'scripts/with-node.mjs', 'hub/main.ts'] as const

function argsOf(data: string | null, line: string): string[] {
  return [...line.split(' '), ...(data === null ? [] : ['--data', data])]
}

function run(data: string | null, line: string, input = '', [node, ...start]: readonly string[] = START) {
  const options = { cwd: root, encoding: 'utf8', input, timeout: 100_000 } as const
  const { status, stdout, stderr } = spawnSync(node ?? '', [...start, ...argsOf(data, line)], options)
  return { status, stdout, stderr }
}

/** The same, with others beside it. */
function runBeside(
  data: string | null,
  line: string,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const [node, ...start] = START
  return new Promise((resolve) => {
    execFile(node, [...start, ...argsOf(data, line)], { cwd: root }, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr })
    }).stdin?.end()
  })
}

/** The one JSON value a command prints with `--json`. */
function json<T = Record<string, unknown>>(data: string, line: string, input = ''): T {
  const { status, stdout, stderr } = run(data, `${line} --json`, input)
  expect({ status, stderr, lines: stdout.split('\n').length }).toMatchObject({ status: 0, lines: 2 })
  return JSON.parse(stdout) as T
}

function rows(data: string, sql: string, name = 'control.db'): Record<string, unknown>[] {
  const db = new Database(join(data, name), { readonly: true })
  try {
    return db.prepare(sql).all() as Record<string, unknown>[]
  } finally {
    db.close()
  }
}

describe('help and wrong usage', () => {
  it('explains itself, every command with an example', () => {
    const all = run(null, '--help')
    expect(all).toMatchObject({ status: 0, stderr: '' })
    for (const name of [
      'demo',
      'hub',
      'house add',
      'house import',
      'user passwd',
      'token create',
      'replay',
      'config check',
      'version',
    ]) {
      expect(all.stdout).toContain(`  ${name}`)
    }
    expect(run(null, 'house --help').stdout).toContain('Example: solar-family house add casa_A')
    expect(run(null, 'house add --help').stdout).toMatch(/--azimuth DEGREES[\s\S]*Example:\n {2}solar-family house add/)
    expect(run(null, 'help replay').stdout).toContain('--map ts=time_utc')
  })

  it.concurrent.each([
    ['hose list', 2, 'There is no command "hose" (did you mean "house"?)'],
    ['house lsit', 2, 'There is no command "house lsit" (did you mean "list"?)'],
    ['house', 2, '"house" needs one of add, import, edit, list, rotate-key, remove'],
    ['house add a --peek 3', 2, 'did you mean "--peak"?'],
    ['house add rete --peak 3', 2, '"rete" is reserved'],
    ['house add casa/A --peak 3', 2, 'is not a valid id'],
    ['house add a --peak 1000001', 2, 'expected a number from 0 to 1000000 W'],
    ['house add a --peak 1 --tilt 91', 2, 'expected a number from 0 to 90 degrees'],
    ['house add a --peak 1 --azimuth 361', 2, 'expected a number from 0 to 360 degrees'],
    ['user add a --role boss', 2, 'expected one of resident, technician, admin'],
    ['user add anna --role resident', 2, '--house ID'],
    ['token create --role node', 2, '--house ID'],
    ['token revoke x', 2, 'is not the number of a token'],
    ['replay x.csv', 2, 'needs --map'],
    ['replay x.csv --map ts=t', 2, 'casa=COL'],
    ['demo --houses 0', 2, '--houses "0" is not right'],
    ['demo --replay x.csv --map ts=t', 2, 'casa=COL'],
    ['demo --replay x.csv', 2, '--replay needs --map'],
    ['config check --http-port 99999', 2, 'expected a port from 1 to 65535'],
    ['config check --config /nowhere.toml', 1, '/nowhere.toml: the configuration cannot be read'],
    ['house edit nobody --peak 1', 1, 'There is no house "nobody"'],
    ['load add nobody x --power 1', 1, 'There is no house "nobody"'],
    ['load add a rete --power 1', 2, '"rete" is reserved'],
    ['load add a x --kind boiler --power 1', 2, 'expected one of waterHeater, car'],
    ['load edit a x', 2, '"load edit" needs something to change'],
    ['user passwd nobody', 1, 'There is no user "nobody"'],
    ['token revoke 99', 1, 'There is no token 99'],
    ['house import /nowhere.csv', 1, '/nowhere.csv: there is no such file'],
    ['replay /nowhere.csv --map ts=t,casa=h,produzione_w=p', 1, '/nowhere.csv: there is no such file'],
  ])('%s', async (line, status, sentence) => {
    const outcome = await runBeside(join(folder, 'errors'), line)
    expect(outcome).toMatchObject({ status, stdout: '' })
    expect(outcome.stderr).toContain(sentence)
    expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(outcome.stderr).not.toContain('    at ')
  })

  it('shows the trace to whoever asks for it', () => {
    const env = { ...process.env, SOLAR_FAMILY_DEBUG: '1' }
    const { stderr } = spawnSync(process.execPath, ['hub/main.ts', 'hose'], {
      cwd: root,
      encoding: 'utf8',
      env,
    })
    expect(stderr).toContain('    at ')
  })
})

it('version and config check', () => {
  const data = newData()
  expect(json(data, 'version')).toEqual({
    name: 'solar-family',
    version: expect.any(String),
    node: '26.10.0',
    sqlite: expect.stringMatching(/^3\./),
  })
  expect(run(null, '--version', '', THROUGH_NPM).stdout).toMatch(/^solar-family \d/)
  const config = file('good.toml', '[tick]\ninterval_s = 5\n')
  const { values } = json<{ values: unknown[] }>(data, `config check --config ${config} --set mqtt.root=street`)
  expect(values).toContainEqual({ key: 'tick.interval_s', value: 5, origin: config })
  expect(values).toContainEqual({ key: 'mqtt.root', value: 'street', origin: '--set' })
  expect(values).toContainEqual({ key: 'http.port', value: 8080, origin: 'default' })
  expect(existsSync(data)).toBe(false)
  const bad = run(data, `hub --config ${file('bad.toml', 'htpp.port = 1')}`)
  expect(bad).toMatchObject({ status: 1, stdout: '' })
  expect(bad.stderr).toContain('bad.toml: "htpp.port" = 1 is not a known key')
})

it('houses: add, edit, list, new key, remove, return', () => {
  const data = newData()
  const { id, key } = json<{ id: string; key: string }>(
    data,
    'house add casa_A --peak 4500 --tilt 20 --azimuth 180 --connection 6000 --shown',
  )
  expect([id, key]).toEqual(['casa_A', expect.stringMatching(/^[A-Za-z0-9_-]{22,}$/)])
  expect(rows(data, 'select key_hash from house')).toEqual([{ key_hash: hashKey(key) }])
  expect(run(data, 'house add casa_A --peak 1')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('There is a house "casa_A" already'),
  })
  expect(run(data, 'house edit casa_a --peak 1').stderr).toContain('did you mean "casa_A"?')
  json(data, 'house edit casa_A --peak 6000 --hidden')
  expect(json(data, 'house list')).toEqual([
    {
      id: 'casa_A',
      name: 'casa_A',
      peak_w: 6000,
      tilt: 20,
      azimuth: 180,
      connection_w: 6000,
      shown: false,
      battery: false,
    },
  ])
  expect(run(data, 'house list').stdout).toMatch(/^ID +NAME +PEAK W/)
  const rotated = json<{ id: string; key: string }>(data, 'house rotate-key casa_A')
  expect(rotated.key).not.toBe(key)
  expect(rows(data, 'select key_hash from house')).toEqual([{ key_hash: hashKey(rotated.key) }])
  json(data, 'house remove casa_A')
  expect(json(data, 'house list')).toEqual([])
  json(data, 'house add casa_A --peak 0')
  expect(json(data, 'house list')).toMatchObject([{ id: 'casa_A', peak_w: 0 }])
  const audit = rows(data, 'select who, what, detail from audit order by id')
  expect(audit.map((a) => a['what'])).toEqual([
    'house.add',
    'house.edit',
    'house.rotate-key',
    'house.remove',
    'house.add',
  ])
  expect(audit.every((a) => /^cli:./.test(String(a['who'])))).toBe(true)
  expect(JSON.stringify(audit)).not.toContain(key)
})

it('several commands may begin on a new folder at once', async () => {
  const data = newData()
  const outcomes = await Promise.all(['a', 'b', 'c', 'd'].map((id) => runBeside(data, `house add ${id} --peak 1`)))
  expect(outcomes.map(({ status, stderr }) => [status, stderr])).toEqual(Array(4).fill([0, '']))
  expect(json(data, 'house list')).toHaveLength(4)
})

it('imports all houses of a file or none', () => {
  const data = newData()
  const good = file('good.csv', 'id;peak_w;tilt;azimuth;name;shown\ncasa_A;4500,5;20;180;Rossi;sì\n2;0;;;;no\n')
  const keys = json<Record<string, string>>(data, `house import ${good}`)
  expect(Object.keys(keys).sort()).toEqual(['2', 'casa_A'])
  expect(json(data, 'house list')).toEqual([
    { id: '2', name: '2', peak_w: 0, tilt: null, azimuth: null, connection_w: null, shown: false, battery: false },
    {
      id: 'casa_A',
      name: 'Rossi',
      peak_w: 4500.5,
      tilt: 20,
      azimuth: 180,
      connection_w: null,
      shown: true,
      battery: false,
    },
  ])
  expect(run(data, `house import ${good}`)).toMatchObject({ status: 1, stderr: expect.stringContaining('--update') })
  const more = file('more.csv', 'house,kwp\ncasa_A,3.3\ncasa_B,5\n')
  expect(Object.keys(json(data, `house import ${more} --map id=house,peak_kw=kwp --update`))).toEqual(['casa_B'])
  expect(json(data, 'house list')).toMatchObject([
    { id: '2' },
    { id: 'casa_A', name: 'Rossi', peak_w: 3300, tilt: 20 },
    { id: 'casa_B', peak_w: 5000 },
  ])
  expect(rows(data, "select key_hash from house where id = 'casa_A'")).toEqual([
    { key_hash: hashKey(keys['casa_A'] ?? '') },
  ])

  const bad = file(
    'bad.csv',
    'id,peak_w,tilt,shown\nc,100,20,\nrete,100,20,\nd,-1,20,\ne,,20,\nf,1,91,\nc,1,1,\ng,1,x,maybe\nh,1\n',
  )
  const { status, stderr } = run(data, `house import ${bad}`)
  expect(status).toBe(1)
  for (const sentence of [
    'bad.csv, line 3, column "id": "rete" is not right: expected an id that is not reserved.',
    'line 4, column "peak_w": "-1" is not right: expected a number from 0 to 1000000 W.',
    'line 5, column "peak_w": "" is not right: expected the nominal power',
    'line 6, column "tilt": "91" is not right: expected a number from 0 to 90 degrees.',
    'line 7, column "id": "c" is not right: expected every house once; it is also on line 2.',
    'line 8, column "tilt": "x"',
    'line 8, column "shown": "maybe" is not right: expected yes or no.',
    'line 9: 2 cells are not right: expected 4',
    'Nothing was changed.',
  ]) {
    expect(stderr).toContain(sentence)
  }
  expect(json<unknown[]>(data, 'house list')).toHaveLength(3)
  expect(run(data, `house import ${more} --map id=hosue,peak_kw=kwp`).stderr).toContain(
    'no column "hosue" (did you mean "house"?)',
  )
  expect(run(data, `house import ${more} --map id=house`).stderr).toContain('peak_w=COL (or peak_kw=COL)')
})

it('people: add, new password, list, remove', async () => {
  const data = newData()
  json(data, 'house add casa_A --peak 1')
  const anna = json<{ password: string }>(data, 'user add anna --role resident --house casa_A')
  expect(anna).toEqual({
    name: 'anna',
    role: 'resident',
    house: 'casa_A',
    password: expect.stringMatching(/^[a-z2-9-]{23}$/),
  })
  const hash = () => String(rows(data, "select password_hash from user where name = 'anna'")[0]?.['password_hash'])
  expect(await verifyPassword(anna.password, hash())).toBe(true)
  expect(json(data, 'user passwd Anna --password-stdin', 'una password nuova\n')).toEqual({ name: 'anna' })
  expect(await verifyPassword('una password nuova', hash())).toBe(true)
  expect(run(data, 'user passwd anna --password-stdin', 'short')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('at least 10 characters'),
  })
  expect(run(data, 'user add ANNA --role admin')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('already'),
  })
  expect(run(data, 'user add zoe --role resident --house casa_B')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('There is no house "casa_B" (did you mean "casa_A"?)'),
  })
  json(data, 'user add capo --role admin --password-stdin', 'password del capo')
  expect(json(data, 'user list')).toMatchObject([
    { name: 'anna', role: 'resident', house: 'casa_A' },
    { name: 'capo', role: 'admin', house: null },
  ])
  const removed = run(data, 'user remove capo')
  expect(removed).toMatchObject({ status: 0, stderr: expect.stringContaining('There is no admin left') })
  expect(json(data, 'user list')).toHaveLength(1)
  const audit = JSON.stringify(rows(data, 'select * from audit'))
  expect(audit).not.toContain(anna.password)
  expect(audit).not.toContain('argon2')
})

it('tokens: create, list, revoke, and with their house', () => {
  const data = newData()
  json(data, 'house add casa_A --peak 1')
  const reader = json<{ token: string; id: number }>(data, 'token create --role reader')
  const node = json<{ token: string; id: number }>(data, 'token create --role node --house casa_A')
  expect(rows(data, 'select token_hash, role, house from token order by id')).toEqual([
    { token_hash: hashKey(reader.token), role: 'reader', house: null },
    { token_hash: hashKey(node.token), role: 'node', house: 'casa_A' },
  ])
  expect(run(data, 'token create --role reader --house casa_A')).toMatchObject({ status: 2 })
  json(data, `token revoke ${reader.id}`)
  expect(run(data, `token revoke ${reader.id}`)).toMatchObject({ status: 1 })
  json(data, 'house remove casa_A')
  expect(json(data, 'token list')).toMatchObject([
    { id: reader.id, revoked: expect.stringContaining('T') },
    { id: node.id, house: 'casa_A', revoked: expect.stringContaining('T') },
  ])
  expect(run(data, 'token list').stdout).not.toContain(node.token)
})

describe('loads', () => {
  it('are added with what suits their kind, checked for sense, changed, listed, armed and removed', () => {
    const data = newData()
    json(data, 'house add casa_A --peak 3000')
    expect(json(data, 'load add casa_A boiler --kind waterHeater --power 1500')).toMatchObject({
      ...{ house: 'casa_A', id: 'boiler', kind: 'waterHeater', power: '1500', rest: 'on', legionella: 'yes' },
    })
    for (const [line, status, sentence] of [
      ['load add casa_A boiler --power 1500', 1, 'has a load "boiler" already'],
      ['load add casa_A auto --kind car --power 3700 --threshold 9000', 2, '--threshold "9000" is not right'],
      ['load add casa_A auto --power 3700 --window 9', 2, '--window "9" is not right: expected two times of the day'],
      ['load add casa_A pump --power 300 --needs motor', 2, '--needs "motor" is not right'],
      ['load edit casa_A boilr --power 1', 1, 'did you mean "boiler"?'],
    ] as const) {
      expect(run(data, line)).toMatchObject({ status, stderr: expect.stringContaining(sentence) })
    }
    json(data, 'load add casa_A mixer --power 100 --needs boiler')
    expect(json(data, 'load edit casa_A boiler --need 3h --by 21:00')).toMatchObject({ need: '3h', by: '21:00' })
    expect(run(data, 'load remove casa_A boiler')).toMatchObject({ status: 1 })
    json(data, 'load arm casa_A')
    expect(json(data, 'load list')).toMatchObject([
      { id: 'boiler', differences: ['its node does not declare it: it is never switched'], armed: true },
      { id: 'mixer', needs: 'boiler' },
    ])
    json(data, 'load remove casa_A mixer')
    expect(json(data, 'load list --house casa_A')).toHaveLength(1)
    expect(rows(data, `select what from audit where what like 'load.%' order by id`).map((r) => r['what'])).toEqual([
      ...['load.add', 'load.add', 'load.edit', 'load.arm', 'load.remove'],
    ])
  })
})

describe('replay', () => {
  const MAP = '--map ts=t,casa=h,produzione_kwh=p,consumo_kwh=c'

  it('tells what it took, what it refused and why; erase takes it away again', () => {
    const data = newData()
    json(data, 'house add a --peak 3000')
    json(data, 'house add b --peak 3000')
    const csv = file(
      'hours.csv',
      't,h,p,c\n2016-08-01T07:00Z,a,1,2\n2016-08-01T08:00Z,a,1,2\n2016-08-01T09:00Z,zoe,1,1\n2016-08-01T09:00Z,b,9,1\n2016-08-01T07:00Z,b,1,1\n',
    )
    const first = run(data, `replay ${csv} ${MAP}`)
    expect(first.status).toBe(0)
    expect(first.stdout).toMatch(
      /^5 rows in [\d.]+ s: 3 stored, 0 stored before, 2 refused\. The history holds them from 2016-08-01T07:00:00Z to 2016-08-01T09:00:00Z\.\n$/,
    )
    expect(first.stderr).toContain('The rows are 1h apart')
    expect(first.stderr).toContain(
      '1 refused as produzione, first on line 5: produzione_kwh 9, expected between -60 and 3750 Wh for a peak of 3000 W.',
    )
    expect(first.stderr).toContain('1 rows of "zoe": solar-family house add zoe --peak W')
    expect(json(data, `replay ${csv} ${MAP} --step 1h`.trim())).toEqual({
      righe: 5,
      inserite: 0,
      duplicate: 3,
      rifiutate: { produzione: 1, casa_sconosciuta: 1 },
      secondi: expect.any(Number),
      dal: '2016-08-01T07:00:00Z',
      al: '2016-08-01T09:00:00Z',
    })
    expect(rows(data, 'select count(*) as n from interval', 'readings.db')).toEqual([{ n: 3 }])
    expect(rows(data, "select round(sum(produced_wh)) as wh from slot where house = 'a'", 'readings.db')).toEqual([
      { wh: 2000 },
    ])
    json(data, 'house remove a')
    expect(rows(data, "select count(*) as n from interval where house = 'a'", 'readings.db')).toEqual([{ n: 2 }])
    json(data, 'house add a --peak 3000')
    expect(json(data, 'house remove a --erase')).toMatchObject({ id: 'a', erased: 2 })
    for (const table of ['reading', 'interval', 'slot', 'series', 'node', 'refusal']) {
      expect(rows(data, `select count(*) as n from ${table} where house = 'a'`, 'readings.db')).toEqual([{ n: 0 }])
    }
    expect(rows(data, "select count(*) as n from slot where house = 'b'", 'readings.db')).toEqual([{ n: 12 }])
  })

  it('fails when nothing could be used', () => {
    const data = newData()
    const csv = file('none.csv', 't,h,p,c\n2016-08-01T07:00,a,1,2\n2016-08-01T08:00,a,1,2\n')
    const { status, stderr } = run(data, `replay ${csv} ${MAP}`)
    expect(status).toBe(1)
    expect(stderr).toContain(
      '2 refused as formato, first on line 2: t "2016-08-01T07:00", expected a time with its zone',
    )
    expect(stderr).toContain('No row of the file could be used')
    expect(run(data, `replay ${file('empty.csv', 't,h,p,c\n')} ${MAP}`)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('The file has no rows'),
    })
    expect(run(data, `replay ${csv} --map ts=t,casa=h,produzione_kwh=q`).stderr).toContain(
      'none.csv: there is no column "q"; the columns are t, h, p, c.',
    )
  })

  it('ends cleanly at Ctrl-C, and the same command takes up the rest', async () => {
    const data = newData()
    json(data, 'house add a --peak 3000')
    const lines = Array.from({ length: 60_000 }, (_, i) => `${1_400_000_000 + i * 900},a,0.1,0.1`)
    const csv = file('long.csv', ['t,h,p,c', ...lines].join('\n'))
    const args = ['hub/main.ts', 'replay', csv, ...MAP.split(' '), '--step', '15m', '--json', '--data', data]
    const child = spawn(process.execPath, args, { cwd: root })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    const stored = () =>
      existsSync(join(data, 'readings.db'))
        ? Number(rows(data, 'select count(*) as n from interval', 'readings.db')[0]?.['n'])
        : 0
    await expect.poll(() => existsSync(join(data, 'readings.db')), { timeout: 30_000 }).toBe(true)
    await expect
      .poll(
        () => {
          try {
            return stored()
          } catch {
            return 0
          }
        },
        { timeout: 30_000 },
      )
      .toBeGreaterThan(0)
    child.kill('SIGINT')
    const status = await new Promise((resolve) => child.on('close', resolve))
    expect(status).toBe(1)
    expect(stderr).toMatch(/Interrupted after \d+ rows; what was read is stored/)
    const { righe, inserite } = JSON.parse(stdout) as { righe: number; inserite: number }
    expect([inserite, stored()]).toEqual([righe, righe])
    expect(righe).toBeLessThan(60_000)
    expect(json(data, `replay ${csv} ${MAP} --step 15m`)).toMatchObject({
      righe: 60_000,
      inserite: 60_000 - righe,
      duplicate: righe,
    })
  })
})

const realData = existsSync(shared)
if (!realData) process.stderr.write(`Skipped: the replay of a real street needs its data in ${shared}\n`)

it.runIf(realData)('replays a real street: every row is accounted for', () => {
  const data = newData()
  const houses = join(shared, 'citylearn_houses_meta.csv')
  const keys = json(
    data,
    `house import ${houses} --map id=house,peak_kw=kwp,tilt=fitted_tilt_deg,azimuth=fitted_azimuth_deg`,
  )
  expect(Object.keys(keys)).toHaveLength(12)
  const csv = join(shared, 'citylearn_houses_hourly.csv.gz')
  const lines = gunzipSync(readFileSync(csv)).toString('utf8').trimEnd().split('\n').length - 1
  const outcome = json(data, `replay ${csv} --map ts=time_utc,casa=house,produzione_kwh=pv_kwh,consumo_kwh=load_kwh`)
  expect(outcome).toMatchObject({ righe: lines, inserite: 69_972, duplicate: 0, rifiutate: {} })
})

it.runIf(process.getuid?.() === 0)('as root beside the service, a command takes the user of the data folder', () => {
  const data = mkdtempSync(join(folder, 'owned-'))
  chownSync(folder, 65_534, 65_534)
  chownSync(data, 65_534, 65_534)
  json(data, 'house add casa_A --peak 1')
  expect(readdirSync(data).map((name) => statSync(join(data, name)).uid)).toEqual([65_534])
  chownSync(folder, 0, 0)
})
