import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { solarGrid } from '../hub/domain/solar-grid.ts'
import { HOUR } from '../hub/domain/time.ts'
import { chromiumPath, needs } from './needs.ts'
import { launch, openPage, signIn } from './support/browser.ts'
import type { TestHub } from './support/hub-in-process.ts'
import { house, testHub } from './support/hub-in-process.ts'
import { stopAll } from './support/hub-process.ts'

/** From an admin's consent to the forecast of a house: a real hub, a weather service on the loopback, a browser. */

const NOW = Date.UTC(2026, 5, 21, 8)
const PLACE = { latitude: 45.06783, longitude: 7.69214 }
const asked: URL[] = []
const service = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://localhost')
  asked.push(url)
  const first = NOW - 48 * HOUR
  const time = Array.from({ length: 9 * 24 }, (_, i) => (first + i * HOUR) / 1000)
  const { offsetMs } = solarGrid(PLACE.longitude)
  const sun = time.map((t) => {
    const hour = (((t * 1000 + offsetMs) / HOUR) % 24) - 0.5
    return Math.max(0, 800 * Math.sin(((hour - 5) * Math.PI) / 14))
  })
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      utc_offset_seconds: 0,
      hourly_units: { time: 'unixtime', shortwave_radiation: 'W/m²' },
      hourly: { time, shortwave_radiation: sun },
    }),
  )
})
let address = ''
let site: TestHub

beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
})
afterAll(async () => {
  service.closeAllConnections()
  await new Promise((resolve) => service.close(resolve))
})
afterEach(async () => {
  await site.stop()
  await stopAll()
})

async function start(): Promise<void> {
  asked.length = 0
  site = await testHub({
    houses: [
      house('casa_A', 3000, { tilt: 25, azimuth: 180 }),
      house('casa_B', 5000),
      house('casa_C', 0),
      { ...house('casa_D', 4000), battery: true },
    ],
    at: NOW,
    settings: { place: PLACE },
    residents: ['casa_A'],
  })
  await site.hub.forecast.look()
}

describe('GET /api/previsione/', () => {
  it('forecasts from the first minute, from metadata alone, in the shape of the contract', async () => {
    await start()
    const answer = await site.as('reader', '/api/previsione/?casa=casa_A')
    expect(answer.status).toBe(200)
    const body = (await answer.json()) as {
      giorni: { giorno: string; casa: string; p10_wh: number; p50_wh: number; p90_wh: number; residuo_wh: number }[]
      intervalli: { inizio: string; durata_s: number; casa: string; p10_w: number; p50_w: number; p90_w: number }[]
    }
    expect(body).toMatchObject({
      emessa: '2026-06-21T08:00:00Z',
      fonte: 'anno_tipo',
      eta_meteo_s: null,
      fuso: 'Europe/Rome',
    })
    expect(body.giorni.map((d) => [d.giorno, d.casa])).toEqual([
      ['2026-06-21', 'casa_A'],
      ['2026-06-22', 'casa_A'],
      ['2026-06-23', 'casa_A'],
    ])
    expect(body.intervalli).toHaveLength(3 * 96)
    expect(body.intervalli[0]).toMatchObject({
      inizio: '2026-06-20T22:00:00Z',
      durata_s: 900,
      casa: 'casa_A',
      p50_w: 0,
    })
    const [today, tomorrow] = body.giorni
    expect(tomorrow?.p50_wh).toBeGreaterThan(8000)
    expect(tomorrow?.p50_wh).toBeLessThan(22_000)
    expect(tomorrow?.residuo_wh).toBe(tomorrow?.p50_wh)
    expect(today?.residuo_wh).toBeLessThan(today?.p50_wh ?? 0)
    const community = (await (await site.as('reader', '/api/previsione')).json()) as typeof body
    expect(community.giorni[1]?.casa).toBeNull()
    expect(community.giorni[1]?.p50_wh).toBeGreaterThan(tomorrow?.p50_wh ?? 0)
  })

  it('tells apart who may not, who is not there, and what cannot be', async () => {
    await start()
    expect((await site.as('reader', '/api/previsione/?casa=nobody')).status).toBe(404)
    expect((await site.as('reader', '/api/previsione/?casa=casa_C')).status).toBe(409)
    expect((await site.as('reader', '/api/previsione/?casa=casa_D')).status).toBe(409)
    const cookie = await site.signIn('res_casa_A')
    const get = (path: string) => fetch(site.url + path, { headers: { cookie } })
    expect((await get('/api/previsione/?casa=casa_B')).status).toBe(403)
    expect((await get('/api/previsione/?casa=casa_A')).status).toBe(200)
    expect((await fetch(`${site.url}/api/previsione/`)).status).toBe(401)
  })
})

describe.runIf(needs(chromiumPath(), 'the browser journeys', 'chromium'))('the forecast page', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  it('has weather after an admin agrees, and not before; the consent is dated, the key is never shown', async () => {
    await start()
    const { page, complaints } = await openPage(browser)
    expect(asked).toHaveLength(0)
    await signIn(page, site.url, 'ada', 'a good password', '/impostazioni')
    await page.fill('[name=previsione_url]', `${address}/forecast`)
    await page.fill('[name=satellite_url]', `${address}/past`)
    await page.fill('[name=chiave]', 'secret-key')
    await page.check('[name=acconsento]')
    await page.click('#meteo button[type=submit]')
    await page.waitForURL(/salvato/)
    await site.hub.forecast.look()
    expect(asked[0]?.searchParams.get('latitude')).toBe('45.07')
    expect(asked[0]?.searchParams.get('apikey')).toBe('secret-key')
    await page.reload()
    const text = await page.content()
    expect(text).not.toContain('secret-key')
    expect(await page.textContent('#meteo')).toContain('Acceso da ada')
    const entries = JSON.stringify(await site.hub.store.view.selectFrom('audit').selectAll().execute())
    expect(entries).toContain('weather settings changed')
    expect(entries).not.toContain('secret-key')

    await site.hub.forecast.look()
    await page.goto(`${site.url}/previsione?casa=casa_A`)
    expect(await page.textContent('main')).toContain('Dal meteo di ora')
    expect(await page.locator('#previsione-grafico svg.wide path.band').count()).toBe(1)
    expect(await page.locator('#previsione-curva-data tbody tr').count()).toBeGreaterThan(20)
    expect(complaints).toEqual([])

    await page.goto(`${site.url}/impostazioni`)
    await page.uncheck('[name=acconsento]')
    await page.click('#meteo button[type=submit]')
    await page.waitForURL(/salvato/)
    expect(await page.textContent('#meteo')).toContain('Il meteo è spento')
  })

  it('fits a phone, in English, for the resident of a house', async () => {
    await start()
    const { page, complaints } = await openPage(browser, { locale: 'en-GB', viewport: { width: 360, height: 740 } })
    await signIn(page, site.url, 'res_casa_A', 'a good password', '/previsione')
    expect(await page.textContent('h1')).toContain('casa_A')
    expect(await page.textContent('main')).toContain('Best hours for appliances')
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
    await page.goto(`${site.url}/`)
    expect(await page.locator('#andamento svg path.band').count()).toBeGreaterThan(0)
    expect(complaints).toEqual([])
  })
})
