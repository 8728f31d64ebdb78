import { afterEach, beforeEach, expect, it } from 'vitest'
import type { TestHub } from './support/hub-in-process.ts'
import { house, testHub } from './support/hub-in-process.ts'

/** Meters that were bought, in place of a node: they speak their own language to the hub's own broker. */

const NOON = Date.UTC(2026, 5, 21, 10)
let site: TestHub

beforeEach(async () => {
  site = await testHub({ houses: [house('casa_A', 3000), house('casa_B', 4000)], at: NOON, residents: ['casa_A'] })
})
afterEach(() => site.stop())

const plants = async () => {
  const answer = await site.as('reader', '/api/dashboard/')
  return (await answer.json()) as { impianti: { nome: string; potenza_w: number | null }[] }
}

it('a Shelly with two clamps and a Tasmota of each kind are a house like any other', async () => {
  const PREFIX = 'comunita/casa_A/misura/produzione-rete'
  const shelly = await site.node('casa_A', {
    clientId: 'shellyproem50-08f9e0e67204',
    will: { topic: `${PREFIX}/online`, payload: Buffer.from('false'), qos: 1, retain: true },
  })
  await shelly.subscribeAsync([`${PREFIX}/rpc`, `${PREFIX}/command`])
  const send = (rest: string, body: unknown) =>
    shelly.publishAsync(`${PREFIX}/${rest}`, JSON.stringify(body), { qos: 1 })
  await shelly.publishAsync(`${PREFIX}/online`, 'true', { qos: 1, retain: true })
  for (let i = 0; i < 4; i += 1) {
    await send('status/em1:0', { id: 0, act_power: 2400, voltage: 230 })
    await send('status/em1:1', { id: 1, act_power: -900, voltage: 230 })
    await send('status/em1data:0', { id: 0, total_act_energy: 100 })
    await send('events/rpc', { method: 'NotifyStatus' })
    site.clock.at += 10_000
  }
  const tasmota = (role: string) => async (powerW: number, totalKwh: number) => {
    const node = nodes.get(role) ?? (await site.node('casa_B', { clientId: `tasmota_${role}` }))
    nodes.set(role, node)
    const body = JSON.stringify({ Time: '2026-06-21T10:00:00', ENERGY: { Power: powerW, Total: totalKwh } })
    await node.publishAsync(`comunita/casa_B/misura/${role}/tele/SENSOR`, body)
    await node.publishAsync(`comunita/casa_B/misura/${role}/tele/STATE`, '{}', { qos: 1 })
  }
  const nodes = new Map<string, Awaited<ReturnType<TestHub['node']>>>()
  for (let i = 0; i < 4; i += 1) {
    await tasmota('produzione')(3000, 10 + i / 120)
    await tasmota('consumo')(500, 20 + i / 720)
    site.clock.at += 10_000
  }
  await site.hub.tick()
  const { impianti } = await plants()
  expect(impianti.map((p) => [p.nome, p.potenza_w])).toEqual([
    ['casa_A', 2400],
    ['casa_B', 3000],
  ])
  const page = await fetch(site.url, { headers: { cookie: await site.signIn('res_casa_A') } })
  expect(await page.text()).toContain('1,5\u00a0kW')
  const rows = await site.hub.store.readings
    .selectFrom('reading')
    .select(['house', 'series', 'production_w', 'consumption_w', 'produced_wh'])
    .execute()
  expect(rows.some((r) => r.house === 'casa_A' && r.consumption_w === 1500)).toBe(true)
  expect(rows.some((r) => r.house === 'casa_B' && r.consumption_w === 500 && (r.produced_wh ?? 0) > 10_000)).toBe(true)
})

it('what a meter says wrongly is told to the technician, once a minute; another house’s topic is nobody’s', async () => {
  const meter = await site.node('casa_A')
  for (let i = 0; i < 5; i += 1)
    await meter.publishAsync('comunita/casa_A/misura/rete/status/em1:0', '{"act_power":"x"}', { qos: 1 })
  const told = async () =>
    (await fetch(`${site.url}/impianto`, { headers: { cookie: await site.signIn('tino') } })).text()
  expect(await told()).toMatch(/1 lettura rifiutata.*campo act_power: ricevuto x/s)
  for (let i = 0; i < 3; i += 1) {
    site.clock.at += 61_000
    await meter.publishAsync('comunita/casa_A/misura/rete/status/em1:0', '{"act_power":700}', { qos: 1 })
  }
  expect(await told()).toContain('a meter of the production too')
  const closed = new Promise<void>((resolve) => meter.once('close', () => resolve()))
  meter.publish('comunita/casa_B/misura/produzione/status/em1:0', '{"act_power":1}', { qos: 1 })
  await closed
  expect((await plants()).impianti.every((p) => p.potenza_w === null)).toBe(true)
})
