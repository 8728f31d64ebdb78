import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TestHub } from './support/hub-in-process.ts'
import { house, keyOf, testHub } from './support/hub-in-process.ts'
import { stopAll } from './support/hub-process.ts'
import type { ConnectOptions } from './support/mqtt-raw.ts'
import {
  ackBytes,
  DISCONNECT,
  publishBytes,
  RawClient,
  subscribeBytes,
  TYPE,
  unsubscribeBytes,
} from './support/mqtt-raw.ts'

/** Kept sessions of MQTT 3.1.1: the tester of the conformance tests has them, a house never has. */

let site: TestHub
const clients: RawClient[] = []
let names = 0

beforeAll(async () => {
  site = await testHub({
    houses: [house('casa_A', 3000)],
    at: Date.UTC(2026, 5, 21, 10),
    conformance: true,
    limits: { maxQueued: 50, maxQueuedBytes: 100_000, maxSessions: 20 },
  })
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
})
afterAll(async () => {
  await site.stop()
  await stopAll()
})

const NOTHING = { type: 0, flags: 0, body: Buffer.alloc(2) }

const unique = (what: string) => `${what}-${++names}`

async function open(options: ConnectOptions) {
  const opened = await RawClient.open(site.hub.mqttPort, options)
  clients.push(opened.client)
  return opened
}

const kept = (id: string) => open({ id, clean: false })

async function leave(client: RawClient) {
  client.send(DISCONNECT)
  await client.closed()
}

/** Subscribes in a kept session. */
async function subscribed(id: string, ...filters: [string, number][]): Promise<RawClient> {
  const { client } = await kept(id)
  client.send(subscribeBytes(1, ...filters))
  await client.next(TYPE.suback)
  return client
}

/** Publishes as somebody else, and waits until the broker has it. */
async function publish(topic: string, qos: 0 | 1 | 2, ...payloads: string[]): Promise<void> {
  const { client } = await open({ id: unique('writer') })
  for (const [i, payload] of payloads.entries()) client.send(publishBytes(topic, payload, { qos, id: i + 1 }))
  for (const _ of payloads) {
    if (qos === 1) await client.next(TYPE.puback)
    if (qos === 2) {
      const id = (await client.next(TYPE.pubrec))?.body.readUInt16BE() ?? 0
      client.send(ackBytes(0x62, id))
    }
  }
  await client.settle()
  await leave(client)
}

describe('session present [3.2.2-2]', () => {
  it('is 0 the first time, 1 when there is one, 0 after a clean session', async () => {
    const id = unique('present')
    const answers: number[][] = []
    for (const clean of [false, false, true, false]) {
      const { client, connack } = await open({ id, clean })
      answers.push(connack)
      if (!clean) {
        client.send(subscribeBytes(1, [id, 1]))
        await client.next(TYPE.suback)
      }
      await leave(client)
    }
    expect(answers).toEqual([
      [0, 0],
      [1, 0],
      [0, 0],
      [0, 0],
    ])
  })

  it('is 1 for a session without any subscription too', async () => {
    const id = unique('bare')
    await leave((await kept(id)).client)
    const { client, connack } = await kept(id)
    expect(connack).toEqual([1, 0])
    client.send(subscribeBytes(1, [id, 0]))
    await client.next(TYPE.suback)
    client.send(unsubscribeBytes(2, id))
    await client.next(TYPE.unsuback)
    await leave(client)
    expect((await kept(id)).connack).toEqual([1, 0])
  })
})

describe('what came while a client was away', () => {
  it('waits for it, in order and for the first time', async () => {
    const id = unique('away')
    await leave(await subscribed(id, [`${id}/#`, 2]))
    await publish(`${id}/x`, 1, 'one', 'two')
    await publish(`${id}/x`, 2, 'three')
    const { client } = await kept(id)
    const heard = [await client.nextPublish(), await client.nextPublish(), await client.nextPublish()]
    expect(heard.map((one) => [one?.payload, one?.qos, one?.dup])).toEqual([
      ['one', 1, false],
      ['two', 1, false],
      ['three', 2, false],
    ])
  })

  it('comes at the QoS that was granted, and once for subscriptions that overlap', async () => {
    const id = unique('granted')
    await leave(await subscribed(id, [`${id}/+`, 1], [`${id}/#`, 1], [`${id}/x`, 0]))
    await publish(`${id}/x`, 2, 'one')
    const { client } = await kept(id)
    expect(await client.nextPublish()).toMatchObject({ payload: 'one', qos: 1 })
    expect(await client.settle()).toEqual([])
  })

  it('of filters that were refused does not', async () => {
    const id = unique('refused')
    await leave(await subscribed(id, [`${id}/x`, 1], [`${id}/nosubscribe`, 1]))
    await publish(`${id}/nosubscribe`, 1, 'no')
    await publish(`${id}/x`, 1, 'yes')
    const { client } = await kept(id)
    expect((await client.nextPublish())?.payload).toBe('yes')
    expect(await client.settle()).toEqual([])
  })

  it('is gone with a clean session [3.1.2-6]', async () => {
    const id = unique('clean')
    await leave(await subscribed(id, [id, 1]))
    await publish(id, 1, 'lost')
    await leave((await open({ id, clean: true })).client)
    const { client } = await kept(id)
    expect(await client.settle()).toEqual([])
  })

  it('is bounded in number and bytes, and the technician is told', async () => {
    const [many, large] = [unique('many'), unique('large')]
    await leave(await subscribed(many, [many, 1]))
    await leave(await subscribed(large, [large, 1]))
    await publish(many, 1, ...Array.from({ length: 200 }, (_, i) => `${i}`))
    await publish(large, 1, ...Array.from({ length: 30 }, () => 'x'.repeat(20_000)))
    for (const [id, count] of [
      [many, 50],
      [large, 4],
    ] as const) {
      const { client } = await kept(id)
      const heard = () => client.heard.filter((one) => one.type === TYPE.publish).length
      await expect.poll(heard).toBe(count)
      await client.settle()
      expect(heard()).toBe(count)
    }
    const told = site.hub.strangers.list().map((one) => one.why)
    for (const id of [many, large]) expect(told).toContain(`the queue of client "${id}" is full`)
  })

  it('goes, with the oldest session, when there are too many', async () => {
    const first = unique('first')
    await leave((await kept(first)).client)
    for (let i = 0; i < 20; i += 1) await leave((await kept(unique('crowd'))).client)
    expect((await kept(first)).connack).toEqual([0, 0])
  })
})

describe('what was sent and not acknowledged comes again, marked as such [4.4.0-1, 3.3.1-1]', () => {
  it('QoS 1, under the same id', async () => {
    const id = unique('again')
    const first = await subscribed(id, [id, 1])
    await publish(id, 1, 'one', 'two')
    const [one, two] = [await first.nextPublish(), await first.nextPublish()]
    expect([one?.dup, two?.dup]).toEqual([false, false])
    first.send(ackBytes(0x40, one?.id ?? 0))
    await first.settle()
    await first.close()
    const { client } = await kept(id)
    expect(await client.nextPublish()).toMatchObject({ payload: 'two', id: two?.id, dup: true })
    expect(await client.settle()).toEqual([])
  })

  it('QoS 2 from its PUBLISH, or from its PUBREL once that was answered [4.3.3-1]', async () => {
    const id = unique('exactly')
    const first = await subscribed(id, [id, 2])
    await publish(id, 2, 'one', 'two', 'three')
    const sent = [await first.nextPublish(), await first.nextPublish(), await first.nextPublish()]
    const ids = sent.map((one) => one?.id ?? 0)
    for (const mine of ids.slice(0, 2)) {
      first.send(ackBytes(0x50, mine))
      await first.next(TYPE.pubrel)
    }
    await first.close()
    const { client } = await kept(id)
    const heard = [await client.next(), await client.next(), await client.next()].map((one) => one ?? NOTHING)
    expect(heard.map((one) => one.type)).toEqual([TYPE.pubrel, TYPE.pubrel, TYPE.publish])
    expect(heard.slice(0, 2).map((one) => [one.flags, one.body.readUInt16BE()])).toEqual([
      [2, ids[0]],
      [2, ids[1]],
    ])
    expect((heard[2]?.flags ?? 0) & 8).toBe(8)
    for (const mine of ids.slice(0, 2)) client.send(ackBytes(0x70, mine))
    client.send(ackBytes(0x50, ids[2] ?? 0))
    expect((await client.next(TYPE.pubrel))?.body.readUInt16BE()).toBe(ids[2])
    client.send(ackBytes(0x70, ids[2] ?? 0))
    await client.settle()
    await client.close()
    expect(await (await kept(id)).client.settle()).toEqual([])
  })

  it('a QoS 2 exchange begun by the client ends on its next connection, and is passed on once', async () => {
    const id = unique('resumed')
    const { client: reader } = await open({ id: unique('reader') })
    reader.send(subscribeBytes(1, [id, 0]))
    await reader.next(TYPE.suback)
    const { client: first } = await kept(id)
    first.send(publishBytes(id, 'x', { qos: 2, id: 77 }))
    await first.next(TYPE.pubrec)
    await first.close()
    const { client } = await kept(id)
    client.send(publishBytes(id, 'x', { qos: 2, id: 77, dup: true }))
    expect((await client.next(TYPE.pubrec))?.body.readUInt16BE()).toBe(77)
    client.send(ackBytes(0x62, 77))
    expect((await client.next(TYPE.pubcomp))?.body.readUInt16BE()).toBe(77)
    expect((await reader.nextPublish())?.payload).toBe('x')
    expect(await reader.settle()).toEqual([])
  })
})

it('a house has no session kept, whatever it asks for', async () => {
  const login = { id: unique('node'), clean: false, username: 'casa_A', password: keyOf('casa_A') }
  const { client } = await open(login)
  client.send(subscribeBytes(1, ['comunita/casa_A/comando', 1]))
  await client.next(TYPE.suback)
  await leave(client)
  await publish('comunita/casa_A/comando', 1, 'late')
  const again = await open(login)
  expect(again.connack).toEqual([0, 0])
  expect(await again.client.settle()).toEqual([])
})
