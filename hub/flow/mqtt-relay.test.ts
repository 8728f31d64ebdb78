import { describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../domain/settings.ts'
import { hashKey } from '../store/key-hash.ts'
import type { Ingest, Outcome } from './ingest.ts'
import { mqttGate } from './mqtt-gate.ts'
import { MqttRelay } from './mqtt-relay.ts'
import { Strangers } from './strangers.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const READING = 'comunita/casa_A/produzione'

function setUp(outcome: Outcome = { kind: 'stored' }, lastHeard = Number.NEGATIVE_INFINITY) {
  const taken: string[] = []
  const take = (...what: string[]) => {
    taken.push(what.join(' '))
    return Promise.resolve(outcome)
  }
  const ingest = {
    reading: (house: { id: string }, series: string, payload: Uint8Array) => take(house.id, series, String(payload)),
    status: (house: string) => take(house, 'stato'),
    refuse: (house: string, { reason, campo }: { reason: string; campo: string }) => take(house, reason, campo),
  } as unknown as Ingest
  const house = {
    id: 'casa_A',
    name: 'A',
    peakPower: 3000,
    tilt: null,
    azimuth: null,
    connectionLimit: null,
    shown: true,
  }
  const registry = () => ({
    houses: new Map([[house.id, { ...house, keyHash: hashKey('key') }]]),
    settings: DEFAULT_SETTINGS,
    hasAdmin: true,
    tokens: new Map(),
    loads: new Map(),
    armed: new Map(),
    cleaning: [],
  })
  const strangers = new Strangers()
  const listening: string[] = []
  const clock = { now: NOON }
  const common = { root: 'comunita', now: () => clock.now, registry, ingest, strangers }
  const gate = mqttGate({
    ...common,
    meters: { take: async () => outcome },
    inbox: async () => outcome,
    onListening: () => {},
    onSlowed: () => {},
  })
  const onListening = (id: string) => listening.push(id)
  const relay = new MqttRelay({ ...common, gate, maxPayloadBytes: 100, lastHeard: () => lastHeard, onListening })
  relay.opened()
  const receive = (topic: string, payload: string, more: { retained?: boolean; waited?: boolean } = {}) =>
    relay.receive({ topic, payload: Buffer.from(payload), retained: false, waited: false, ...more })
  return {
    relay,
    clock,
    receive,
    taken,
    listening,
    notes: () => strangers.list().map(({ who, why }) => `${who}: ${why}`),
  }
}

describe('what comes through a broker of somebody else', () => {
  it('goes where the messages of the own broker go, for the house in its topic', async () => {
    const { receive, taken } = setUp()
    expect(await receive(READING, '{"potenza_w":1}')).toBe(true)
    expect(taken).toEqual(['casa_A produzione {"potenza_w":1}'])
  })

  it('is acknowledged when it can never be taken, and told of', async () => {
    const { receive, taken, notes } = setUp()
    expect(await receive('comunita/casa_X/produzione', '{}')).toBe(true)
    expect(await receive('comunita/casa_A/comando', '{}')).toBe(true)
    expect(await receive(READING, 'x'.repeat(101))).toBe(true)
    expect(taken).toEqual([])
    expect(notes()).toEqual([
      `casa_A: message over 100 bytes: ${READING}`,
      ': not a topic of a node: comunita/casa_A/comando',
      'casa_X: unknown house: comunita/casa_X/produzione',
    ])
  })

  it('is not acknowledged when it could not be stored', async () => {
    const { receive } = setUp({ kind: 'failed', code: 'SQLITE_FULL' })
    expect(await receive(READING, '{"potenza_w":1}')).toBe(false)
    expect(await receive(READING, '{"potenza_w":1}', { waited: true })).toBe(false)
  })

  it('is not taken for news when it was retained', async () => {
    const { receive, taken, listening } = setUp()
    for (const topic of [READING, 'comunita/casa_A/stato'])
      expect(await receive(topic, '{"online":true}', { retained: true })).toBe(true)
    expect([taken, listening]).toEqual([[], []])
  })

  it('tells that a node listens when it says that it is there, now', async () => {
    const { receive, listening } = setUp()
    await receive('comunita/casa_A/stato', '{"online":false}')
    await receive('comunita/casa_A/stato', '{"online":true}', { waited: true })
    expect(listening).toEqual([])
    await receive('comunita/casa_A/stato', '{"online":true}')
    expect(listening).toEqual(['casa_A'])
  })

  it.each([
    ['for ever', Number.NEGATIVE_INFINITY, false],
    ['31 s', NOON - 31_000, false],
    ['29 s', NOON - 29_000, true],
  ])('having waited while the hub was away %s, must have its date', async (_, lastHeard, taken) => {
    const set = setUp({ kind: 'stored' }, lastHeard)
    await set.receive(READING, '{"potenza_w":1}', { waited: true })
    await set.receive(READING, '{"potenza_w":2,"eta_s":3}', { waited: true })
    await set.receive(READING, '{"potenza_w":3,"ts":5}', { waited: true })
    await set.receive(READING, 'no JSON', { waited: true })
    expect(set.taken).toEqual([
      ...(taken
        ? ['casa_A produzione {"potenza_w":1}', 'casa_A produzione {"potenza_w":2,"eta_s":3}']
        : ['casa_A troppo_vecchia ts', 'casa_A troppo_vecchia ts']),
      'casa_A produzione {"potenza_w":3,"ts":5}',
      'casa_A produzione no JSON',
    ])
  })

  it('counts the wait from when the link was last up', async () => {
    const { relay, clock, receive, taken } = setUp({ kind: 'stored' }, NOON)
    clock.now += 3_600_000
    relay.closed()
    clock.now += 10_000
    relay.opened()
    await receive(READING, '{"potenza_w":1}', { waited: true })
    expect(taken).toEqual(['casa_A produzione {"potenza_w":1}'])
  })
})
