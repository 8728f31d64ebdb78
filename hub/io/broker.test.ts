import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect as connectTcp } from 'node:net'
import type { MqttClient } from 'mqtt'
import { connectAsync } from 'mqtt'
import { afterEach, describe, expect, it } from 'vitest'
import { Broker } from './broker.ts'
import { DEFAULT_BROKER_LIMITS } from './broker-limits.ts'
import type { BrokerPolicy, PublishVerdict } from './broker-policy.ts'

/** Holes of the broker library that were measured: each has its own cap, and its own test. */

const running: { stop: () => Promise<unknown> | unknown }[] = []
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop()
})

const broken: string[] = []

async function start(limits: Partial<typeof DEFAULT_BROKER_LIMITS> = {}, policy: Partial<BrokerPolicy> = {}) {
  broken.length = 0
  const broker = new Broker(
    { ...DEFAULT_BROKER_LIMITS, ...limits },
    {
      login: ({ username, password }) =>
        password?.toString() === 'key' ? { principal: username ?? '' } : { refused: 'credentials' },
      publish: async () => ({ retain: true }),
      subscribe: () => true,
      subscribed: () => {},
      broken: (_address, _principal, why) => broken.push(why),
      slowed: (principal, perSecond) => broken.push(`${principal} slowed to ${perSecond}`),
      keepsSession: () => false,
      ...policy,
    },
  )
  const port = await broker.start('127.0.0.1', 0)
  running.push(broker)
  return { broker, port }
}

async function client(port: number, username: string, options: object = {}): Promise<MqttClient> {
  const mqtt = await connectAsync({
    host: '127.0.0.1',
    port,
    username,
    password: 'key',
    reconnectPeriod: 0,
    ...options,
  })
  mqtt.on('error', () => {})
  running.push({ stop: () => mqtt.endAsync(true) })
  return mqtt
}

async function socket(port: number): Promise<Socket> {
  const tcp = connectTcp(port, '127.0.0.1')
  tcp.on('error', () => {})
  running.push({ stop: () => tcp.destroy() })
  await once(tcp, 'connect')
  return tcp
}

function closed(tcp: Socket): Promise<unknown> {
  tcp.resume()
  return tcp.closed ? Promise.resolve() : once(tcp, 'close')
}

function ended(mqtt: MqttClient): Promise<void> {
  return new Promise((resolve) => mqtt.once('close', () => resolve()))
}

/** CONNECT, MQTT 3.1.1, user name + password, empty client id. */
function connectPacket({ clean }: { clean: boolean }): Buffer {
  const flags = 0xc0 | (clean ? 2 : 0)
  const body = [
    0,
    4,
    ...Buffer.from('MQTT'),
    4,
    flags,
    0,
    60,
    0,
    0,
    0,
    6,
    ...Buffer.from('casa_A'),
    0,
    3,
    ...Buffer.from('key'),
  ]
  return Buffer.from([0x10, body.length, ...body])
}

async function isLetIn(port: number): Promise<boolean> {
  const tcp = await socket(port)
  tcp.write(connectPacket({ clean: true }))
  return Promise.race([once(tcp, 'data').then(() => true), once(tcp, 'close').then(() => false)])
}

/** The beginning of a packet that declares `length` bytes. */
function header(type: number, length: number): Buffer {
  const bytes = [type]
  let rest = length
  do {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.from(bytes)
}

describe('before a client is let in', () => {
  it.each([
    ['CONNECT', 0x10],
    ['PUBLISH', 0x30],
  ])('an oversized %s is cut off at its header, not after its bytes', async (_name, type) => {
    const { port } = await start()
    const tcp = await socket(port)
    tcp.write(header(type, 200 * 1024 * 1024))
    await closed(tcp)
    expect(broken).toEqual(['packet over 8192 bytes'])
  })

  it('a connection that never says CONNECT is dropped', async () => {
    const { port } = await start({ connectTimeoutMs: 50 })
    await closed(await socket(port))
    expect(broken).toEqual(['connect did not arrive in time'])
  })

  it('connections beyond the cap of one address are dropped, and make room when they end', async () => {
    const { port } = await start({ maxConnectionsPerAddress: 2 })
    const first = await socket(port)
    await socket(port)
    await closed(await socket(port))
    expect(broken).toEqual(['too many connections from one address'])
    first.destroy()
    await closed(first)
    await expect.poll(() => isLetIn(port)).toBe(true)
  })

  it('connections beyond the total cap are dropped', async () => {
    const { port } = await start({ maxConnections: 1 })
    await socket(port)
    await closed(await socket(port))
    expect(broken).toEqual(['too many connections'])
  })

  it('a wrong key is answered with CONNACK 5', async () => {
    const { port } = await start()
    await expect(client(port, 'casa_A', { password: 'wrong' })).rejects.toMatchObject({ code: 5 })
  })

  it('an empty client id that wants its session kept is refused with CONNACK 2', async () => {
    const { port } = await start()
    const tcp = await socket(port)
    tcp.write(connectPacket({ clean: false }))
    const [answer] = (await once(tcp, 'data')) as [Buffer]
    expect([...answer]).toEqual([0x20, 2, 0, 2])
  })
})

describe('a client that is in', () => {
  it('is closed by a packet over the limit', async () => {
    const { port } = await start()
    const mqtt = await client(port, 'casa_A')
    const gone = ended(mqtt)
    mqtt.publish('t', Buffer.alloc(70_000))
    await gone
    expect(broken).toContain('packet over 65536 bytes')
  })

  it('may send a packet of just the limit', async () => {
    const { port } = await start()
    const mqtt = await client(port, 'casa_A')
    await mqtt.publishAsync('t', Buffer.alloc(65_000), { qos: 1 })
    expect(broken).toEqual([])
  })

  it('is acknowledged only when the policy has answered', async () => {
    const verdict = Promise.withResolvers<PublishVerdict>()
    const { port } = await start({}, { publish: () => verdict.promise })
    const mqtt = await client(port, 'casa_A')
    let acknowledged = false
    const done = mqtt.publishAsync('t', 'x', { qos: 1 }).then(() => {
      acknowledged = true
    })
    // A whole round trip through the broker later, there is still no PUBACK.
    await mqtt.subscribeAsync('other')
    expect(acknowledged).toBe(false)
    verdict.resolve({ retain: false })
    await done
  })

  it('is closed without an acknowledgement by a refused publish', async () => {
    const { port } = await start({}, { publish: async () => false })
    const mqtt = await client(port, 'casa_A')
    const gone = ended(mqtt)
    const acknowledged = mqtt.publishAsync('t', 'x', { qos: 1 }).then(
      () => true,
      () => false,
    )
    await gone
    await mqtt.endAsync(true)
    expect(await acknowledged).toBe(false)
  })

  it('gets 0x80 for a forbidden filter and the rest all the same', async () => {
    const { port } = await start({}, { subscribe: (_who, filter) => filter === 'mine' })
    const mqtt = await client(port, 'casa_A')
    const granted = await mqtt.subscribeAsync(['mine', 'yours'], { qos: 1 }).catch((error: Error) => error.message)
    expect(JSON.stringify(granted)).toMatch(/128|Subscribe error/)
  })

  it('has a retained message kept only where the policy says so', async () => {
    const { port } = await start({}, { publish: async (_who, { topic }) => ({ retain: topic === 'kept' }) })
    const mqtt = await client(port, 'casa_A')
    await mqtt.publishAsync('kept', 'a', { qos: 1, retain: true })
    await mqtt.publishAsync('passing', 'b', { qos: 1, retain: true })
    const seen: string[] = []
    const late = await client(port, 'casa_A', { clientId: 'late' })
    late.on('message', (topic) => seen.push(topic))
    await late.subscribeAsync(['kept', 'passing', 'end'], { qos: 1 })
    await late.publishAsync('end', 'c', { qos: 1 })
    await expect.poll(() => seen).toContain('end')
    expect(seen).toContain('kept')
    expect(seen).not.toContain('passing')
  })

  it('keeps its client id against another user, and gives it up to itself', async () => {
    const { port } = await start()
    const first = await client(port, 'casa_A', { clientId: 'node' })
    await expect(client(port, 'casa_B', { clientId: 'node' })).rejects.toMatchObject({ code: 2 })
    expect(first.connected).toBe(true)
    const gone = ended(first)
    await client(port, 'casa_A', { clientId: 'node' })
    await gone
  })

  it('has nothing kept for it while it is away, whatever session it asks for', async () => {
    const { broker, port } = await start()
    const first = await client(port, 'casa_A', { clientId: 'node', clean: false })
    await first.subscribeAsync('comunita/casa_A/comando', { qos: 1 })
    await first.endAsync(true)
    await broker.publish('comunita/casa_A/comando', 'late', { qos: 1, retain: false })
    const seen: string[] = []
    const second = await client(port, 'casa_A', { clientId: 'node', clean: false })
    second.on('message', (_topic, payload) => seen.push(payload.toString()))
    await second.subscribeAsync('comunita/casa_A/comando', { qos: 1 })
    await broker.publish('comunita/casa_A/comando', 'now', { qos: 1, retain: false })
    await expect.poll(() => seen).toEqual(['now'])
  })

  it('that stops reading is dropped after the drain time, and the others go on', async () => {
    const { broker, port } = await start({ drainTimeoutMs: 200 })
    const frozen = await client(port, 'casa_A')
    await frozen.subscribeAsync('big', { qos: 0 })
    frozen.stream.pause()
    ;(frozen.stream as Socket).pause()
    const healthy = await client(port, 'casa_B')
    const seen: number[] = []
    healthy.on('message', (_topic, payload) => seen.push(payload.length))
    await healthy.subscribeAsync('big', { qos: 0 })
    for (let i = 1; i <= 300; i += 1) {
      await broker.publish('big', 'x'.repeat(50_000), { qos: 0, retain: false })
      if (i % 10 === 0) await expect.poll(() => seen.length, { interval: 1 }).toBe(i)
    }
    await expect.poll(() => broken).toContainEqual(expect.stringMatching(/drain timeout|does not read/))
  })
})

it('disconnects whom it is told to', async () => {
  const { broker, port } = await start()
  const a = await client(port, 'casa_A')
  const b = await client(port, 'casa_B')
  const gone = ended(a)
  broker.disconnect((house) => house !== 'casa_A')
  await gone
  expect(b.connected).toBe(true)
})
