import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TestHub } from './support/hub-in-process.ts'
import { house, testHub } from './support/hub-in-process.ts'
import { dataFolder, run, stopAll } from './support/hub-process.ts'
import type { ConnectOptions } from './support/mqtt-raw.ts'
import {
  ackBytes,
  connectBytes,
  DISCONNECT,
  packet,
  publishBytes,
  RawClient,
  readPublish,
  subscribeBytes,
  TYPE,
  unsubscribeBytes,
} from './support/mqtt-raw.ts'

/** MQTT 3.1.1 as it is written, told by the numbers of its statements. A tester that gives no user name may do everything. */

const NOON = Date.UTC(2026, 5, 21, 10)
let site: TestHub
const clients: RawClient[] = []
let names = 0

beforeAll(async () => {
  site = await testHub({ houses: [house('casa_A', 3000)], at: NOON, conformance: true })
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
})
afterAll(async () => {
  await site.stop()
  await stopAll()
})

const unique = (what: string) => `${what}-${++names}`

async function open(options: ConnectOptions = {}) {
  const opened = await RawClient.open(site.hub.mqttPort, { id: unique('id'), ...options })
  clients.push(opened.client)
  return opened
}

async function enter(options: ConnectOptions = {}): Promise<RawClient> {
  return (await open(options)).client
}

async function listening(...filters: [string, number][]): Promise<RawClient> {
  const client = await enter()
  client.send(subscribeBytes(1, ...filters))
  await client.next(TYPE.suback)
  return client
}

/** Publishes with all three QoS as a client does, to the end of each handshake. */
async function publishEach(client: RawClient, topic: string, payload = (qos: number) => `qos ${qos}`, retain = false) {
  client.send(publishBytes(`${topic}/0`, payload(0), { retain }))
  client.send(publishBytes(`${topic}/1`, payload(1), { qos: 1, id: 11, retain }))
  expect((await client.next(TYPE.puback))?.body.readUInt16BE()).toBe(11)
  client.send(publishBytes(`${topic}/2`, payload(2), { qos: 2, id: 12, retain }))
  expect((await client.next(TYPE.pubrec))?.body.readUInt16BE()).toBe(12)
  client.send(ackBytes(0x62, 12))
  expect((await client.next(TYPE.pubcomp))?.body.readUInt16BE()).toBe(12)
}

async function publishes(client: RawClient) {
  return (await client.settle()).filter((one) => one.type === TYPE.publish).map(readPublish)
}

describe('connecting', () => {
  it('says CONNACK 0 without a session, and answers a ping', async () => {
    const { client, connack } = await open()
    expect(connack).toEqual([0, 0])
    expect(await client.settle()).toEqual([])
  })

  it('an empty client id is given a name with a clean session [3.1.3-6], and refused without one [3.1.3-8]', async () => {
    expect((await open({ id: '', clean: true })).connack).toEqual([0, 0])
    const { client, connack } = await open({ id: '', clean: false })
    expect(connack).toEqual([0, 2])
    await client.closed()
  })

  it.each<[string, Buffer]>([
    ['a second CONNECT [3.1.0-2]', connectBytes({ id: 'x' })],
    ['a reserved bit of the header [2.2.2-2]', packet(0x80, Buffer.from([0, 1, 0, 1, 97, 0]))],
    ['a PUBLISH of QoS 3 [3.3.1-4]', packet(0x36, Buffer.from([0, 1, 97, 0, 1]))],
    ['a topic with a wildcard [3.3.2-2]', publishBytes('a/+', 'x')],
    ['a SUBSCRIBE without filters [3.8.3-3]', packet(0x82, Buffer.from([0, 1]))],
    ['a filter with # in the middle [4.7.1-2]', subscribeBytes(1, ['a/#/b', 0])],
    ['a message id of 0 [2.3.1-1]', publishBytes('a', 'x', { qos: 1, id: 0 })],
  ])('is over with %s', async (_, bytes) => {
    const client = await enter()
    client.send(bytes)
    await client.closed()
  })

  it('is over when the first packet is no CONNECT [3.1.0-1], or of another protocol [3.1.2-1]', async () => {
    for (const bytes of [publishBytes('a', 'x'), packet(0x10, Buffer.from([0, 2, 104, 106, 4, 2, 0, 0, 0, 0]))]) {
      const client = new RawClient(site.hub.mqttPort)
      clients.push(client)
      client.send(bytes)
      await client.closed()
      expect(client.heard).toEqual([])
    }
  })

  it('answers another version with CONNACK 1 [3.1.2-2]', async () => {
    const client = new RawClient(site.hub.mqttPort)
    clients.push(client)
    client.send(packet(0x10, Buffer.from([0, 4, 77, 81, 84, 84, 5, 2, 0, 0, 0, 0, 1, 97])))
    expect([...((await client.next(TYPE.connack))?.body ?? [])]).toEqual([0, 1])
    await client.closed()
  })

  it('a client that comes back under the same id takes its place [3.1.4-2]', async () => {
    const id = unique('again')
    const first = await enter({ id })
    await enter({ id })
    await first.closed()
  })

  it('packets sent right behind the CONNECT, before its answer, are taken in order [3.1.4-5]', async () => {
    const client = new RawClient(site.hub.mqttPort)
    clients.push(client)
    const many = Array.from({ length: 300 }, (_, i) => publishBytes('early', `${i}`, { qos: 1, id: i + 1 }))
    client.send(connectBytes({ id: unique('early') }), subscribeBytes(1000, ['early', 0]), ...many)
    expect((await client.next())?.type).toBe(TYPE.connack)
    const heard = (type: number) => client.heard.filter((one) => one.type === type)
    await expect.poll(() => heard(TYPE.publish).length).toBe(300)
    expect(heard(TYPE.puback).map((one) => one.body.readUInt16BE())).toEqual(many.map((_, i) => i + 1))
    expect(heard(TYPE.suback)).toHaveLength(1)
  })
})

describe('text that is no UTF-8 [1.5.3-1] or holds U+0000 [1.5.3-2]', () => {
  const BAD: [string, Buffer][] = [
    ['a stray byte', Buffer.from([97, 0xff, 98])],
    ['a surrogate', Buffer.from([97, 0xed, 0xa0, 0x80])],
    ['an overlong form', Buffer.from([97, 0xc0, 0xaf])],
    ['a torn character', Buffer.from([97, 0xe2, 0x82])],
    ['a null', Buffer.from([97, 0, 98])],
  ]
  describe.each(BAD)('%s', (_, text) => {
    it.each<[string, ConnectOptions]>([
      ['client id', { id: text }],
      ['will topic', { will: { topic: text } }],
      ['user name', { username: text }],
    ])('in the %s: no answer but the end', async (_where, options) => {
      const client = new RawClient(site.hub.mqttPort)
      clients.push(client)
      client.send(connectBytes({ id: unique('utf8'), ...options }))
      await client.closed()
      expect(client.heard).toEqual([])
    })

    it.each<[string, Buffer]>([
      ['topic of a PUBLISH', publishBytes(text, 'x', { qos: 1 })],
      ['filter of a SUBSCRIBE', subscribeBytes(1, ['fine', 0], [text, 0])],
    ])('in the %s: the end', async (_where, bytes) => {
      const client = await enter()
      client.send(bytes)
      await client.closed()
      expect(client.heard.map((one) => one.type)).toEqual([TYPE.connack])
    })
  })

  it('but U+FFFD itself, emoji and a BOM are characters [1.5.3-3]', async () => {
    const topic = unique('\uFFFD/\u{1F31E}/\uFEFF')
    const client = await listening([topic, 0])
    client.send(publishBytes(topic, 'sun'))
    expect(await client.nextPublish()).toMatchObject({ topic, payload: 'sun' })
  })

  it('is told to the technician', () => {
    expect(site.hub.strangers.list().map((one) => one.why)).toContain('text that is not UTF-8')
  })
})

describe('messages', () => {
  it('go both ways at every QoS, and come with the lower of what was sent and granted [3.8.4-6]', async () => {
    for (const granted of [0, 1, 2]) {
      const topic = unique('both')
      const reader = await listening([`${topic}/#`, granted])
      await publishEach(await enter(), topic)
      const heard = []
      for (const sent of [0, 1, 2]) {
        const one = await reader.nextPublish()
        if (one?.qos === 1) reader.send(ackBytes(0x40, one.id))
        if (one?.qos === 2) {
          reader.send(ackBytes(0x50, one.id))
          expect((await reader.next(TYPE.pubrel))?.flags).toBe(2)
          reader.send(ackBytes(0x70, one.id))
        }
        heard.push([one?.topic, one?.payload, one?.qos, one?.dup, one?.retain])
        expect(heard.at(-1)).toEqual([`${topic}/${sent}`, `qos ${sent}`, Math.min(sent, granted), false, false])
      }
    }
  })

  it.each([
    [
      ['#', 2],
      ['+', 1],
    ],
    [
      ['+', 0],
      ['#', 2],
    ],
    [
      ['b', 0],
      ['+', 2],
      ['#', 1],
    ],
  ] as [string, number][][])(
    'of overlapping subscriptions come once, at the highest QoS [3.3.5-1]: %j',
    async (...filters) => {
      const topic = unique('overlap')
      const reader = await listening(...filters.map(([filter, qos]): [string, number] => [`${topic}/${filter}`, qos]))
      ;(await enter()).send(publishBytes(`${topic}/b`, 'x', { qos: 2 }))
      expect(await reader.nextPublish()).toMatchObject({ qos: 2 })
      expect(await publishes(reader)).toEqual([])
    },
  )

  it('with $ are not for filters that begin with a wildcard [4.7.2-1]', async () => {
    const topic = unique('dollar')
    const reader = await listening(['+/dollar/x', 0], ['#', 0], [`$${topic}/x`, 0])
    const writer = await enter()
    writer.send(publishBytes(`$${topic}/x`, 'own'), publishBytes(`${topic}/x`, 'all'))
    expect((await reader.nextPublish())?.payload).toBe('own')
    expect((await reader.nextPublish())?.payload).toBe('all')
    expect(await publishes(reader)).toEqual([])
  })

  it('under $SYS are neither taken nor given', async () => {
    const reader = await enter()
    reader.send(subscribeBytes(1, ['$SYS/#', 0]))
    expect([...((await reader.next(TYPE.suback))?.body ?? [])]).toEqual([0, 1, 0x80])
    const writer = await enter()
    writer.send(publishBytes('$SYS/x', 'x'))
    await writer.closed()
  })

  it('end with the subscription [3.10.4-2]', async () => {
    const topic = unique('ended')
    const reader = await listening([topic, 1], [`${topic}/kept`, 1])
    reader.send(unsubscribeBytes(7, topic))
    expect((await reader.next(TYPE.unsuback))?.body.readUInt16BE()).toBe(7)
    ;(await enter()).send(publishBytes(topic, 'no'), publishBytes(`${topic}/kept`, 'yes'))
    expect((await reader.nextPublish())?.payload).toBe('yes')
  })

  it('a refused filter gets 0x80, and the rest is granted all the same [3.8.4-5]', async () => {
    const client = await enter()
    client.send(subscribeBytes(5, ['a', 1], ['test/nosubscribe', 2], ['b', 2]))
    expect([...((await client.next(TYPE.suback))?.body ?? [])]).toEqual([0, 5, 1, 0x80, 2])
  })

  it('of QoS 2 that are sent twice before their release are passed on once [4.3.3]', async () => {
    const topic = unique('twice')
    const reader = await listening([topic, 0])
    const writer = await enter()
    for (const dup of [false, true]) {
      writer.send(publishBytes(topic, 'x', { qos: 2, id: 9, dup }))
      await writer.next(TYPE.pubrec)
    }
    for (let i = 0; i < 2; i += 1) {
      writer.send(ackBytes(0x62, 9))
      expect((await writer.next(TYPE.pubcomp))?.body.readUInt16BE()).toBe(9)
    }
    await reader.nextPublish()
    expect(await publishes(reader)).toEqual([])
  })
})

describe('retained messages', () => {
  it('are given to whoever subscribes, and to nobody once emptied [3.3.1-6, 3.3.1-10]', async () => {
    const topic = unique('kept')
    const writer = await enter()
    await publishEach(writer, topic, undefined, true)
    const first = await listening([`${topic}/+`, 2])
    const kept = [await first.nextPublish(), await first.nextPublish(), await first.nextPublish()]
    expect(kept.map((one) => [one?.topic, one?.retain, one?.qos]).sort()).toEqual(
      [0, 1, 2].map((qos) => [`${topic}/${qos}`, true, qos]),
    )
    await publishEach(writer, topic, () => '', true)
    const late = await listening([`${topic}/+`, 2])
    expect(await publishes(late)).toEqual([])
  })

  it('come without the mark to whoever listened before [3.3.1-9]', async () => {
    const topic = unique('live')
    const reader = await listening([topic, 0])
    ;(await enter()).send(publishBytes(topic, 'x', { retain: true }))
    expect(await reader.nextPublish()).toMatchObject({ retain: false })
  })

  it.each([0, 1, 2] as const)('sent right before a SUBSCRIBE are kept by then: QoS %i', async (qos) => {
    const topic = unique('pipelined')
    const client = await enter()
    client.send(publishBytes(topic, 'x', { qos, retain: true }), subscribeBytes(2, [topic, 0]))
    expect(await client.nextPublish()).toMatchObject({ retain: true, payload: 'x' })
    expect(await publishes(client)).toEqual([])
  })
})

describe('a will', () => {
  it.each<[string, (client: RawClient) => void, string[]]>([
    ['is published when the line drops [3.1.2-8]', (client) => client.socket.destroy(), ['gone']],
    ['is not after DISCONNECT [3.14.4-3]', (client) => client.send(DISCONNECT), []],
    ['is published when the client breaks the protocol', (client) => client.send(connectBytes()), ['gone']],
  ])('%s', async (_, end, expected) => {
    const topic = unique('will')
    const reader = await listening([topic, 1], [`${topic}/end`, 1])
    const client = await enter({ will: { topic, payload: 'gone', qos: 1 } })
    end(client)
    await client.closed()
    ;(await enter()).send(publishBytes(`${topic}/end`, 'end'))
    const heard: string[] = []
    while (heard.length < expected.length + 1) heard.push((await reader.nextPublish())?.payload ?? '')
    expect(heard.sort()).toEqual(['end', ...expected])
  })

  it('may be kept [3.1.2-17]', async () => {
    const topic = unique('will-kept')
    const reader = await listening([topic, 0])
    const client = await enter({ will: { topic, payload: 'gone', retain: true } })
    await client.close()
    expect(await reader.nextPublish()).toMatchObject({ retain: false })
    expect(await (await listening([topic, 0])).nextPublish()).toMatchObject({ payload: 'gone', retain: true })
  })

  it('is published for whoever is silent for one and a half keep-alives [3.1.2-24]', async () => {
    const topic = unique('will-silent')
    const reader = await listening([topic, 0])
    const begun = performance.now()
    const client = await enter({ keepalive: 1, will: { topic, payload: 'silent' } })
    expect(await reader.nextPublish()).toMatchObject({ payload: 'silent' })
    expect(performance.now() - begun).toBeGreaterThan(1400)
    await client.closed()
  })

  it('needs a topic to go to [4.7.1-1]', async () => {
    const client = new RawClient(site.hub.mqttPort)
    clients.push(client)
    client.send(connectBytes({ id: unique('will-bad'), will: { topic: 'a/#' } }))
    await client.closed()
  })
})

describe('the conformance principal', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1'])('is refused where others could reach it: bind %s', async (bind) => {
    const ports = ['--http-port', '0', '--mqtt-port', '0']
    const { code, err } = await run(
      'hub',
      '--data',
      dataFolder(),
      '--bind',
      bind,
      ...ports,
      '--set',
      'mqtt.conformance=true',
    )
    expect(code).toBe(1)
    expect(err).toMatch(
      /^mqtt\.conformance lets anybody in without a key: it needs bind = "127\.0\.0\.1", and bind is ".+"\.\n$/,
    )
  })

  it('is off by default: nobody gets in without a name', async () => {
    const other = await testHub({ houses: [], at: NOON })
    const { client, connack } = await RawClient.open(other.hub.mqttPort, { id: 'x' })
    clients.push(client)
    expect(connack).toEqual([0, 5])
    await other.stop()
  })
})
