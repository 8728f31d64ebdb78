import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { clearSkyPower } from '../hub/domain/pv-model.ts'
import { solarGrid } from '../hub/domain/solar-grid.ts'
import { HOUR, SECOND, SLOT } from '../hub/domain/time.ts'
import { SLOT_COLUMNS } from '../hub/store/schema.ts'
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

/** A day of casa_A at seven tenths of its cloudless output, on disk; gives the Wh made. */
async function makeDay(day: { from: number; to: number }, peakPower: number): Promise<number> {
  let sum = 0
  for (let start = day.from; start < day.to; start += SLOT) {
    const plane = { tilt: 25, azimuth: 180, peakPower }
    const producedWh = (0.7 * clearSkyPower(start + SLOT / 2, PLACE, plane) * SLOT) / HOUR
    sum += producedWh
    const cells = [start, 'casa_A', producedWh, 0, 0, 0, SLOT / SECOND, 0, 0, 0, 0, 0]
    await sql`insert into slot (start, house, ${sql.raw(SLOT_COLUMNS.join(', '))})
      values (${sql.join(cells)})`.execute(site.hub.store.readingsWriter)
  }
  return sum
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

  it('sets beside what came what was forecast the day before, and counts how often the band held', async () => {
    await start()
    const morning = { from: Date.UTC(2026, 5, 21, 22), to: Date.UTC(2026, 5, 22, 22) }
    const promised = site.hub.forecast.forecasting.current?.issued.get('casa_A')?.days[1]
    expect(promised?.day).toBe('2026-06-22')
    const madeWh = await makeDay(morning, 3000)
    site.clock.at = morning.to + 10 * HOUR
    await site.hub.forecast.look()

    const { page, complaints } = await openPage(browser, { locale: 'en-GB' })
    await signIn(page, site.url, 'res_casa_A', 'a good password', '/previsione')
    const yesterday = await page.locator('#previsione-ieri').innerText()
    const kWh = (wh: number) => (wh / 1000).toFixed(1)
    expect(yesterday).toContain(kWh(madeWh))
    expect(yesterday).toContain(kWh(promised?.p50 ?? 0))
    const isInside = madeWh >= (promised?.p10 ?? 0) && madeWh <= (promised?.p90 ?? 0)
    const proof = await page.locator('#previsione-prova').innerText()
    expect(proof).toContain(`Last days compared: 1. Inside the band: ${isInside ? 1 : 0}.`)
    expect(yesterday).not.toContain('Worked out afterwards')
    expect(complaints).toEqual([])
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
