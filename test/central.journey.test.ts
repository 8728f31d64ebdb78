import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resolveConfig } from '../hub/config.ts'
import { makeLog } from '../hub/io/log.ts'
import { hashPassword } from '../hub/io/password.ts'
import { type RunningCentral, startCentral } from '../hub/start-central.ts'
import { addHub } from '../sync/central/hubs.ts'
import { Partitions } from '../sync/central/partitions.ts'
import { putPerson } from '../sync/central/people.ts'
import { watchSilence } from '../sync/central/silence.ts'
import { writeBatch } from '../sync/central/write-batch.ts'
import { batchSchema } from '../sync/protocol.ts'
import { chromiumPath, needs } from './needs.ts'
import { dataFolder } from './support/hub-process.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const executablePath = chromiumPath() ?? ''

describe.runIf(needs(chromiumPath(), 'the browser journeys', 'chromium'))('the pages of the central', () => {
  let central: RunningCentral
  const clock = { at: NOON }
  beforeAll(async () => {
    const resolved = resolveConfig({ data: dataFolder(), bind: '127.0.0.1', httpPort: '0' })
    if (!resolved.ok) throw new Error(resolved.error.join())
    central = await startCentral(resolved.value.config, {
      clock: { now: () => clock.at, elapsed: () => clock.at },
      log: makeLog('silent'),
    })
    const { db } = central.central
    await putPerson(db, { name: 'Anna', role: 'admin', passwordHash: await hashPassword('a good password') }, NOON)
    await putPerson(db, { name: 'leo', role: 'reader', passwordHash: await hashPassword('a good password') }, NOON)
    for (const [id, place] of [
      ['uno', 45],
      ['due', 44.6],
    ] as const) {
      await addHub(db, { id, name: null, codeHash: id, now: NOON })
      const righe = Array.from({ length: 48 }, (_, i) => ({
        ...{ tipo: 'comunita_15m', inizio: NOON / 1000 - 43_200 + i * 900, soggetto: '', versione: 1 },
        dati: {
          ...{ prodotta_wh: 3000, consumata_wh: 2000, prelevata_wh: 500, immessa_wh: 1500, copertura: 1 },
          ...{ condivisa_wh: 500, picco_wp: 20_000, case: 5, g_kwh: 250 },
        },
      }))
      const health = {
        ...{ tipo: 'salute', inizio: NOON / 1000 - 3600, soggetto: '', versione: 1 },
        dati: { case: 5, sentite: 4, avvisi_aperti: 1, firmware: { '1.0.0': 5 }, motivi: ['disco'] },
      }
      const batch = batchSchema.parse({
        ...{
          formato: 1,
          hub: id,
          lotto: `lotto-${id}-1`,
          inviato: NOON / 1000,
          programma: '0.1.0',
          comunita: `Via ${id}`,
        },
        ...{ fuso: 'Europe/Rome', luogo: { latitudine: place, longitudine: 7.7 }, righe: [...righe, health] },
      })
      await writeBatch(central.central, new Partitions(), batch, id === 'uno' ? NOON : NOON - 3 * 3_600_000)
    }
    await watchSilence(central.central, NOON)
  })
  afterAll(() => central.stop())
  const url = () => `http://127.0.0.1:${central.httpPort}`

  test('without signing in there is nothing to see; a reader sees no audit log', async () => {
    for (const path of ['/', '/hub/uno', '/confronto/2026-06', '/confronto/2026-06/csv', '/registro']) {
      const answer = await fetch(url() + path, { redirect: 'manual' })
      expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 303, '/accesso'])
    }
    const wrong = await fetch(`${url()}/accesso`, {
      method: 'POST',
      headers: { origin: url() },
      body: new URLSearchParams({ nome: 'anna', password: 'not it' }),
    })
    expect(wrong.status).toBe(422)
    const right = await fetch(`${url()}/accesso`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: url() },
      body: new URLSearchParams({ nome: 'leo', password: 'a good password' }),
    })
    const cookie = right.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect((await fetch(`${url()}/registro`, { headers: { cookie } })).status).toBe(403)
    const csv = await (await fetch(`${url()}/confronto/2026-06/csv`, { headers: { cookie } })).text()
    expect(csv).toContain('uno,"Via uno",144000,96000,24000,72000,24000,24000,14.400')
  })

  test('somebody looks after the hubs, without JavaScript, on a phone', async () => {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] })
    try {
      const context = await browser.newContext({
        javaScriptEnabled: false,
        locale: 'it-IT',
        viewport: { width: 360, height: 740 },
      })
      const page = await context.newPage()
      await page.goto(url())
      await page.fill('#nome', 'anna')
      await page.fill('#password', 'a good password')
      await page.click('main button.primary')
      await page.waitForSelector('#elenco')
      const text = await page.innerText('main')
      expect(text).toContain('Un hub tace')
      expect(text).toMatch(/Via due.*Ultima causa nota: disco/s)
      expect(await page.locator('#mappa svg circle').count()).toBe(1)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
      const shots = process.env['SHOTS']
      if (shots) await page.screenshot({ path: `${shots}/central-hubs.png`, fullPage: true })
      await page.click('nav a[href="/confronto"]')
      await page.waitForSelector('#mese')
      expect(await page.innerText('#mese')).toMatch(/Via uno.*144/s)
      if (shots) await page.screenshot({ path: `${shots}/central-compare.png`, fullPage: true })
      // On paper: the report alone.
      await page.emulateMedia({ media: 'print' })
      expect(await page.locator('nav').first().isVisible()).toBe(false)
      if (shots) await page.screenshot({ path: `${shots}/central-print.png`, fullPage: true })
      await page.emulateMedia({ media: 'screen' })
      await page.click('#mese a[href="/hub/due"]')
      await page.waitForSelector('#qualita')
      expect(await page.innerText('#qualita')).toContain('2026-06-01 – 2026-06-20: mancanti')
      expect(await page.innerText('#silenzi')).toMatch(/ – ….*Ultima causa nota: disco/s)
    } finally {
      await browser.close()
    }
  })
})
