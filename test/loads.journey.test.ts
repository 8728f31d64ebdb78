import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { LiveNode } from '../hub/demo/live-node.ts'
import { loadText } from '../hub/domain/load-text.ts'
import { saveLoad, setArmed } from '../hub/store/loads.ts'
import { openControl } from '../hub/store/store.ts'
import type { TestHub } from './support/hub-in-process.ts'
import { house, keyOf, testHub } from './support/hub-in-process.ts'
import { dataFolder, runJson, start, stopAll } from './support/hub-process.ts'
import type { LoadJson } from './support/load-street.ts'
import { furnish, loadStreet, NOON, override, stateOf } from './support/load-street.ts'
import type { NodeTime } from './support/relay-node.ts'
import { CAR, relayNode, runningTime, until } from './support/relay-node.ts'

// A lifelike node on the real broker: what a lease promises, whatever happens to the hub, the node or the line between them.

const S = 1000
const AUTO = 'casa_A/auto'
const BOILER = 'casa_A/boiler'

const nodes: LiveNode[] = []
const hubs: TestHub[] = []
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
  await Promise.all(hubs.splice(0).map((hub) => hub.stop()))
  await stopAll()
})

/** A hub with one armed house, its car and its water heater, and the node of it; the test moves their clock. */
const street = () => loadStreet(ends)

const take = async (...asked: Parameters<typeof override>) => expect(await override(...asked)).toBe(200)

const isOn = (node: LiveNode, load: string) => node.stateOf(load).on

describe('an override', () => {
  it('goes from the page to the relay and back, confirmed by the measured power, and ends by itself', async () => {
    const { hub, node, at, pass } = await street()
    const asked = performance.now()
    await take(hub, AUTO, 'acceso', 600)
    await until(() => isOn(node, 'auto'), 'the relay did not close')
    // No tick was due: the override woke one.
    process.stderr.write(`override to relay: ${Math.round(performance.now() - asked)} ms\n`)
    await until(async () => (await at('auto'))?.comando?.fase !== 'sent', 'it was not acknowledged')
    await pass(30)
    await until(async () => (await at('auto'))?.comando?.fase === 'confirmed', 'it was not confirmed')
    expect(await at('auto')).toMatchObject({
      stato: { acceso: true, origine: 'comando' },
      decisione: { regola: 'override' },
    })
    await pass(600)
    await until(() => !isOn(node, 'auto'), 'it did not return to automatic')
    await until(async () => (await at('auto'))?.manuale === null, 'the override is still shown')
  })

  it('holds a load that rests on off, and gives it back at once', async () => {
    const { hub, node, at, pass } = await street()
    await take(hub, BOILER, 'spento')
    await until(() => !isOn(node, 'boiler'), 'the relay did not open')
    await pass(70)
    await take(hub, BOILER, 'auto')
    await until(() => isOn(node, 'boiler'), 'the relay did not close again')
    expect(await at('boiler')).toMatchObject({ manuale: null })
  })

  it('gives way to the wall switch', async () => {
    const { hub, node, at, pass } = await street()
    node.turnSwitch('auto', false)
    await pass(20)
    await take(hub, AUTO, 'acceso')
    await pass(20)
    expect(isOn(node, 'auto')).toBe(false)
    expect(await at('auto')).toMatchObject({ stato: { acceso: false, origine: 'interruttore' } })
  })

  it('is refused to who may not, and nonsense is told', async () => {
    const { hub } = await street()
    const post = (path: string, body: string, headers: Record<string, string>) =>
      fetch(`${hub.url}/api/carichi/${path}/`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      })
    const cookie = await hub.signIn('res_casa_A')
    const reader = { authorization: 'Bearer token-reader' }
    expect((await post(AUTO, '{"modo":"acceso"}', {})).status).toBe(401)
    expect((await post(AUTO, '{"modo":"acceso"}', reader)).status).toBe(403)
    expect((await post('casa_B/auto', '{"modo":"acceso"}', { cookie })).status).toBe(403)
    expect((await post('casa_A/forno', '{"modo":"acceso"}', { cookie })).status).toBe(404)
    for (const body of [
      '{"modo":"on"}',
      '{"modo":"acceso","durata_s":1e9}',
      '{"modo":"acceso","durata_s":"2h"}',
      'null',
    ])
      expect((await post(AUTO, body, { cookie })).status, body).toBe(422)
    expect((await post(AUTO, '{', { cookie })).status).toBe(400)
    expect((await post(AUTO, '{"modo":"acceso"}', { cookie, 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post(AUTO, '{"modo":"acceso"}', { cookie })).status).toBe(200)
  })
})

describe('how loads are switched', () => {
  it('is set on the page and holds at once; nonsense is refused with what would be right, and what was typed stays', async () => {
    const { hub, node, at } = await street()
    const cookie = await hub.signIn('ada')
    const headers = { cookie, origin: hub.url }
    const post = (path: string, fields: Record<string, string>) =>
      fetch(hub.url + path, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(fields) })
    const sound = {
      ...{ assestamento: '2 min', distacco: '3 min', riserva: '100' },
      ...{ cabina: '', conguaglio: 'no', comando: '2 min' },
    }
    const refused = await post('/impostazioni/controllo', { ...sound, riserva: '2000', comando: '1 s' })
    expect(refused.status).toBe(422)
    const page = await refused.text()
    expect(page).toContain('1500 W')
    expect(page).toMatch(/name="riserva"[^>]*value="2000"|value="2000"[^>]*name="riserva"/)
    expect((await post('/impostazioni/controllo', sound)).headers.get('location')).toContain('salvato')
    expect(hub.hub.registry.current.settings).toMatchObject({
      leaseS: 120,
      control: { settleS: 120, shedS: 180, reserveW: 100, feederW: null, hourlyNetting: false },
    })
    // The next lease is as long as was set.
    await take(hub, AUTO, 'acceso', 600)
    await until(() => isOn(node, 'auto'), 'the relay did not close')
    await until(async () => (await at('auto'))?.comando?.fase === 'acknowledged', 'it was not acknowledged')
    expect(node.stateOf('auto').remaining).toBeGreaterThan(60 * S)
    expect(node.stateOf('auto').remaining).toBeLessThanOrEqual(120 * S)
    // A load's own: a surplus above the peak of the roof never comes.
    const nonsense = await post(`/carichi/${AUTO}/impostazioni`, { ...loadText(CAR), threshold: '9000' })
    expect([nonsense.status, await nonsense.text()]).toEqual([422, expect.stringContaining('al massimo 3000 W')])
  })
})

describe('a lease', () => {
  it('lapses when the tick throws while the broker lives', async () => {
    const { hub, node, pass } = await street()
    await take(hub, AUTO, 'acceso')
    await until(() => isOn(node, 'auto'), 'the relay did not close')
    const { settings } = hub.hub.registry.current
    Object.defineProperty(settings, 'control', {
      configurable: true,
      get: () => {
        throw new Error('our fault')
      },
    })
    await expect(hub.hub.tick()).rejects.toThrow('our fault')
    await pass(170, false)
    expect(isOn(node, 'auto')).toBe(true)
    await pass(15, false)
    await until(() => !isOn(node, 'auto'), 'the lease did not lapse')
  })

  it('of a node that starts anew is not taken up: the relay is at rest, and is commanded again for its new boot', async () => {
    const { hub, node, plug, pass } = await street()
    await take(hub, AUTO, 'acceso')
    await until(() => isOn(node, 'auto'), 'the relay did not close')
    await node.crash()
    await pass(20)
    const again = plug({ boot: 2 })
    expect(isOn(again, 'auto')).toBe(false)
    for (let i = 0; i < 12 && !isOn(again, 'auto'); i++) await pass(10)
    expect(isOn(again, 'auto')).toBe(true)
  })

  it('survives a restart of the hub in between, which says nothing before it has heard of the relay', async () => {
    const { hub, node, pass } = await street()
    await take(hub, AUTO, 'acceso')
    await until(() => isOn(node, 'auto'), 'the relay did not close')
    await hub.restart()
    await node.moveTo(hub.hub.mqttPort)
    await until(async () => (await stateOf(hub, 'auto'))?.stato?.acceso === true, 'the relay was not read back')
    await pass(200)
    expect(isOn(node, 'auto')).toBe(true)
    await take(hub, AUTO, 'auto')
    await until(() => !isOn(node, 'auto'), 'it was not given back')
  })

  it('goes on when the wall clock is set', async () => {
    const { hub, node, pass } = await street()
    await take(hub, AUTO, 'acceso')
    await until(() => isOn(node, 'auto'), 'the relay did not close')
    for (const step of [24 * 3600 * S, -3600 * S]) {
      hub.clock.step += step
      await pass(200)
      expect(isOn(node, 'auto')).toBe(true)
    }
  })

  it('is given to a node that only speaks HTTP, bound to the time of its asking; asking renews', async () => {
    const hub = await testHub({ houses: [house('casa_A', 3000)], at: NOON })
    hubs.push(hub)
    await furnish(hub)
    await saveDeclared(hub)
    const basic = { authorization: `Basic ${Buffer.from(`casa_A:${keyOf('casa_A')}`).toString('base64')}` }
    const post = (path: string, body: object) =>
      fetch(hub.url + path, {
        method: 'POST',
        headers: { ...basic, 'content-type': 'application/json' },
        body: JSON.stringify({ casa: 'casa_A', ...body }),
      })
    const ask = async () =>
      (await (await fetch(`${hub.url}/api/comandi/?casa=casa_A`, { headers: basic })).json()) as {
        comandi: { id: string; acceso: boolean; ttl_s: number; boot?: number; entro_s?: number }[]
        riprova_s: number
      }
    const live = (uptime_s: number) =>
      post('/api/bilancio/', { produzione_w: 0, consumo_w: 300, boot: 3, uptime_s, seq: uptime_s })
    expect((await live(100)).status).toBe(201)
    expect(await ask()).toMatchObject({ comandi: [], riprova_s: 30 })
    expect((await post('/api/carico/stato/', { carico: 'auto', acceso: false, origine: 'riposo' })).status).toBe(201)
    await take(hub, AUTO, 'acceso')
    hub.clock.at += 25 * S
    await live(125)
    await hub.hub.tick()
    const first = (await ask()).comandi[0]
    expect(first).toMatchObject({ carico: 'auto', acceso: true, ttl_s: 180, boot: 3, entro_s: 140 })
    expect((await post('/api/comandi/esito/', { id: first?.id, ok: true })).status).toBe(201)
    expect((await post('/api/comandi/esito/', { id: '<x>', ok: true })).status).toBe(422)
    const ids = new Set<string>()
    for (let t = 0; t < 300; t += 10) {
      hub.clock.at += 10 * S
      await live(135 + t)
      await hub.hub.tick()
      for (const command of t % 30 === 0 ? (await ask()).comandi : []) {
        ids.add(command.id)
        await post('/api/comandi/esito/', { id: command.id, ok: true })
        await post('/api/carico/stato/', { carico: 'auto', acceso: true, origine: 'comando', id: command.id })
      }
    }
    expect(ids.size).toBeGreaterThanOrEqual(3)
    // Its tick stands still: whoever asks is given nothing that would keep a relay away from rest.
    hub.clock.at += 90 * S
    expect((await ask()).comandi).toEqual([])
  })
})

async function saveDeclared(hub: TestHub) {
  const { saveDeclaration } = await import('../hub/store/loads.ts')
  const declaration = { output: 1, restOn: false, minOnS: 0, minOffS: 0, maxOnS: 43_200, startsPerHour: 30 }
  await saveDeclaration(hub.hub.store.control, { house: 'casa_A', load: 'auto' }, declaration, NOON)
  await hub.hub.registry.refresh()
}

describe('a relay that does not do what it should', () => {
  it('is found out when it draws although it is off, and is told of until it is well for five minutes', async () => {
    const { hub, node, pass } = await street()
    node.setFault('auto', 'welded')
    const codes = async () =>
      (
        (await (await hub.as('reader', '/api/avvisi/')).json()) as {
          avvisi: { codice: string; chiuso: string | null }[]
        }
      ).avvisi
        .filter((a) => a.chiuso === null)
        .map((a) => a.codice)
    await pass(420)
    expect(await codes()).toContain('rele_incollato')
    node.setFault('auto', null)
    await pass(480)
    expect(await codes()).not.toContain('rele_incollato')
  })
})

describe('the program', () => {
  /** A hub in a process of its own, and a node whose time the test may hurry on. */
  async function started(through: (port: number) => Promise<number> = async (port) => port) {
    const data = dataFolder()
    const { key } = await runJson<{ key: string }>('house', 'add', 'casa_A', '--peak', '3000', '--data', data)
    const control = await openControl(data)
    await saveLoad(control, CAR, Date.now())
    await setArmed(control, 'casa_A', Date.now())
    await control.destroy()
    const { token } = await runJson<{ token: string }>('token', 'create', '--role', 'admin', '--data', data)
    const args = [
      '--data',
      data,
      '--bind',
      '127.0.0.1',
      '--set',
      'log.level=silent',
      '--set',
      'tick.interval_s=5',
    ] as const
    const hub = await start('hub', ...args)
    const time = runningTime()
    const node = relayNode({
      port: await through(hub.ready.mqtt_port),
      key,
      now: time.now,
      startedAt: time.now() - 3600 * S,
    })
    nodes.push(node)
    node.start()
    const api = async (path: string, body?: object) =>
      fetch(`${hub.ready.url}${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
    const state = async () =>
      ((await (await api('/api/carichi/')).json()) as { carichi: LoadJson[] }).carichi.find((c) => c.carico === 'auto')
    await until(async () => (await state())?.stato?.acceso === false, 'the node was not heard of')
    expect((await api(`/api/carichi/${AUTO}/`, { modo: 'acceso', durata_s: 7200 })).status).toBe(200)
    await until(() => isOn(node, 'auto'), 'the relay did not close')
    return { hub, node, time, data, args, api }
  }

  /** Hurries the node's time on until the relay is at rest: how long that took there, s. */
  async function secondsToRest(node: LiveNode, time: NodeTime): Promise<number> {
    const from = time.now()
    time.speed(20)
    await until(() => !isOn(node, 'auto'), 'the relay was not at rest in time')
    return (time.now() - from) / S
  }

  it.each([
    ['is killed', 'SIGKILL'],
    ['is frozen', 'SIGSTOP'],
  ] as const)('%s: the relay is at rest a lease later', async (_, signal) => {
    const { hub, node, time } = await started()
    hub.child.kill(signal)
    const seconds = await secondsToRest(node, time)
    process.stderr.write(`at rest ${seconds.toFixed(0)} s after ${signal}\n`)
    expect(seconds).toBeLessThanOrEqual(185 + 10)
    if (signal === 'SIGSTOP') hub.child.kill('SIGCONT')
  })

  it('loses the line to the node: the relay is at rest a lease later, and what was under way does not switch it afterwards', async () => {
    const line = await proxy()
    const { node, time } = await started(line.to)
    line.cut()
    const seconds = await secondsToRest(node, time)
    process.stderr.write(`at rest ${seconds.toFixed(0)} s after the line was cut\n`)
    expect(seconds).toBeLessThanOrEqual(185 + 10)
  })
})

/** A line through a port of its own that can be cut as a broken cable: nothing passes, nobody is told. */
async function proxy() {
  const sockets: Socket[] = []
  let isCut = false
  let target = 0
  const server = createServer((from) => {
    if (isCut) return void from.pause()
    const to = connect(target, '127.0.0.1')
    sockets.push(from, to)
    for (const s of [from, to]) s.on('error', () => {})
    from.on('data', (bytes) => isCut || to.write(bytes))
    to.on('data', (bytes) => isCut || from.write(bytes))
    from.on('close', () => to.destroy())
    to.on('close', () => from.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    for (const s of sockets) s.destroy()
    server.close()
  })
  return {
    to: async (port: number) => {
      target = port
      return (server.address() as AddressInfo).port
    },
    cut: () => {
      isCut = true
    },
  }
}
