import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ingest } from '../hub/flow/ingest.ts'
import { mqttGate } from '../hub/flow/mqtt-gate.ts'
import { Strangers } from '../hub/flow/strangers.ts'
import { Broker } from '../hub/io/broker.ts'
import { DEFAULT_BROKER_LIMITS } from '../hub/io/broker-limits.ts'
import { hashKey } from '../hub/store/key-hash.ts'
import { house, keyOf } from './support/hub-in-process.ts'
import { packet, publishBytes, RawClient, readPublish, subscribeBytes, TYPE } from './support/mqtt-raw.ts'

/**
 * Every house against every topic of every house, in every way MQTT has of touching one: what is not its own stays
 * closed, what is its own works. One cell is one attempt of one credential, made over TCP.
 */

const ROOT = 'comunita'
// Ids that begin alike, that differ in case, and that look like something else.
const HOUSES = ['casa_A', 'casa_AB', 'casa_', 'casa', 'Casa_A', 'stato']
const OWN_TOPICS = [
  ['produzione', 'taken'],
  ['bilancio', 'taken'],
  ['rendimento', 'taken'],
  ['stato', 'kept'],
  ['carico/boiler/stato', 'taken'],
  ['carico/boiler/config', 'kept'],
  ['comando/esito', 'taken'],
  ['pulizia/stato', 'taken'],
  ['comando', 'closed'],
  ['alert', 'closed'],
  ['misura/produzione/online', 'taken'],
  ['misura/altro/online', 'closed'],
  ['carico/boiler/comando', 'closed'],
  ['', 'closed'],
] as const
const NOBODYS_TOPICS = [
  ...[
    'comunita',
    'comunita/',
    '/comunita/casa_A/stato',
    'comunita//stato',
    'comunita/benchmark',
    'COMUNITA/casa_A/stato',
  ],
  ...['comunita/benchmark/produzione', 'comunita/rete/produzione', 'comunita/altri/stato', 'altro/casa_A/stato'],
  ...['$SYS/broker/clients', '$share/g/comunita/casa_A/comando', 'casa_A/stato', ' comunita/casa_A/stato'],
]

interface Cell {
  readonly topic: string
  /** The house it belongs to, or null. */
  readonly owner: string | null
  readonly kind: 'taken' | 'kept' | 'closed'
}

const TOPICS: readonly Cell[] = [
  ...HOUSES.flatMap((owner) =>
    OWN_TOPICS.map(([rest, kind]) => ({ topic: `${ROOT}/${owner}/${rest}`, owner, kind }) as Cell),
  ),
  ...NOBODYS_TOPICS.map((topic) => ({ topic, owner: null, kind: 'closed' }) as Cell),
]

/** Filters that reach a topic, or more than it. */
function filtersOf({ topic }: Cell): string[] {
  const levels = topic.split('/')
  const swap = (at: number) => levels.map((level, i) => (i === at ? '+' : level)).join('/')
  const upTo = (end: number) => [...levels.slice(0, end), '#'].join('/')
  const shared = [`$share/g/${topic}`, `$queue/${topic}`]
  const some = [
    topic,
    ...levels.map((_, i) => swap(i)),
    ...levels.map((_, i) => upTo(i)),
    upTo(levels.length),
    ...shared,
  ]
  return [...new Set(some.filter((filter) => filter !== ''))]
}

const strangers = new Strangers(1_000_000)
const reached: string[] = []
const tally = { cells: 0, leaks: [] as string[] }
let broker: Broker
let port = 0
let clients = 0

const own = (who: string, { owner, kind }: Cell) => owner === who && kind !== 'closed'
const mayRead = (who: string, filter: string) => filter === `${ROOT}/benchmark` || filter.startsWith(`${ROOT}/${who}/`)
const refusals = () => strangers.list().reduce((sum, one) => sum + one.count, 0)

function cell(right: boolean, ...what: readonly unknown[]): void {
  tally.cells += 1
  if (!right) tally.leaks.push(what.join(' '))
}

beforeAll(async () => {
  const houses = new Map(HOUSES.map((id) => [id, { ...house(id, 3000), keyHash: hashKey(keyOf(id)) }]))
  const take = (what: string) => async (from: { id: string } | string) => {
    reached.push(`${typeof from === 'string' ? from : from.id} ${what}`)
    return { kind: 'stored' as const }
  }
  const gate = mqttGate({
    root: ROOT,
    now: () => 0,
    registry: () => ({ houses }) as never,
    ingest: { reading: take('reading'), status: take('status') } as unknown as Ingest,
    meters: { take: async () => ({ kind: 'stored' }) },
    inbox: async () => ({ kind: 'stored' }),
    strangers,
    onListening: () => {},
    onSlowed: () => {},
  })
  broker = new Broker({ ...DEFAULT_BROKER_LIMITS, ratePerSecond: 0, maxSubscriptions: 10_000 }, gate)
  port = await broker.start('127.0.0.1', 0)
})
afterAll(() => broker.stop())

async function enter(who: string, more: object = {}) {
  return RawClient.open(port, { id: `c${++clients}`, username: who, password: keyOf(who), ...more })
}

/** A house that hears everything it may: whatever reaches it from another is a leak. */
async function listener(who: string): Promise<RawClient> {
  const { client } = await enter(who)
  client.send(subscribeBytes(1, [`${ROOT}/${who}/#`, 2], [`${ROOT}/benchmark`, 0]))
  expect([...((await client.next(TYPE.suback))?.body ?? [])]).toEqual([0, 1, 2, 0])
  return client
}

function topicsHeard(client: RawClient): ReadonlySet<string> {
  return new Set(client.heard.filter((one) => one.type === TYPE.publish).map((one) => readPublish(one).topic))
}

describe.each(HOUSES)('the key of %s', (who) => {
  it('publishes under its own id only, at every QoS, kept or not', async () => {
    const listeners = new Map(await Promise.all(HOUSES.map(async (id) => [id, await listener(id)] as const)))
    for (const one of TOPICS) {
      for (const qos of [0, 1, 2] as const) {
        for (const retain of [false, true]) {
          const { client } = await enter(who)
          const refusedBefore = refusals()
          const reachedBefore = reached.length
          client.send(publishBytes(one.topic, '{}', { qos, retain }))
          // Over when it is refused, whole when it is not: a ping would be answered.
          client.send(Buffer.from([0xc0, 0]))
          const answers = []
          for (let next = await client.next(); next; next = await client.next()) {
            answers.push(next.type)
            const last = qos === 0 ? TYPE.pingresp : qos === 1 ? TYPE.puback : TYPE.pubrec
            if (next.type === last || answers.length > 3) break
          }
          if (own(who, one)) {
            cell(answers.length > 0 && refusals() === refusedBefore, who, 'could not publish', one.topic, qos)
          } else {
            await client.closed()
            const silent = !answers.includes(TYPE.puback) && !answers.includes(TYPE.pubrec)
            cell(silent && reached.length === reachedBefore, who, 'published', one.topic, qos, retain)
            // What aedes itself forbids as a topic never comes to the gate; the rest is counted.
            cell(refusals() > refusedBefore, who, 'was not noticed at', one.topic, qos, retain)
          }
          await client.close()
        }
      }
    }
    for (const [id, client] of listeners) {
      await client.settle()
      const heard = topicsHeard(client)
      for (const topic of heard) cell(mayRead(id, topic), topic, 'was heard by', id)
      if (id === who)
        cell(heard.size === OWN_TOPICS.filter(([, kind]) => kind !== 'closed').length, who, 'heard', heard.size)
      await client.close()
    }
    expect(tally.leaks).toEqual([])
  })

  it('subscribes under its own id only, however the filter is written', async () => {
    const { client } = await enter(who)
    const filters = [
      ...new Set(
        TOPICS.flatMap(filtersOf).concat('#', '+', '+/+', '+/#', '$SYS/#', '$share/g/#', '$SYS/+/new/clients'),
      ),
    ]
    for (const filter of filters) {
      for (const qos of [0, 1, 2]) {
        const before = refusals()
        client.send(subscribeBytes(9, [filter, qos]))
        const [, , granted] = (await client.next(TYPE.suback))?.body ?? []
        const allowed = mayRead(who, filter)
        cell(allowed ? granted === qos : granted === 0x80 && refusals() > before, who, 'subscribed to', filter, qos)
      }
    }
    // With all it was granted, it hears itself and the benchmark, and nobody else.
    for (const id of HOUSES) {
      const { client: speaker } = await enter(id)
      for (const [rest, kind] of OWN_TOPICS)
        if (kind !== 'closed') speaker.send(publishBytes(`${ROOT}/${id}/${rest}`, '{}', { qos: 1 }))
      await speaker.settle()
      await speaker.close()
    }
    await broker.publish(`${ROOT}/benchmark`, 'b', { qos: 1, retain: false })
    for (const id of HOUSES) await broker.publish(`${ROOT}/${id}/comando`, 'c', { qos: 1, retain: false })
    await client.settle()
    const topics = topicsHeard(client)
    for (const topic of topics) cell(mayRead(who, topic), who, 'heard', topic)
    cell(topics.has(`${ROOT}/${who}/comando`) && topics.has(`${ROOT}/benchmark`), who, 'did not hear its own')
    await client.close()
    expect(tally.leaks).toEqual([])
  })

  it('leaves a will under its own id only, kept or not', async () => {
    for (const one of TOPICS) {
      for (const qos of [0, 1, 2]) {
        for (const retain of [false, true]) {
          if (one.topic.includes('#')) continue
          const before = refusals()
          const { client, connack } = await enter(who, { will: { topic: one.topic, payload: '{}', qos, retain } })
          const letIn = connack[1] === 0
          cell(letIn === own(who, one) && (letIn || refusals() > before), who, 'left a will on', one.topic, qos, retain)
          await client.close()
        }
      }
    }
    expect(tally.leaks).toEqual([])
  })

  it('is not let in as another, nor under the client id of another that is there', async () => {
    for (const other of HOUSES) {
      const { client: holder } = await enter(other, { id: `node-${other}` })
      for (const clean of [true, false]) {
        const before = refusals()
        const taken = await enter(who, { id: `node-${other}`, clean })
        cell((taken.connack[1] === 0) === (other === who), who, 'took the id of', other)
        cell(other === who || refusals() > before, who, 'was not noticed at the id of', other)
        if (other !== who) {
          await taken.client.closed()
          cell((await holder.settle()).length === 0 && !holder.socket.closed, who, 'threw out', other)
          const wrong = await RawClient.open(port, {
            id: `w${++clients}`,
            username: other,
            password: keyOf(who),
            clean,
          })
          cell(wrong.connack[1] === 5, who, 'signed in as', other)
        }
        await taken.client.close()
      }
      await holder.close()
    }
    expect(tally.leaks).toEqual([])
  })

  it('finds nothing kept that another left', async () => {
    for (const other of HOUSES) {
      const { client: speaker } = await enter(other)
      speaker.send(publishBytes(`${ROOT}/${other}/stato`, '{}', { qos: 1, retain: true }))
      await speaker.settle()
      await speaker.close()
    }
    for (const one of TOPICS) {
      const { client } = await enter(who)
      client.send(subscribeBytes(3, [one.topic, 1]))
      const [, , granted] = (await client.next(TYPE.suback))?.body ?? []
      const kept = granted === 0x80 ? [] : (await client.settle()).filter((p) => p.type === TYPE.publish)
      cell(one.owner === who || kept.length === 0, who, 'found kept', one.topic)
      await client.close()
    }
    expect(tally.leaks).toEqual([])
  })
})

it('nobody is nobody: without a name, without a key, and after a refused CONNECT', async () => {
  for (const options of [
    {},
    { username: 'casa_A' },
    { username: 'casa_A', password: '' },
    { username: '', password: '' },
  ]) {
    const { connack, client } = await RawClient.open(port, { id: `n${++clients}`, ...options })
    cell(connack[1] === 5, 'nobody came in with', JSON.stringify(options))
    client.send(packet(0x82, Buffer.from([0, 1, 0, 1, 35, 0])))
    await client.closed()
    cell(client.heard.length === 1, 'nobody was answered')
  }
  expect(tally.leaks).toEqual([])
})

it('that were at least 5,000 attempts, and none got through', () => {
  process.stdout.write(`isolation: ${tally.cells} cells, ${tally.leaks.length} leaks, ${refusals()} refusals counted\n`)
  expect(tally.leaks).toEqual([])
  expect(tally.cells).toBeGreaterThanOrEqual(5_000)
})
