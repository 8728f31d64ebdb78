import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROUTES } from '../ui/routes.ts'
import { chromiumPath, needs } from './needs.ts'
import { isAccessible, launch, openPage, signIn } from './support/browser.ts'
import type { Running } from './support/hub-process.ts'
import { start, stopAll } from './support/hub-process.ts'

/** The demo as a newcomer meets it: in a browser, signed in, live. */

describe.runIf(needs(chromiumPath(), 'the browser journeys', 'chromium'))('the demo', () => {
  let demo: Running
  let browser: Browser
  const password = () => demo.ready.password ?? ''

  beforeAll(async () => {
    demo = await start('demo', '--speed', '10')
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await stopAll()
  })

  it('shows a house and the community, live, without a reload and without a complaint of the browser', async () => {
    const { page, complaints } = await openPage(browser)
    await signIn(page, demo.ready.url, 'residente', password())
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(/^casa_/)
    expect(await page.locator('html').getAttribute('lang')).toBe('it')
    await page.evaluate('window.notReloaded = true')
    const first = await page.locator('#ora').textContent()
    await expect.poll(() => page.locator('#ora').textContent(), { timeout: 20_000 }).not.toBe(first)
    expect(await page.evaluate('window.notReloaded')).toBe(true)

    await page.getByRole('link', { name: 'Comunità' }).first().click()
    await page.waitForURL(/comunita/)
    expect(await page.locator('#flussi svg[role=img], svg[role=img]').count()).toBeGreaterThan(1)
    const watts = await page.locator('#adesso').textContent()
    await expect.poll(() => page.locator('#adesso').textContent(), { timeout: 20_000 }).not.toBe(watts)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('is read without JavaScript, and speaks English to whoever asks', async () => {
    const { page } = await openPage(browser, { javaScriptEnabled: false, locale: 'en-GB' })
    await signIn(page, demo.ready.url, 'residente', password(), '/comunita')
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    expect(await page.textContent('main')).toContain('Shared energy')
    await page.getByRole('button', { name: 'Italiano' }).click()
    expect(await page.textContent('main')).toContain('Energia condivisa')
    await page
      .getByRole('link', { name: /giorno prima|precedente/i })
      .first()
      .click()
    expect(page.url()).toContain('giorno=2026-06-16')
    await page.context().close()
  })

  it('has something true on every page: thirty days, a failed string, a node that is gone', async () => {
    const { page } = await openPage(browser)
    await signIn(page, demo.ready.url, 'admin', password(), '/comunita?giorno=2026-05-20')
    expect(await page.textContent('#totali')).not.toContain('–')
    await page.goto(`${demo.ready.url}/comunita`)
    await expect.poll(async () => (await page.textContent('#avvisi')) ?? '', { timeout: 60_000 }).toMatch(/casa_/)
    await page.goto(`${demo.ready.url}/impianto`)
    expect(await page.textContent('main')).toContain('0.1.0-demo')
    await page.context().close()
  })

  it.each([
    ['a phone, dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' as const }],
    ['a desk, light', { viewport: { width: 1100, height: 900 }, colorScheme: 'light' as const }],
  ])(
    'is accessible on %s, and never wider than the screen',
    async (_name, options) => {
      const { page } = await openPage(browser, options)
      await page.goto(`${demo.ready.url}/accesso`)
      const check = async () => {
        await isAccessible(page)
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(options.viewport.width)
      }
      await check()
      await signIn(page, demo.ready.url, 'admin', password())
      for (const path of [...pagesOf('admin'), ...MORE_ADDRESSES]) {
        await page.goto(demo.ready.url + path)
        await check()
      }
      await page.context().close()
    },
    240_000,
  )

  it.each([
    ['residente', 'resident'],
    ['tecnico', 'technician'],
  ] as const)(
    'is accessible to the %s too',
    async (name, role) => {
      const { page } = await openPage(browser, { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' })
      await signIn(page, demo.ready.url, name, password())
      for (const path of pagesOf(role)) {
        await page.goto(demo.ready.url + path)
        await isAccessible(page)
      }
      await page.context().close()
    },
    240_000,
  )

  it('keeps a first visit under 50 KB', async () => {
    const sizes: number[] = []
    const get = async (path: string, cookie = '') => {
      const answer = await fetch(demo.ready.url + path, { headers: { cookie, 'accept-encoding': 'gzip' } })
      sizes.push(Number(answer.headers.get('content-length') ?? 0) || (await compressedSize(answer)))
      return answer
    }
    const { page } = await openPage(browser)
    await signIn(page, demo.ready.url, 'admin', password(), '/comunita')
    const [cookie] = await page.context().cookies()
    const html = await (
      await fetch(`${demo.ready.url}/comunita`, { headers: { cookie: `${cookie?.name}=${cookie?.value}` } })
    ).text()
    await page.context().close()
    await get('/comunita', `${cookie?.name}=${cookie?.value}`)
    for (const [, path = ''] of html.matchAll(/(?:src|href)="(\/a\/[^"]+)"/g)) await get(path)
    expect(sizes.length).toBeGreaterThan(3)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(50_000)
  })

  it('names the failed string with its cause and loss, and leaves east and west roofs in peace', async () => {
    const { page } = await openPage(browser)
    await signIn(page, demo.ready.url, 'tecnico', password(), '/comunita')
    await expect
      .poll(async () => (await page.textContent('#salute-impianti')) ?? '', { timeout: 60_000 })
      .toMatch(/1 con un problema.*stringa.*8 giugno 2026.*kWh.*Affidabilità alta/s)
    await expect.poll(async () => (await page.textContent('#avvisi')) ?? '', { timeout: 60_000 }).toContain('stringa')
    expect((await page.textContent('#avvisi'))?.match(/Resa bassa · /g)).toHaveLength(1)
    await page.locator('#salute-impianti a').first().click()
    expect(await page.locator('#prova-giorni svg[role=img]').count()).toBe(2)
    expect(await page.locator('#prova-giorni tbody tr').count()).toBeGreaterThan(9)
    await page.goto(`${demo.ready.url}/impianto`)
    expect(await page.textContent('#sensori')).toContain('Nessuna misura impossibile')
    // The moment's share of the mean calls no plant low: the rule that alerts does.
    expect(await page.locator('.node-item', { hasText: 'Resa bassa' }).count()).toBe(1)
    await page.context().close()
  })

  it('shows a resident the own plant, and no other', async () => {
    const { page } = await openPage(browser)
    await signIn(page, demo.ready.url, 'residente', password(), '/comunita')
    expect(await page.locator('#salute-impianti li').count()).toBe(1)
    const answer = await page.goto(`${demo.ready.url}/salute?casa=casa_K`)
    expect(answer?.status()).toBe(403)
    expect((await page.goto(`${demo.ready.url}/salute`))?.status()).toBe(200)
    await page.context().close()
  })

  it('leaves nothing behind', async () => {
    const pid = demo.ready.pid
    expect(await demo.stop()).toEqual({ code: 0, signal: null })
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`solar-family-demo-${pid}`))).toEqual([])
    expect(existsSync(`/proc/${pid}`)).toBe(false)
  })
})

/** What stands in for the variables of an address. */
const SOMETHING: Readonly<Record<string, string>> = {
  ':casa': 'casa_A',
  ':carico': 'boiler',
  ':periodo': '2026-06',
  ':mese': '2026-06',
}
/** Files, streams, programs' answers, and the wall display that only its token sees. */
const NO_PAGE = /^\/(api|metrics|healthz)|\/(csv|dati|scarica|eventi)$|\.svg$/
const MORE_ADDRESSES = [
  '/comunita?giorno=2026-06-10',
  '/storico/2026-06?casa=casa_A&vs=prima',
  '/storico/2026-06-16',
  '/storico/tutto',
  '/salute?casa=casa_K',
  '/previsione?casa=casa_A',
  '/nulla',
]

/** Every page of the table of routes that a role may open. */
function pagesOf(role: 'admin' | 'technician' | 'resident'): string[] {
  return ROUTES.filter(({ method, path, access }) => {
    const mayOpen = access === 'anybody' || access.includes(role)
    return method === 'GET' && mayOpen && !NO_PAGE.test(path)
  }).map(({ path }) => path.replace(/:\w+/g, (name) => SOMETHING[name] ?? name))
}

/** fetch unpacks: the size on the wire is found by packing again as the server does. */
async function compressedSize(answer: Response): Promise<number> {
  const { gzipSync } = await import('node:zlib')
  return gzipSync(Buffer.from(await answer.arrayBuffer())).length
}
