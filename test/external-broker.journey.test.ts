import type { MqttClient } from 'mqtt'
import { connectAsync } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MqttLink } from '../hub/io/mqtt.ts'
import { mosquittoPath, needs } from './needs.ts'
import type { TestHub } from './support/hub-in-process.ts'
import { house, keyOf, testHub } from './support/hub-in-process.ts'
import { dataFolder, runJson, start, stopAll } from './support/hub-process.ts'
import type { Mosquitto } from './support/mosquitto.ts'
import { HUB_PASSWORD, HUB_USER, startMosquitto } from './support/mosquitto.ts'
import { readingsOf } from './support/readings-of.ts'

/** The hub as a client of Debian's mosquitto, under the access rules that it prints itself. */

const runs = describe.runIf(needs(mosquittoPath(), 'the journeys with another broker', 'mosquitto'))
const HOUSES = ['casa_A', 'casa_B', 'casa_C', 'casa_D']
const START = Date.UTC(2026, 5, 21, 10)

runs('with mosquitto in place of its own broker, the hub', () => {
  let broker: Mosquitto
  let site: TestHub
  const clients: MqttClient[] = []

  beforeAll(async () => {
    broker = await startMosquitto(dataFolder(), Object.fromEntries(HOUSES.map((id) => [id, keyOf(id)])))
    site = await testHub({
      houses: HOUSES.map((id) => house(id, 3000)),
      at: START,
      external: external(broker),
    })
  })
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)))
  })
  afterAll(async () => {
    await site.stop()
    await broker.stop()
    await stopAll()
  })

  const reasons = async () => {
    const answer = await site.as('technician', '/healthz')
    return ((await answer.json()) as { motivi: { reason?: string }[] }).motivi
  }
  const up = () => expect.poll(async () => JSON.stringify(await reasons()), { timeout: 20_000 }).toBe('[]')

  async function client(id: string, options: object = {}): Promise<MqttClient> {
    const one = await connectAsync({
      ...{ host: '127.0.0.1', port: broker.port, username: id, password: keyOf(id), reconnectPeriod: 0 },
      ...options,
    })
    one.on('error', () => {})
    clients.push(one)
    return one
  }
  const state = async () =>
    (await (await site.as('reader', '/api/comunita/stato/')).json()) as {
      case: { nome: string; produzione_w: number }[]
    }
  const heard = async (id: string) => (await state()).case.find(({ nome }) => nome === id)?.produzione_w
  const say = (node: MqttClient, id: string, w: number, more: object = {}) =>
    node.publishAsync(`comunita/${id}/bilancio`, JSON.stringify({ produzione_w: w, consumo_w: 400, ...more }), {
      qos: 1,
    })

  it('takes readings, of those who are houses', async () => {
    await up()
    await say(await client('casa_A'), 'casa_A', 1500)
    await expect.poll(() => heard('casa_A')).toBe(1500)
  })

  it('shows the technician which broker it is, and what that means', async () => {
    const page = await (await fetch(`${site.url}/impianto`, { headers: { cookie: await site.signIn('tino') } })).text()
    expect(page).toContain(`mqtt://127.0.0.1:${broker.port}`)
    expect(page).toContain('solar-family config acl')
  })

  it('a house uses its own topics alone, and commands nobody', async () => {
    const own = await client('casa_B')
    const other = await client('casa_A')
    const got: string[] = []
    own.on('message', (topic, payload) => got.push(`${topic} ${payload}`))
    const granted = await own.subscribeAsync(
      [
        'comunita/casa_B/#',
        'comunita/benchmark',
        'comunita/#',
        '#',
        'comunita/+/comando',
        'comunita/casa_A/#',
        '$SYS/#',
      ],
      { qos: 1 },
    )
    expect(granted.length).toBeGreaterThan(0)
    // mosquitto acknowledges what it does not let through.
    for (const topic of [
      'casa_B/comando',
      'casa_B/alert',
      'casa_A/comando',
      'casa_A/alert',
      'casa_A/bilancio',
      'benchmark',
    ])
      await other.publishAsync(`comunita/${topic}`, topic, { qos: 1 }).catch(() => {})
    await own.publishAsync('comunita/casa_A/bilancio', '{"produzione_w":3,"consumo_w":3}', { qos: 1 }).catch(() => {})
    await own.publishAsync('comunita/benchmark', '{}', { qos: 1, retain: true }).catch(() => {})
    await say(other, 'casa_A', 1600)
    await say(own, 'casa_B', 700)
    await expect.poll(() => heard('casa_B')).toBe(700)
    await expect.poll(() => heard('casa_A')).toBe(1600)
    await site.hub.broker.publish('comunita/casa_B/comando', 'from the hub', { qos: 1, retain: false })
    await expect.poll(() => got).toContain('comunita/casa_B/comando from the hub')
    expect(got.filter((line) => !/^comunita\/casa_B\/(bilancio|comando from|alert rientrato)/.test(line))).toEqual([])
  })

  it('tells a node its alerts when it comes, and everybody the benchmark', async () => {
    const node = await client('casa_C')
    const got: string[] = []
    node.on('message', (topic, payload) => got.push(`${topic} ${payload}`))
    await node.subscribeAsync(['comunita/casa_C/alert', 'comunita/benchmark'], { qos: 1 })
    for (const minute of [0, 1, 2, 3, 4, 5, 6]) {
      site.clock.at = START + minute * 60_000
      for (const id of HOUSES) {
        const w = id === 'casa_C' ? 300 : 1500
        await site.hub.ingest.reading(house(id, 3000), 'produzione', { potenza_w: w })
      }
      await site.hub.tick()
    }
    await expect.poll(() => got).toContain('comunita/casa_C/alert performance_bassa')
    expect(got.some((line) => line.startsWith('comunita/benchmark {"rendimento_medio_comunita"'))).toBe(true)
    const again = await client('casa_C')
    const later: string[] = []
    again.on('message', (topic, payload, { retain }) => later.push(`${topic} ${payload} ${retain}`))
    await again.subscribeAsync(['comunita/casa_C/alert', 'comunita/benchmark'], { qos: 1 })
    await again.publishAsync('comunita/casa_C/stato', '{"online":true,"boot":1,"uptime_s":1}', { qos: 1, retain: true })
    await expect.poll(() => later).toContain('comunita/casa_C/alert performance_bassa false')
    expect(later.some((line) => line.startsWith('comunita/benchmark {') && line.endsWith('true'))).toBe(true)
  })

  it('says when the broker is gone, and goes on when it is back', async () => {
    const publish = () => site.hub.broker.publish('comunita/casa_A/comando', '{}', { qos: 1, retain: false })
    await broker.stop('SIGKILL')
    await expect.poll(async () => JSON.stringify(await reasons())).toContain('broker')
    await expect(publish()).rejects.toThrow()
    expect((await fetch(`${site.url}/healthz`)).status).toBe(503)
    await broker.start()
    await up()
    await say(await client('casa_A'), 'casa_A', 1700)
    await expect.poll(() => heard('casa_A')).toBe(1700)
  })

  it('takes what waited while it was away, if it says when it was measured', async () => {
    const node = await client('casa_D')
    await say(node, 'casa_D', 800)
    await expect.poll(() => heard('casa_D')).toBe(800)
    const away = site.clock.at
    let sent: Promise<unknown>[] = []
    await site.restart(async () => {
      site.clock.at = away + 3_600_000
      for (const minute of [10, 20, 30]) {
        sent = [
          ...sent,
          say(node, 'casa_D', 900 + minute, { ts: (away + minute * 60_000) / 1000, boot: 1, seq: minute }),
        ]
        sent.push(say(node, 'casa_D', 1, { boot: 1, seq: 100 + minute }), say(node, 'casa_D', 2, { eta_s: 0 }))
      }
      await Promise.all(sent)
    })
    await up()
    await expect.poll(() => site.hub.ingest.counts).toMatchObject({ stored: 3, refused: 6, failed: 0 })
    // What comes now is of now.
    await say(node, 'casa_D', 1234)
    await expect.poll(() => heard('casa_D')).toBe(1234)
  })

  it('has a message sent again that could not be stored', async () => {
    const seen: string[] = []
    const states: (string | null)[] = []
    const own = await startMosquitto(dataFolder(), { casa_A: keyOf('casa_A') })
    const link = new MqttLink(
      {
        ...linkOptions(own),
        clientId: HUB_USER,
        filters: ['comunita/+/produzione'],
        echoTopic: 'comunita/.hub/again',
      },
      {
        opened: () => {},
        closed: () => {},
        state: (problem) => states.push(problem),
        receive: async ({ payload }) => seen.push(String(payload)) > 1,
      },
    )
    link.start()
    await expect.poll(() => states).toContain(null)
    const node = await client('casa_A', { port: own.port })
    await node.publishAsync('comunita/casa_A/produzione', '{"potenza_w":1}', { qos: 1 })
    await expect.poll(() => seen, { timeout: 20_000 }).toEqual(['{"potenza_w":1}', '{"potenza_w":1}'])
    await link.stop()
    await own.stop()
  })
})

runs('over kills', () => {
  afterAll(stopAll)
  const KILLS = process.env['CI'] === 'true' ? 8 : 2

  it('loses nothing that mosquitto has acknowledged, and stores nothing twice', { timeout: 300_000 }, async () => {
    const data = dataFolder()
    const { key } = await runJson<{ key: string }>('house', 'add', 'casa_A', '--peak', '3000', '--data', data)
    const broker = await startMosquitto(dataFolder(), { casa_A: key })
    const { url, username, password } = external(broker)
    const set = [`mqtt.url=${url}`, `mqtt.username=${username}`, `mqtt.password=${password}`]
    const hub = () =>
      start(
        'hub',
        '--data',
        data,
        '--bind',
        '127.0.0.1',
        ...[...set, 'log.level=info'].flatMap((one) => ['--set', one]),
      )
    const node = await connectAsync({ host: '127.0.0.1', port: broker.port, username: 'casa_A', password: key })
    const acknowledged = new Set<number>()
    let seq = 0
    // Once, so that the broker knows the hub.
    const first = await hub()
    await expect.poll(first.errors, { timeout: 20_000 }).toContain('"connected to the broker"')
    expect(first.ready).toMatchObject({ mqtt_url: url })
    const timer = setInterval(() => {
      for (let i = 0; i < 3; i += 1) {
        const mine = seq++
        const payload = JSON.stringify({ potenza_w: mine % 3000, boot: 1, seq: mine, ts: Date.now() / 1000 })
        void node.publishAsync('comunita/casa_A/produzione', payload, { qos: 1 }).then(() => acknowledged.add(mine))
      }
    }, 10)
    let running = first
    for (let round = 0; round < KILLS; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 600))
      await running.stop('SIGKILL')
      running = await hub()
      await expect.poll(running.errors, { timeout: 20_000 }).toContain('"connected to the broker"')
      expect(running.errors()).not.toContain(password)
    }
    clearInterval(timer)
    await expect.poll(() => acknowledged.size, { timeout: 20_000 }).toBe(seq)
    await expect
      .poll(() => [...acknowledged].filter((mine) => !readingsOf(data).has(mine)).length, {
        timeout: 60_000,
        interval: 500,
      })
      .toBe(0)
    const doubled = [...readingsOf(data).values()].filter((count) => count > 1).length
    process.stderr.write(`${JSON.stringify({ kills: KILLS, acknowledged: acknowledged.size, lost: 0, doubled })}\n`)
    expect(doubled).toBe(0)
    await node.endAsync(true)
    await running.stop()
    await broker.stop()
  })
})

function linkOptions({ port }: Mosquitto) {
  return { url: `mqtt://127.0.0.1:${port}`, username: HUB_USER, password: HUB_PASSWORD, ca: null }
}

function external(broker: Mosquitto) {
  return { ...linkOptions(broker), clientId: HUB_USER, passwordFile: null }
}
