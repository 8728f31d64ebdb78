import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { presetLoad } from '../hub/domain/load-presets.ts'
import { DEFAULT_NOTIFY } from '../hub/domain/settings.ts'
import { removeHouse } from '../hub/store/houses.ts'
import { hashKey } from '../hub/store/key-hash.ts'
import { saveLoad } from '../hub/store/loads.ts'
import { addToken, revokeToken } from '../hub/store/people.ts'
import { writeSettings } from '../hub/store/settings.ts'
import { house, type TestHub, testHub } from './support/hub-in-process.ts'

const NOON = Date.parse('2026-06-21T10:00:00Z')
const TOKEN = 'token-of-home-assistant'
const CONFIG = 'homeassistant/device/solarfamily_casa_A/config'
const SWITCH = 'comunita/.hub/carico/casa_A/boiler/comando'

let t: TestHub
let token = 0
let assistant: MqttClient
let node: MqttClient
const heard = new Map<string, string>()
const messages: string[] = []

beforeAll(async () => {
  t = await testHub({ houses: [house('casa_A', 5000), house('casa_B', 0)], at: NOON })
  const { control } = t.hub.store
  token = await addToken(control, { tokenHash: hashKey(TOKEN), role: 'integration', house: null, createdAt: NOON })
  await saveLoad(control, presetLoad({ house: 'casa_A', id: 'boiler', kind: 'waterHeater', ratedW: 1500 }), NOON)
  await t.hub.registry.refresh()
  node = await t.node('casa_A')
  const declaration = { uscita: 1, riposo: 'acceso', min_on_s: 0, min_off_s: 0, max_on_s: 14_400, avvii_ora: 6 }
  await node.publishAsync('comunita/casa_A/carico/boiler/config', JSON.stringify(declaration), { qos: 1, retain: true })
  await say(true)
  await node.publishAsync('comunita/casa_A/bilancio', '{"produzione_w":1500,"consumo_w":400}', { qos: 1 })
  assistant = await sign(TOKEN)
  assistant.on('message', (topic, payload) => {
    heard.set(topic, payload.toString())
    messages.push(topic)
  })
  await assistant.subscribeAsync(['homeassistant/#', 'comunita/#'], { qos: 1 })
})

afterAll(async () => {
  await assistant.endAsync(true)
  await t.stop()
})

const say = (on: boolean) =>
  node.publishAsync(
    'comunita/casa_A/carico/boiler/stato',
    JSON.stringify({ acceso: on, origine: 'riposo', id: '', residuo_s: 0, blocco_s: 0 }),
    {
      qos: 1,
    },
  )

function sign(password: string) {
  return connectAsync({
    host: '127.0.0.1',
    port: t.hub.mqttPort,
    username: 'integration',
    password,
    reconnectPeriod: 0,
  })
}

async function announce(homeAssistant: boolean) {
  await writeSettings(t.hub.store.control, { notify: { ...DEFAULT_NOTIFY, homeAssistant } }, NOON)
  await t.hub.registry.refresh()
  await t.hub.tellHomeAssistant()
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 50 })

describe('Home Assistant', () => {
  test('is told nothing until an admin switches it on', async () => {
    await t.hub.tellHomeAssistant()
    expect([...heard.keys()].filter((topic) => topic.startsWith('homeassistant/'))).toEqual([])
  })

  test('finds the houses, their values and their loads', async () => {
    await announce(true)
    await until(() => expect(heard.get('comunita/.hub/stato')).toBeDefined())
    const config = JSON.parse(heard.get(CONFIG) ?? '') as { cmps: object }
    expect(Object.keys(config.cmps)).toContain('carico_boiler')
    expect(heard.get('comunita/.hub/disponibile')).toBe('online')
    expect(JSON.parse(heard.get('comunita/.hub/stato/casa_A') ?? '')).toMatchObject({
      ...{ produzione_w: 1500, consumo_w: 400, bilancio_w: 1100, carichi: { boiler: 'ON' } },
    })
    const community = JSON.parse(heard.get('homeassistant/device/solarfamilyhub_comunita/config') ?? '') as {
      state_topic: string
      cmps: Record<string, { value_template: string }>
    }
    const shown = JSON.parse(heard.get(community.state_topic) ?? '') as Record<string, unknown>
    expect(shown).toMatchObject({ produzione_w: 1500, consumo_w: 400, condivisa_w: 0, case_sentite: 1, avvisi: 0 })
    for (const { value_template } of Object.values(community.cmps))
      expect(Object.keys(shown)).toContain(/value_json\.(\w+)/.exec(value_template)?.[1])
    // Whoever comes later finds it kept.
    const late = await sign(TOKEN)
    const kept: string[] = []
    late.on('message', (topic) => kept.push(topic))
    await late.subscribeAsync('homeassistant/#')
    await until(() => expect(kept).toContain(CONFIG))
    await late.endAsync(true)
  })

  test('is told everything anew when it says that it has started', async () => {
    messages.length = 0
    await assistant.publishAsync('homeassistant/status', 'online', { qos: 1 })
    await until(() => expect(messages.filter((topic) => topic === CONFIG)).toHaveLength(1))
  })

  test('switches as a person would: for two hours, and only what there is', async () => {
    const override = () =>
      t.hub.store.view.selectFrom('load_override').selectAll().where('load', '=', 'boiler').executeTakeFirst()
    await assistant.publishAsync(SWITCH, 'on please', { qos: 1 })
    await assistant.publishAsync(SWITCH.replace('boiler', 'sauna'), 'ON', { qos: 1 })
    expect(await override()).toBeUndefined()
    await assistant.publishAsync(SWITCH, 'OFF', { qos: 1 })
    expect(await override()).toMatchObject({ is_on: 0, who: 'integration', until_at: NOON + 7_200_000 })
    expect(t.hub.strangers.list().map((s) => s.why)).toEqual(
      expect.arrayContaining([
        'switch of an unknown load casa_A/sauna',
        'switch casa_A/boiler to "on please": ON or OFF',
      ]),
    )
  })

  test('may do nothing else', async () => {
    await expect(sign('another')).rejects.toMatchObject({ code: 5 })
    await expect(sign('token-admin')).rejects.toMatchObject({ code: 5 })
    const other = await sign(TOKEN)
    other.on('error', () => {})
    await expect(other.subscribeAsync('#')).rejects.toThrow()
    const closed = Promise.withResolvers<void>()
    other.on('close', () => closed.resolve())
    other.publish('comunita/casa_A/bilancio', '{"produzione_w":1,"consumo_w":1}', { qos: 1 })
    await closed.promise
    // A house hears nothing of it.
    await expect(node.subscribeAsync('comunita/.hub/#')).rejects.toThrow()
  })

  test('is told when a house goes, when all is switched off, and is shut out with its token', async () => {
    await removeHouse(t.hub.store.control, 'casa_B', NOON)
    await t.hub.registry.refresh()
    await t.hub.tellHomeAssistant()
    await until(() => expect(heard.get(CONFIG.replace('casa_A', 'casa_B'))).toBe(''))
    await t.hub.tellHomeAssistant()
    await announce(false)
    await until(() => expect(heard.get(CONFIG)).toBe(''))
    const closed = Promise.withResolvers<void>()
    assistant.on('close', () => closed.resolve())
    await revokeToken(t.hub.store.control, token, NOON)
    await t.hub.registry.refresh()
    await closed.promise
  })
})
