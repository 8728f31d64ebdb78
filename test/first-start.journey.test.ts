import { connectAsync } from 'mqtt'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, needs } from './needs.ts'
import { isAccessible, launch, openPage } from './support/browser.ts'
import { dataFolder, start, stopAll } from './support/hub-process.ts'

/** The first start as an administrator with a phone meets it: from the code on the console to a node that is heard. */

const PASSWORD = 'a good password'

afterEach(stopAll)

describe.runIf(needs(chromiumPath(), 'the browser journeys', 'chromium'))('the first start', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  it('leads from the code to a node that is heard, in the language that was chosen, and every step is accessible', async () => {
    const hub = await start('hub', '--data', dataFolder(), '--bind', '127.0.0.1')
    const { page, complaints } = await openPage(browser, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
    const check = async () => {
      await isAccessible(page)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    }
    await page.goto(hub.ready.url)
    expect(page.url()).toContain('/avvio')
    await page.getByRole('button', { name: 'English' }).click()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    await check()

    await page.fill('[name=codice]', 'XXXX-XXXX')
    await page.fill('[name=nome]', 'ada')
    await page.fill('[name=password]', PASSWORD)
    await page.fill('[name=password2]', PASSWORD)
    await page.click('main button[type=submit]')
    // The same address answers: what is filled in before it has come would be lost.
    await page.locator('main .error').first().waitFor()
    await check()
    expect(await page.inputValue('[name=nome]')).toBe('ada')
    await page.fill('[name=codice]', /enter this code: (\S+)/.exec(hub.errors())?.[1] ?? '')
    await page.fill('[name=password]', PASSWORD)
    await page.fill('[name=password2]', PASSWORD)
    await page.click('main button[type=submit]')

    await page.waitForURL(/avvio\/comunita/)
    await check()
    await page.fill('[name=nome]', 'Via Nuova')
    await page.fill('[name=latitudine]', '45.07')
    await page.fill('[name=longitudine]', '7.69')
    await page.click('main button[type=submit]')

    await page.waitForURL(/avvio\/case/)
    await check()
    await page.fill('main [name=id]', 'casa_N')
    await page.fill('main [name=picco]', '4000')
    await page.click('main form button[type=submit]')
    const key = (await page.locator('.secret code').innerText()).trim()
    await check()
    await page.locator('a[href="/avvio/case"]').first().click()
    await page.locator('a[href="/avvio/nodi"]').last().click()

    expect(await page.locator('#nodi-trovati').innerText()).toContain('casa_N not heard yet')
    await check()
    const node = await connectAsync({ port: hub.ready.mqtt_port, username: 'casa_N', password: key })
    await node.publishAsync('comunita/casa_N/bilancio', '{"produzione_w":1100,"consumo_w":50}', { qos: 1 })
    await expect.poll(() => page.locator('#nodi-trovati').innerText(), { timeout: 20_000 }).toContain('1.1\u00a0kW')
    await node.endAsync()
    await page.click('main button[type=submit]')
    await page.waitForURL(`${hub.ready.url}/`)
    expect(await page.textContent('header')).toContain('Via Nuova')
    await check()
    expect(complaints.filter((text) => !text.includes('422'))).toEqual([])
    await page.context().close()
  })
})
