import { afterEach, describe, expect, it } from 'vitest'
import type { ConnectOptions } from '../../test/support/mqtt-raw.ts'
import {
  ackBytes,
  connectBytes,
  lengthBytes,
  publishBytes,
  RawClient,
  subscribeBytes,
  TYPE,
  unsubscribeBytes,
} from '../../test/support/mqtt-raw.ts'
import { Broker } from './broker.ts'
import type { BrokerLimits } from './broker-limits.ts'
import { DEFAULT_BROKER_LIMITS } from './broker-limits.ts'
import type { BrokerPolicy } from './broker-policy.ts'

/** What one client can make the broker hold, counted. */

const running: { stop: () => Promise<unknown> }[] = []
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop()
})

async function start(limits: Partial<BrokerLimits> = {}, policy: Partial<BrokerPolicy> = {}) {
  const told: string[] = []
  const taken: string[] = []
  const broker = new Broker(
    { ...DEFAULT_BROKER_LIMITS, ...limits },
    {
      login: ({ username }) => (username ? { principal: username } : { refused: 'credentials' }),
      keepsSession: () => false,
      publish: async (who, { payload }) => {
        taken.push(`${who} ${payload}`)
        return { retain: true }
      },
      subscribe: () => true,
      subscribed: () => {},
      broken: (_address, _principal, why) => told.push(why),
      slowed: (principal, perSecond) => told.push(`${principal} slowed to ${perSecond}`),
      ...policy,
    },
  )
  const port = await broker.start('127.0.0.1', 0)
  running.push(broker)
  let ids = 0
  const open = async (username: string, options: ConnectOptions = {}) => {
    const opened = await RawClient.open(port, { id: `id${++ids}`, username, ...options })
    running.push({ stop: () => opened.client.close() })
    return opened
  }
  const enter = async (username: string, options: ConnectOptions = {}) => (await open(username, options)).client
  const bare = () => {
    const client = new RawClient(port)
    running.push({ stop: () => client.close() })
    return client
  }
  return { broker, port, told, taken, open, enter, bare }
}

/** Messages numbered from 0, with message ids from 1. */
const burst = (count: number, qos: 0 | 1 | 2, payload = (i: number) => `${i}`) =>
  Array.from({ length: count }, (_, i) => publishBytes('t', payload(i), { qos, id: i + 1 }))
const ids = (client: RawClient, type: number) =>
  client.heard.filter((one) => one.type === type).map((one) => one.body.readUInt16BE())
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

describe('many at once', () => {
  it('5,000 pipelined QoS 1 messages are all taken and acknowledged, in order', async () => {
    const { enter, taken, told } = await start({ ratePerSecond: 0 })
    const client = await enter('a')
    client.send(...burst(5000, 1))
    await expect.poll(() => ids(client, TYPE.puback).length, { timeout: 9000 }).toBe(5000)
    expect(ids(client, TYPE.puback)).toEqual(upTo(5000))
    expect(taken).toEqual(upTo(5000).map((i) => `a ${i - 1}`))
    expect(told).toEqual([])
  })

  it('5,000 pipelined behind a CONNECT that is not answered yet, too', async () => {
    const { bare, taken } = await start({ ratePerSecond: 0 })
    const client = bare()
    client.send(connectBytes({ id: 'x', username: 'a' }), ...burst(5000, 1))
    await expect.poll(() => ids(client, TYPE.puback).length, { timeout: 9000 }).toBe(5000)
    expect(taken).toHaveLength(5000)
  })

  it('over the rate they are slowed, told of once, and none is lost', async () => {
    const { enter, taken, told } = await start({ ratePerSecond: 4000, rateBurst: 1000 })
    const client = await enter('a')
    const begun = performance.now()
    client.send(...burst(5000, 1))
    await expect.poll(() => ids(client, TYPE.puback).length, { timeout: 9000 }).toBe(5000)
    expect(performance.now() - begun).toBeGreaterThan(990)
    expect(ids(client, TYPE.puback)).toEqual(upTo(5000))
    expect(taken).toHaveLength(5000)
    expect(told).toEqual(['a slowed to 4000'])
  })

  it('5,000 pipelined QoS 2 messages are each taken once; only their ids are held', async () => {
    const { broker, enter, taken } = await start({ ratePerSecond: 0 })
    const client = await enter('a')
    client.send(...burst(5000, 2))
    await expect.poll(() => ids(client, TYPE.pubrec).length, { timeout: 9000 }).toBe(5000)
    expect(broker.kept).toEqual({ sessions: 0, queued: 0, queuedBytes: 0, unreleased: 5000 })
    client.send(...upTo(5000).map((id) => ackBytes(0x62, id)))
    await expect.poll(() => ids(client, TYPE.pubcomp).length, { timeout: 9000 }).toBe(5000)
    expect([taken.length, broker.kept.unreleased]).toEqual([5000, 0])
  })

  it('a QoS 2 message that is sent again before its release is acknowledged again and taken once', async () => {
    const { enter, taken } = await start()
    const client = await enter('a')
    for (const dup of [false, true, true]) {
      client.send(publishBytes('t', 'x', { qos: 2, id: 7, dup }))
      expect((await client.next(TYPE.pubrec))?.body.readUInt16BE()).toBe(7)
    }
    expect(taken).toEqual(['a x'])
  })

  it('QoS 2 messages that are never released end the connection, and nothing is left of them', async () => {
    const { broker, enter, told } = await start({ ratePerSecond: 0, maxUnreleased: 100 })
    const client = await enter('a')
    client.send(...burst(101, 2, () => 'x'.repeat(500)))
    await client.closed()
    expect(told).toEqual([expect.stringContaining('100 inbound QoS 2 messages already awaiting PUBREL')])
    await expect.poll(() => broker.kept.unreleased).toBe(0)
  })
})

describe('a house over its rate', () => {
  it('is not read, and the others do not notice', async () => {
    const { enter, taken, told } = await start({ ratePerSecond: 50, rateBurst: 50 })
    const offender = await enter('flood')
    const other = await enter('other')
    const flood = publishBytes('t', 'x'.repeat(10_000), { qos: 1 })
    for (let i = 0; i < 3000; i += 1) offender.socket.write(flood)
    await expect.poll(() => told).toEqual(['flood slowed to 50'])
    other.send(...burst(50, 1))
    await expect.poll(() => ids(other, TYPE.puback)).toEqual(upTo(50))
    const mine = taken.filter((one) => one.startsWith('flood')).length
    expect(mine).toBeLessThan(500)
    // 30 MB were offered: what was not taken waits at the sender.
    expect(offender.socket.writableLength).toBeGreaterThan(10_000_000)
    expect(offender.socket.closed).toBe(false)
  })

  it('has one rate for all its connections', async () => {
    const { enter, taken } = await start({ ratePerSecond: 1, rateBurst: 30 })
    for (let i = 0; i < 5; i += 1) (await enter('a')).send(...burst(20, 0))
    await expect.poll(() => taken.length).toBeGreaterThanOrEqual(30)
    expect(taken.length).toBeLessThan(35)
  })

  it('is not closed for a silence that is the broker’s', async () => {
    const { enter, told } = await start({ ratePerSecond: 20, rateBurst: 1 })
    const client = await enter('a', { keepalive: 1 })
    client.send(...burst(60, 1))
    await expect.poll(() => ids(client, TYPE.puback).length, { timeout: 9000 }).toBe(60)
    expect(told).toEqual(['a slowed to 20'])
  })

  it('leaves its will all the same, and takes with it what still waits', async () => {
    const { enter, taken } = await start({ ratePerSecond: 1, rateBurst: 2 })
    const client = await enter('a', { will: { topic: 'w', payload: 'will' } })
    client.send(...burst(10, 1))
    await expect.poll(() => taken).toHaveLength(2)
    await client.close()
    await expect.poll(() => taken).toContain('a will')
  })
})

describe('before it is let in', () => {
  it('20 sockets with 200 MB each are gone by their first bytes', async () => {
    const { bare, told } = await start()
    const sockets = Array.from({ length: 20 }, () => bare())
    const chunk = Buffer.alloc(1_000_000)
    for (const [i, client] of sockets.entries())
      client.send(Buffer.from([i % 2 === 0 ? 0x10 : 0x30, ...lengthBytes(200_000_000)]), chunk)
    await Promise.all(sockets.map((client) => client.closed()))
    expect(told).toEqual(sockets.map(() => 'packet over 8192 bytes'))
  })

  it.each<[string, ConnectOptions]>([
    ['client id', { id: 'x'.repeat(9000) }],
    ['user name', { username: 'x'.repeat(9000) }],
    ['password', { username: 'a', password: 'x'.repeat(9000) }],
    ['will topic', { username: 'a', will: { topic: 'x'.repeat(9000) } }],
    ['will', { username: 'a', will: { topic: 'x', payload: 'x'.repeat(9000) } }],
  ])('a huge %s is not taken', async (_, options) => {
    const { bare, told } = await start()
    const client = bare()
    client.send(connectBytes(options))
    await client.closed()
    expect([client.heard, told]).toEqual([[], ['packet over 8192 bytes']])
  })

  it('a CONNECT that comes byte by byte is put together, with what follows it', async () => {
    const { bare, taken } = await start()
    const client = bare()
    const bytes = Buffer.concat([connectBytes({ id: 'x', username: 'a' }), ...burst(3, 1)])
    for (const byte of bytes) {
      client.send(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await expect.poll(() => ids(client, TYPE.puback)).toEqual([1, 2, 3])
    expect(taken).toHaveLength(3)
  })
})

describe('one user', () => {
  it('has so many connections and no more; its own return is none', async () => {
    const { open, told } = await start({ maxConnectionsPerPrincipal: 2 })
    await open('a', { id: 'one' })
    await open('a', { id: 'two' })
    expect((await open('a', { id: 'two' })).connack).toEqual([0, 0])
    expect((await open('a', { id: 'three' })).connack).toEqual([0, 3])
    expect((await open('b', { id: 'three' })).connack).toEqual([0, 0])
    expect(told).toEqual(['too many connections of one user'])
  })

  it('has so many subscriptions on a connection; the rest is refused, and an end makes room', async () => {
    const { enter, told } = await start({ maxSubscriptions: 3 })
    const client = await enter('a')
    const answer = async (...filters: string[]) => {
      client.send(subscribeBytes(1, ...filters.map((f): [string, number] => [f, 1])))
      return [...((await client.next(TYPE.suback))?.body.subarray(2) ?? [])]
    }
    expect(await answer('1', '2', '3', '4', '5')).toEqual([1, 1, 1, 0x80, 0x80])
    expect(await answer('3', '4')).toEqual([1, 0x80])
    client.send(unsubscribeBytes(2, '1'))
    await client.next(TYPE.unsuback)
    expect(await answer('4')).toEqual([1])
    expect(told).toEqual(Array(3).fill('over 3 subscriptions'))
  })

  it('has so many retained messages and bytes; what is over passes and is not kept, and others are not touched', async () => {
    const { enter, told } = await start({ maxRetained: 3, maxRetainedBytes: 1000 })
    const [a, b] = [await enter('a'), await enter('b')]
    const keep = (client: RawClient, topic: string, bytes = 10) => {
      client.send(publishBytes(topic, 'x'.repeat(bytes), { qos: 1, retain: true }))
      return client.next(TYPE.puback)
    }
    for (const topic of ['a/1', 'a/2', 'a/3', 'a/4', 'a/3']) await keep(a, topic)
    await keep(a, 'a/1', 0)
    await keep(a, 'a/5')
    await keep(a, 'a/2', 990)
    await keep(b, 'b/1', 900)
    expect(told).toEqual(['too many retained messages', 'too many retained messages'])
    const reader = await enter('c')
    reader.send(subscribeBytes(1, ['#', 0]))
    const topics = [
      await reader.nextPublish(),
      await reader.nextPublish(),
      await reader.nextPublish(),
      await reader.nextPublish(),
    ]
    expect(topics.map((one) => one?.topic).sort()).toEqual(['a/2', 'a/3', 'a/5', 'b/1'])
    expect(await reader.settle()).toEqual([])
  })

  it('leaves nothing retained when it is sent away', async () => {
    const { broker, enter } = await start()
    for (const who of ['a', 'b']) {
      const client = await enter(who)
      client.send(publishBytes(`${who}/stato`, 'x', { qos: 1, retain: true }))
      await client.next(TYPE.puback)
    }
    broker.disconnect((who) => who !== 'a')
    const reader = await enter('c')
    reader.send(subscribeBytes(1, ['#', 0]))
    expect((await reader.nextPublish())?.topic).toBe('b/stato')
    expect(await reader.settle()).toEqual([])
  })

  it('has topics of so many bytes and levels', async () => {
    const { enter, taken } = await start({ maxTopicBytes: 50, maxTopicLevels: 5 })
    const client = await enter('a')
    client.send(subscribeBytes(1, ['x'.repeat(50), 0], ['x'.repeat(51), 0]))
    expect([...((await client.next(TYPE.suback))?.body ?? [])]).toEqual([0, 1, 0, 0x80])
    for (const bytes of [
      publishBytes('x'.repeat(51), 'x'),
      publishBytes('1/2/3/4/5/6', 'x'),
      subscribeBytes(1, ['1/2/3/4/5/#', 0]),
    ]) {
      const one = await enter('a')
      one.send(bytes)
      await one.closed()
    }
    expect(taken).toEqual([])
  })

  it('that does not read what it subscribed to is let go by bytes, and holds nobody up', async () => {
    const { broker, enter, told } = await start({ maxUnreadBytes: 300_000, drainTimeoutMs: 60_000 })
    const [frozen, healthy] = [await enter('a'), await enter('b')]
    for (const client of [frozen, healthy]) {
      client.send(subscribeBytes(1, ['big', 0]))
      await client.next(TYPE.suback)
    }
    frozen.socket.pause()
    for (let i = 0; i < 300; i += 1) {
      await broker.publish('big', 'x'.repeat(50_000), { qos: 0, retain: false })
      await healthy.nextPublish()
    }
    expect(told).toEqual(['does not read: over 300000 bytes wait for it'])
    expect(broker.connectedClients).toBe(1)
  })
})
