import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeLog } from '../hub/io/log.ts'
import type { RunningCentral } from '../hub/start-central.ts'
import { startCentral } from '../hub/start-central.ts'
import { putAggregates } from '../hub/store/outbox.ts'
import { house, type TestHub, testHub } from './support/hub-in-process.ts'
import { dataFolder, runJson } from './support/hub-process.ts'

const NOON = Date.UTC(2026, 5, 21, 10)
let central: RunningCentral
let hub: TestHub
let centralData: string

beforeAll(async () => {
  hub = await testHub({ houses: ['casa_A', 'casa_B', 'casa_C'].map((id) => house(id, 4000)), at: NOON })
  centralData = dataFolder()
  const config = { ...hub.config, dataDir: centralData, central: { ...hub.config.central, url: null } }
  central = await startCentral(config, {
    clock: { now: () => hub.clock.at, elapsed: () => hub.clock.at },
    log: makeLog('silent'),
  })
  await hub.stop()
  hub = await testHub({
    houses: ['casa_A', 'casa_B', 'casa_C'].map((id) => house(id, 4000)),
    at: NOON,
    central: `http://127.0.0.1:${central.httpPort}`,
  })
})
afterAll(async () => {
  await hub.stop()
  await central.stop()
})

test('an admin enrols, agrees, sees every byte, pauses; the central holds what was agreed and no more', async () => {
  const cookie = await hub.signIn('ada')
  const page = async (path = '/sincronia') => (await fetch(hub.url + path, { headers: { cookie } })).text()
  const post = (path: string, fields: Record<string, string>) =>
    fetch(hub.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, origin: hub.url },
      body: new URLSearchParams(fields),
    })
  const rows = () => central.central.db.selectFrom('aggregate').selectAll().execute()
  const tokens = async () =>
    (await central.central.db.selectFrom('hub_token').select('token_hash').execute()).map((row) => row.token_hash)

  await hub.hub.tellCentral()
  expect(await page()).toContain('niente è concordato')
  expect((await post('/sincronia/iscrizione', { codice: 'WRONG-ONE' })).status).toBe(422)
  const { code } = await runJson<{ code: string }>('central', 'hub', 'add', 'quartiere_1', '--data', centralData)
  expect((await post('/sincronia/iscrizione', { codice: code })).status).toBe(303)
  expect(statSync(join(hub.dataDir, 'central.token')).mode & 0o077).toBe(0)
  const day = {
    giorno: '2026-06-20',
    prodotta_wh: 1,
    consumata_wh: 1,
    prelevata_wh: 1,
    immessa_wh: 1,
    copertura: 1,
    picco_wp: 4000,
  }
  const own = { kind: 'casa_giorno', start: NOON / 1000 - 90_000, subject: 'casa_A', body: JSON.stringify(day) }
  await putAggregates(hub.hub.store.readingsWriter, [own], NOON)
  await hub.hub.tellCentral()
  expect(await rows(), 'enrolled, but nothing was agreed').toEqual([])

  expect((await post('/sincronia', { azione: 'accetta' })).status).toBe(303)
  await expect.poll(async () => (await rows()).map((row) => row.kind)).toEqual(['salute'])
  const shown = await page()
  expect(shown).toContain('quartiere_1')
  const [, id] = /\?lotto=(\d+)/.exec(shown) ?? []
  const opened = await page(`/sincronia?lotto=${id}`)
  expect(opened.replaceAll('&quot;', '"')).toContain('"tipo":"salute"')
  expect(opened).not.toContain('casa_A')

  await post('/sincronia', { azione: 'ferma' })
  const before = (await rows()).length
  hub.clock.at += 3_600_000
  await hub.hub.tellCentral()
  expect(await rows()).toHaveLength(before)
  expect(await page()).toContain('in pausa')
  await post('/sincronia', { azione: 'riprendi' })
  await expect.poll(async () => (await rows()).length).toBe(before + 1)
  const audit = await hub.hub.store.view.selectFrom('audit').select(['who', 'what']).execute()
  expect(audit.map(({ who, what }) => `${who} ${what}`)).toEqual(
    expect.arrayContaining(['ada sync.enroll', 'ada sync.accetta', 'ada sync.ferma', 'ada sync.riprendi']),
  )
  const here = ['--data', hub.dataDir, '--set', `central.url=http://127.0.0.1:${central.httpPort}`]
  const status = await runJson<Record<string, unknown>>('sync', 'status', ...here)
  expect(status).toMatchObject({ hub: 'quartiere_1', paused: false, waiting: 0, problem: null })

  // A new token, which the running hub uses from its next batch on; the old one is worthless then.
  const [old] = await tokens()
  await runJson('sync', 'rotate', ...here)
  hub.clock.at += 3_600_000
  await hub.hub.tellCentral()
  await expect.poll(async () => (await rows()).length).toBe(before + 2)
  expect(await tokens()).toEqual([expect.not.stringMatching(old ?? '')])
})
