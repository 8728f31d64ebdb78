import { afterEach, describe, expect, it, vi } from 'vitest'
import { saveLoad } from '../hub/store/loads.ts'
import { chromiumPath, mosquittoPath, needs } from './needs.ts'
import { launch, openPage, signIn } from './support/browser.ts'
import { house, keyOf } from './support/hub-in-process.ts'
import { dataFolder } from './support/hub-process.ts'
import { loadStreet, override } from './support/load-street.ts'
import { HUB_PASSWORD, HUB_USER, startMosquitto } from './support/mosquitto.ts'
import { CAR, until } from './support/relay-node.ts'

// What loads do when a part between the hub and the relay is lost, and what neighbours and people make them do.

const AUTO = 'casa_A/auto'
const LEASE_S = 180

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

it('a tick that stands still in the middle of a command lets the lease lapse, while the broker lives', async () => {
  const { hub, node, pass } = await loadStreet(ends)
  expect(await override(hub, AUTO, 'acceso')).toBe(200)
  await until(() => node.stateOf('auto').on, 'the relay did not close')
  const held = Promise.withResolvers<void>()
  const publish = vi.spyOn(hub.hub.broker, 'publish').mockImplementation(() => held.promise)
  hub.clock.at += 70_000
  const stuck = hub.hub.tick()
  await until(() => publish.mock.calls.some(([topic]) => topic.endsWith('/comando')), 'no renewal was under way')
  await pass(LEASE_S - 90, false)
  expect(node.stateOf('auto').on).toBe(true)
  // More ticks are due, and wait for the one that stands still.
  void hub.hub.tick()
  await pass(30, false)
  await until(() => !node.stateOf('auto').on, 'the lease did not lapse')
  publish.mockRestore()
  held.resolve()
  await stuck
})

it('a node that is gone is not commanded; its load is unknown until it is back, and what people chose holds again', async () => {
  const { hub, node, plug, at, pass } = await loadStreet(ends)
  await node.crash()
  await pass(160)
  expect(await at('auto')).toMatchObject({ stato: null })
  const publish = vi.spyOn(hub.hub.broker, 'publish')
  expect(await override(hub, AUTO, 'acceso')).toBe(200)
  await pass(30)
  expect(publish.mock.calls.filter(([topic]) => topic.endsWith('/comando'))).toEqual([])
  publish.mockRestore()
  const again = plug({ boot: 2 })
  for (let i = 0; i < 12 && !again.stateOf('auto').on; i++) await pass(10)
  expect(again.stateOf('auto').on).toBe(true)
})

describe.runIf(needs(mosquittoPath(), 'the journey of a lost broker', 'mosquitto'))('another broker', () => {
  it('that is lost on its own: the relay is at rest a lease later, and is commanded again when the broker is back', async () => {
    const broker = await startMosquitto(dataFolder(), { casa_A: keyOf('casa_A') })
    ends.push(() => broker.stop())
    const external = externalOf(broker.port)
    const { hub, node, pass } = await loadStreet(ends, { hub: { external }, node: { port: broker.port } })
    expect(await override(hub, AUTO, 'acceso')).toBe(200)
    await until(() => node.stateOf('auto').on, 'the relay did not close')
    await broker.stop('SIGKILL')
    await pass(LEASE_S - 20)
    expect(node.stateOf('auto').on).toBe(true)
    await pass(30)
    expect(node.stateOf('auto').on).toBe(false)
    const health = await hub.as('technician', '/healthz')
    expect(JSON.stringify(await health.json())).toContain('broker')
    await broker.start()
    await until(async () => (await hub.as('reader', '/healthz')).status === 200, 'the broker was not found again')
    for (let i = 0; i < 20 && !node.stateOf('auto').on; i++) await pass(10)
    expect(node.stateOf('auto').on).toBe(true)
  })
})

it('the neighbours’ surplus runs a load whose house agreed, and none whose house did not', async () => {
  const { hub, node, at, pass } = await loadStreet(ends, {
    hub: { houses: [house('casa_A', 3000), house('casa_B', 6000)] },
  })
  const neighbour = await hub.node('casa_B')
  const sun = async (produzione_w: number, seconds: number) => {
    for (let s = 0; s < seconds; s += 10) {
      const told = JSON.stringify({ produzione_w, consumo_w: 200 })
      await neighbour.publishAsync('comunita/casa_B/bilancio', told, { qos: 1 })
      await pass(10)
    }
  }
  const agree = async (neighbourWh: number | null) => {
    await saveLoad(hub.hub.store.control, { ...CAR, sustainS: 60, neighbourWh }, hub.clock.at)
    await hub.hub.registry.refresh()
  }
  await agree(null)
  await sun(5000, 150)
  expect(node.stateOf('auto').on).toBe(false)
  await agree(5000)
  await sun(5000, 150)
  expect(await at('auto')).toMatchObject({ stato: { acceso: true }, decisione: { regola: 'neighbour' } })
  await sun(300, 300)
  expect(node.stateOf('auto').on).toBe(false)
})

describe.runIf(needs(chromiumPath(), 'the journey of the load card', 'chromium'))('the load card', () => {
  it('takes over at a click: requested, carried out, and confirmed by the measurement', async () => {
    const { hub, node, pass } = await loadStreet(ends, { node: { periodMs: 1000 } })
    const browser = await launch()
    ends.push(() => browser.close())
    const { page, complaints } = await openPage(browser, { viewport: { width: 360, height: 800 } })
    await signIn(page, hub.url, 'res_casa_A', 'a good password', '/carichi')
    const card = page.locator('#carico-casa_A-auto')
    await card.getByRole('button', { name: 'Acceso 2' }).click()
    await until(() => node.stateOf('auto').on, 'the relay did not close')
    await expect.poll(() => card.textContent(), { timeout: 30_000 }).toMatch(/Richiesto al nodo|Eseguito dal nodo/)
    expect(await card.textContent()).toContain('scelto da res_casa_A')
    await pass(40)
    await expect.poll(() => card.textContent(), { timeout: 30_000 }).toContain('Confermato dalla misura')
    await card.getByRole('button', { name: 'Auto' }).click()
    await expect.poll(() => card.textContent(), { timeout: 30_000 }).not.toContain('scelto da')
    expect(complaints).toEqual([])
  })
})

function externalOf(port: number) {
  return {
    url: `mqtt://127.0.0.1:${port}`,
    ...{ username: HUB_USER, password: HUB_PASSWORD, ca: null, clientId: HUB_USER, passwordFile: null },
  }
}
