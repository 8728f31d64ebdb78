import { describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../domain/settings.ts'
import { hashKey } from '../store/key-hash.ts'
import type { Ingest, Outcome } from './ingest.ts'
import { mqttGate } from './mqtt-gate.ts'
import type { RegistrySnapshot } from './registry.ts'
import { Strangers } from './strangers.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const ROOT = 'comunita'

function snapshot(ids: readonly string[]): RegistrySnapshot {
  const houses = ids.map((id) => ({
    ...{ id, name: id, peakPower: 3000, tilt: null, azimuth: null, connectionLimit: null, shown: true },
    keyHash: hashKey(`key of ${id}`),
  }))
  return {
    houses: new Map(houses.map((h) => [h.id, h])),
    settings: DEFAULT_SETTINGS,
    hasAdmin: true,
    loads: new Map(),
    armed: new Map(),
    cleaning: [],
    tokens: new Map(),
  }
}

function setUp(outcome: Outcome = { kind: 'stored' }, conformance = false) {
  const taken: string[] = []
  const take = (...what: string[]) => {
    taken.push(what.join(' '))
    return Promise.resolve(outcome)
  }
  const ingest = {
    reading: (house: { id: string }, series: string, payload: Uint8Array) => take(house.id, series, String(payload)),
    status: (house: string, payload: Uint8Array) => take(house, 'stato', String(payload)),
  } as unknown as Ingest
  const strangers = new Strangers()
  const listening: string[] = []
  const slowed: unknown[] = []
  let registry = snapshot(['casa_A', 'casa_AB', 'casa_B'])
  const gate = mqttGate({
    root: ROOT,
    now: () => NOON,
    registry: () => registry,
    ingest,
    meters: { take: (entry, topic) => take(entry.id, topic.kind) },
    inbox: (topic) => take(topic.house, topic.kind),
    strangers,
    onListening: (house) => listening.push(house),
    onSlowed: (house, perSecond) => slowed.push([house, perSecond]),
    conformance,
  })
  const publish = (topic: string, house = 'casa_A') => gate.publish(house, { topic, payload: Buffer.from('{}') })
  const remove = (id: string) => (registry = snapshot([...registry.houses.keys()].filter((h) => h !== id)))
  return {
    gate,
    publish,
    taken,
    strangers,
    listening,
    slowed,
    remove,
    notes: () => strangers.list().map((s) => `${s.who}: ${s.why}`),
  }
}

describe('login', () => {
  const login = {
    clientId: 'x',
    username: 'casa_A',
    password: Buffer.from('key of casa_A'),
    willTopic: null,
    address: '10.0.0.9',
  }
  it.each<[string, object]>([
    ['with its own key', {}],
    ['with a will on its status', { willTopic: 'comunita/casa_A/stato' }],
  ])('lets a house in %s', (_, more) => {
    const { gate, notes } = setUp()
    expect(gate.login({ ...login, ...more })).toEqual({ principal: 'casa_A' })
    expect(notes()).toEqual([])
  })

  it.each<[string, object, string]>([
    ['nobody', { username: undefined, password: undefined }, ': unknown user'],
    ['an unknown user', { username: 'casa_X' }, 'casa_X: unknown user'],
    ['another case', { username: 'Casa_A' }, 'Casa_A: unknown user'],
    ['a name objects have', { username: 'constructor' }, 'constructor: unknown user'],
    ['a house without a key', { password: undefined }, 'casa_A: wrong key'],
    ['a house with an empty key', { password: Buffer.alloc(0) }, 'casa_A: wrong key'],
    ['a house with the key of another', { password: Buffer.from('key of casa_B') }, 'casa_A: wrong key'],
    ['a house with the hash for a key', { password: Buffer.from(hashKey('key of casa_A')) }, 'casa_A: wrong key'],
    ['a will under another house', { willTopic: 'comunita/casa_AB/stato' }, 'casa_A: will on comunita/casa_AB/stato'],
    ['a will on a command', { willTopic: 'comunita/casa_A/comando' }, 'casa_A: will on comunita/casa_A/comando'],
    ['a will elsewhere', { willTopic: 'x' }, 'casa_A: will on x'],
  ])('refuses %s, and notes it', (_, more, note) => {
    const { gate, strangers, notes } = setUp()
    expect(gate.login({ ...login, ...more })).toEqual({ refused: 'credentials' })
    expect(notes()).toEqual([note])
    expect(strangers.list()[0]).toMatchObject({ address: '10.0.0.9', lastAt: NOON })
  })

  it('refuses a house that was removed', () => {
    const { gate, remove } = setUp()
    remove('casa_A')
    expect(gate.login(login)).toEqual({ refused: 'credentials' })
  })
})

describe('publish', () => {
  it.each([
    ['comunita/casa_A/produzione', false, ['casa_A produzione {}']],
    ['comunita/casa_A/bilancio', false, ['casa_A bilancio {}']],
    ['comunita/casa_A/rendimento', false, ['casa_A rendimento {}']],
    ['comunita/casa_A/stato', true, ['casa_A stato {}']],
    ['comunita/casa_A/carico/boiler/stato', false, ['casa_A loadState']],
    ['comunita/casa_A/carico/boiler/config', true, ['casa_A loadConfig']],
    ['comunita/casa_A/comando/esito', false, ['casa_A commandResult']],
    ['comunita/casa_A/pulizia/stato', false, ['casa_A cleaningState']],
  ])('takes %s, retained: %s', async (topic, retain, into) => {
    const { publish, taken } = setUp()
    expect(await publish(topic)).toEqual({ retain })
    expect(taken).toEqual(into)
  })

  it.each([
    'comunita/casa_B/produzione',
    'comunita/casa_AB/produzione',
    'comunita/casa_/produzione',
    'comunita/casa_A/../casa_B/produzione',
    'comunita/casa_A/alert',
    'comunita/casa_A/comando',
    'comunita/benchmark',
    'comunita/benchmark/produzione',
    'altro/casa_A/produzione',
    '$SYS/x',
    '',
  ])('closes on %j, and notes it', async (topic) => {
    const { publish, taken, notes } = setUp()
    expect(await publish(topic)).toBe(false)
    expect([taken, notes()]).toEqual([[], [`casa_A: publish to ${topic}`]])
  })

  it.each<[Outcome, unknown]>([
    [{ kind: 'stored' }, { retain: false }],
    [{ kind: 'duplicate' }, { retain: false }],
    [{ kind: 'refused', refusal: { reason: 'formato', campo: '', valore: 1, atteso: '' } }, { retain: false }],
    [{ kind: 'failed', code: 'SQLITE_FULL' }, false],
  ])('is acknowledged unless storage failed: %j', async (outcome, verdict) => {
    expect(await setUp(outcome).publish('comunita/casa_A/produzione')).toEqual(verdict)
    expect(await setUp(outcome).publish('comunita/casa_A/stato')).toEqual(verdict && { retain: true })
  })

  it('of a house that was removed meanwhile closes', async () => {
    const { publish, remove } = setUp()
    remove('casa_A')
    expect(await publish('comunita/casa_A/produzione')).toBe(false)
  })
})

describe('subscribe', () => {
  it.each([
    ['comunita/casa_A/#', true],
    ['comunita/casa_A/comando', true],
    ['comunita/benchmark', true],
    ['comunita/casa_AB/#', false],
    ['comunita/+/comando', false],
    ['#', false],
    ['$SYS/#', false],
    ['$share/x/comunita/casa_A/comando', false],
  ])('%s: %s', (filter, allowed) => {
    const { gate, notes } = setUp()
    expect(gate.subscribe('casa_A', filter)).toBe(allowed)
    expect(notes()).toEqual(allowed ? [] : [`casa_A: subscribe to ${filter}`])
  })

  it.each([
    [['comunita/casa_A/alert'], 1],
    [['comunita/casa_A/#'], 1],
    [['comunita/casa_A/+', 'comunita/casa_A/#'], 1],
    [['comunita/casa_A/comando', 'comunita/benchmark'], 0],
    [['comunita/casa_A/alert/x'], 0],
  ])('%j tells the open alerts %i times', (filters, times) => {
    const { gate, listening } = setUp()
    gate.subscribed('casa_A', filters)
    expect(listening).toEqual(Array(times).fill('casa_A'))
  })
})

describe('a broken connection', () => {
  it('is noted, known or not', () => {
    const { gate, notes } = setUp()
    gate.broken('10.0.0.9', null, 'packet over 8192 bytes')
    gate.broken('10.0.0.9', 'casa_A', 'bad packet')
    expect(notes()).toEqual(['casa_A: bad packet', ': packet over 8192 bytes'])
  })
})

it('a house that is slowed is noted, and passed on', () => {
  const { gate, notes, slowed } = setUp()
  gate.slowed('casa_A', 200)
  expect([notes(), slowed]).toEqual([['casa_A: slowed to 200 messages/s'], [['casa_A', 200]]])
})

describe('the tester of the conformance tests', () => {
  const nobody = {
    clientId: 'x',
    username: undefined,
    password: undefined,
    willTopic: 'any/will',
    address: '127.0.0.1',
  }

  it('is nobody unless it is asked for', () => {
    const { gate } = setUp()
    expect(gate.login(nobody)).toEqual({ refused: 'credentials' })
    expect(gate.keepsSession(undefined)).toBe(false)
  })

  it('gives no user name, may do everything but $SYS, and keeps its session', async () => {
    const { gate, taken, publish } = setUp({ kind: 'stored' }, true)
    const answer = gate.login(nobody)
    const who = 'principal' in answer ? answer.principal : ''
    expect(await publish('comunita/casa_A/produzione', who)).toEqual({ retain: true })
    expect(await publish('$SYS/x', who)).toBe(false)
    expect(['#', 'a/+', '$SYS/#', 'nosubscribe', 'test/nosubscribe'].map((f) => gate.subscribe(who, f))).toEqual([
      ...[true, true, false, false, false],
    ])
    expect([gate.keepsSession(undefined), gate.keepsSession('casa_A'), gate.keepsSession('')]).toEqual([
      true,
      false,
      false,
    ])
    expect(taken).toEqual([])
  })

  it('changes nothing for houses', () => {
    const { gate } = setUp({ kind: 'stored' }, true)
    expect(gate.login({ ...nobody, username: 'casa_A' })).toEqual({ refused: 'credentials' })
    expect(gate.login({ ...nobody, username: '$conformance' })).toEqual({ refused: 'credentials' })
    expect(gate.subscribe('casa_A', '#')).toBe(false)
  })
})
