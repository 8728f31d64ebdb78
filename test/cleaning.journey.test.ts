import type { MqttClient } from 'mqtt'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runCommandLine } from '../hub/cli/run.ts'
import { clearDay, dayGrid, dayNumber, dayStart } from '../hub/domain/community-day.ts'
import { HOUR, MINUTE, SECOND } from '../hub/domain/time.ts'
import { clearHour } from '../hub/domain/weather.ts'
import { SLOT_COLUMNS } from '../hub/store/schema.ts'
import { saveWeather } from '../hub/store/weather.ts'
import type { TestHub } from './support/hub-in-process.ts'
import { house, testHub } from './support/hub-in-process.ts'

/** Dirt on a whole street: from the proposal to what the cleaning brought, with a person and nodes in between. */

const PLACE = { latitude: 45.07, longitude: 7.69 }
const GRID = dayGrid(PLACE)
const IDS = ['casa_A', 'casa_B', 'casa_C', 'casa_D', 'casa_E', 'casa_F']
const PEAK: Record<string, number> = { casa_F: 3_000 }
/** At dawn: the sun is low. */
const DAWN = Date.UTC(2026, 7, 20, 4, 30)
const TODAY = dayNumber(GRID, DAWN)
const DRY = 60
const PLANE = { tilt: 30, azimuth: 180 }
const roofs = IDS.map((id) => ({ id, peakPower: PEAK[id] ?? 5_000, plane: PLANE }))

let site: TestHub
beforeEach(async () => {
  site = await testHub({
    houses: roofs.map(({ id, peakPower }) => house(id, peakPower, PLANE)),
    at: DAWN,
    settings: { place: PLACE },
  })
})
afterEach(() => site.stop())

/** Cloudless days, rain on the first, and what the roofs made of their light. */
async function play(from: number, to: number, share: (house: string, day: number) => number) {
  const { readingsWriter } = site.hub.store
  const hours = Array.from({ length: (to - from) * 24 }, (_, i) => {
    const start = dayStart(GRID, from) + i * HOUR
    const { ghi, dni } = clearHour(start, PLACE)
    const precipitation = dayNumber(GRID, start) === TODAY - DRY ? 0.5 : 0
    return { start, ghi, dni, dhi: null, airTemperature: 20, windSpeed: 1, precipitation, snowDepth: 0 }
  })
  await saveWeather(readingsWriter, { place: '45.07,7.69', at: site.clock.at, satellite: true, hours })
  for (let day = from; day < to; day += 1) {
    const rows = [...clearDay(GRID, day, PLACE, roofs)].flatMap(([id, series]) =>
      [...series].map((wh, hour) => ({
        ...Object.fromEntries(SLOT_COLUMNS.map((column) => [column, 0])),
        ...{ house: id, start: dayStart(GRID, day) + hour * HOUR, final: 1 },
        ...{ produced_wh: Math.round(wh * share(id, day)), production_measured_s: 3600 },
      })),
    )
    await readingsWriter
      .insertInto('hour')
      .values(rows as never)
      .execute()
  }
}

/** Waits for a condition, however slow the machine is. */
const soon = <T>(value: () => T) => expect.poll(value, { timeout: 30_000 })

async function visit(cookie: string, path: string, fields?: Record<string, string>) {
  const answer = await fetch(site.url + path, {
    method: fields ? 'POST' : 'GET',
    headers: { cookie, origin: site.url, 'accept-language': 'en' },
    redirect: 'manual',
    ...(fields ? { body: new URLSearchParams(fields) } : {}),
  })
  return { status: answer.status, text: (await answer.text()).replaceAll('\u00a0', ' ') }
}

/** A node that says which boot it is in, and keeps what it is told. */
async function listen(id: string) {
  const node = await site.node(id)
  const commands: { [key: string]: unknown }[] = []
  const alerts: string[] = []
  node.on('message', (topic, payload) => {
    if (topic.endsWith('/alert')) alerts.push(payload.toString())
    else commands.push(JSON.parse(payload.toString()) as { [key: string]: unknown })
  })
  await node.subscribeAsync([`comunita/${id}/comando`, `comunita/${id}/alert`], { qos: 1 })
  await say(node, id, 'stato', { online: true, fw: '1.0.0', boot: 17, uptime_s: 3600 })
  return { node, commands, alerts }
}
const say = (node: MqttClient, id: string, topic: string, body: object) =>
  node.publishAsync(`comunita/${id}/${topic}`, JSON.stringify(body), { qos: 1 })

async function command(...argv: string[]) {
  let text = ''
  const out = { write: (more: string) => (text += more) }
  const table = { cleaning: () => import('../hub/cli/cleaning.ts') }
  const code = await runCommandLine([...argv, '--data', site.dataDir, '--json'], table, {
    ...{ out, err: out, input: process.stdin },
  })
  return { code, text }
}

it('is proposed, approved by a person, carried out once by the node, and measured against the house left dirty', async () => {
  await play(TODAY - DRY, TODAY, (_, day) => 0.95 * (1 - 0.004 * (day - TODAY + DRY)))
  const ada = await site.signIn('ada')
  const { node, commands, alerts } = await listen('casa_A')

  await site.hub.judgeCleaning()
  await site.hub.tick()
  await soon(() => alerts).toContain('pulisci_pannelli')
  const proposed = await visit(ada, '/pulizia')
  expect(proposed.text).toContain('The whole community loses about 2')
  expect(proposed.text).toContain('No rain in sight: in 30 days')
  expect(proposed.text).toContain('stays as it is, for comparison')
  expect(commands).toEqual([])

  expect((await visit(ada, '/pulizia/decisione', { proposta: '1', azione: 'approva' })).status).toBe(303)
  await site.hub.tick()
  await site.hub.tick()
  await soon(() => commands).toHaveLength(1)
  expect(commands[0]).toMatchObject({ azione: 'pulizia', ttl_s: 60, boot: 17, entro_s: 3615 })
  await soon(() => alerts.at(-1)).toBe('rientrato')

  await say(node, 'casa_A', 'comando/esito', { id: commands[0]?.['id'], ok: true })
  await say(node, 'casa_A', 'pulizia/stato', { attiva: true, residuo_s: 40, causa: 'comando' })
  await site.hub.tick()
  expect((await visit(ada, '/pulizia')).text).toContain('cleaning, 40 s left')
  site.clock.at += 61 * SECOND
  await say(node, 'casa_A', 'pulizia/stato', { attiva: false, residuo_s: 0, causa: 'riposo' })
  await site.hub.tick()
  const runs = await command('cleaning', 'list')
  expect(runs.text).toContain('"house":"casa_A","by":"ada"')
  expect(JSON.parse(runs.text)[0].runs[0]).toMatchObject({ state: 'done', attempts: 1 })
  expect(commands).toHaveLength(1)

  const clean = (id: string, day: number) => (id === 'casa_A' ? 0.95 : 0.95 * (1 - 0.004 * (day - TODAY + DRY)))
  await play(TODAY, TODAY + 5, clean)
  site.clock.at += 5 * 24 * HOUR
  await site.hub.judgeCleaning()
  const told = JSON.parse((await command('cleaning', 'list')).text)[0].runs[0].outcome
  expect(told.recovery).toBeGreaterThan(0.25)
  expect(told.recovery).toBeLessThan(0.36)
  expect((await visit(ada, '/pulizia')).text).toMatch(/<td>ada<\/td><td>(2|3)\d/)
})

it('is stopped at the node, turned down from the command line, and never begins while the sun is high', async () => {
  const ada = await site.signIn('ada')
  const { node, commands } = await listen('casa_B')
  expect((await visit(ada, '/pulizia/proposta', {})).status).toBe(303)
  // The hub's own judgement does not take back what a person has proposed.
  await site.hub.judgeCleaning()
  expect((await visit(ada, '/pulizia')).text).toContain('to be approved')
  site.clock.at = DAWN + 6 * HOUR
  await visit(ada, '/pulizia/decisione', { proposta: '1', azione: 'approva', casa: 'casa_B' })
  await say(node, 'casa_B', 'stato', { online: true, fw: '1.0.0', boot: 17, uptime_s: 25_200 })
  await site.hub.tick()
  expect((await visit(ada, '/pulizia')).text).toContain('approved, waiting: sun still high')
  expect(commands).toEqual([])

  site.clock.at = DAWN + 15 * HOUR
  await say(node, 'casa_B', 'stato', { online: true, fw: '1.0.0', boot: 17, uptime_s: 57_600 })
  await site.hub.tick()
  await soon(() => commands).toHaveLength(1)
  await visit(ada, '/pulizia/decisione', { proposta: '1', azione: 'ferma' })
  site.clock.at += MINUTE / 6
  await site.hub.tick()
  await soon(() => commands.at(-1)).toMatchObject({ azione: 'ferma_pulizia' })

  const refused = await command('cleaning', 'refuse', '1')
  expect(refused.code).toBe(0)
  expect(JSON.parse(refused.text).houses).toEqual(['casa_A', 'casa_C', 'casa_D', 'casa_E'])
  expect(await command('cleaning', 'approve', '1')).toMatchObject({
    code: 1,
    text: expect.stringContaining('Nothing of proposal 1 waits'),
  })
  expect((await command('cleaning', 'approve', '7')).text).toContain('There is no proposal 7')
  expect((await command('cleaning', 'approve', 'x')).code).toBe(2)
})
