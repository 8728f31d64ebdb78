import { rmSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { connectAsync } from 'mqtt'
import type { Page } from 'playwright-core'
import { launch, openPage, signIn } from '../test/support/browser.ts'
import { dataFolder, start, stopAll } from '../test/support/hub-process.ts'

// `npm run pictures`: the pictures of the README and the documentation, taken anew from a first start and from the demo. Needs Debian's chromium. Look at them before they are committed.

const FOLDER = fileURLToPath(new URL('../docs/images/', import.meta.url))

interface Picture {
  readonly name: string
  readonly user: 'residente' | 'tecnico' | 'admin'
  readonly path: string
  readonly width: number
  readonly height: number
  readonly dark?: boolean
  readonly language: 'it-IT' | 'en-GB'
}

const PICTURES: readonly Picture[] = [
  { name: 'comunita', user: 'residente', path: '/comunita', width: 1100, height: 1000, language: 'en-GB' },
  { name: 'casa', user: 'residente', path: '/', width: 390, height: 844, language: 'it-IT' },
  { name: 'casa-dark', user: 'residente', path: '/', width: 390, height: 844, dark: true, language: 'en-GB' },
  { name: 'carichi', user: 'residente', path: '/carichi', width: 390, height: 844, language: 'en-GB' },
  {
    name: 'previsione',
    user: 'residente',
    path: '/previsione',
    width: 1100,
    height: 900,
    dark: true,
    language: 'en-GB',
  },
  { name: 'impianto', user: 'tecnico', path: '/impianto', width: 1100, height: 900, language: 'it-IT' },
  { name: 'storico', user: 'admin', path: '/storico', width: 1100, height: 1000, language: 'it-IT' },
  { name: 'tariffe', user: 'admin', path: '/tariffe', width: 1100, height: 900, dark: true, language: 'it-IT' },
  { name: 'kiosk', user: 'admin', path: '/kiosk', width: 800, height: 480, dark: true, language: 'en-GB' },
]

/** A browser writes dates in fields of its own in the language it was started in. */
const browsers = { 'it-IT': await launch(['--lang=it-IT']), 'en-GB': await launch(['--lang=en-GB']) } as const

async function take(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(1500)
  const file = `${FOLDER}${name}.png`
  rmSync(file, { force: true })
  await page.screenshot({ path: file })
  process.stdout.write(`docs/images/${name}.png: ${Math.round(statSync(file).size / 1024)} KiB\n`)
}

async function firstStart(): Promise<void> {
  const hub = await start('hub', '--data', dataFolder(), '--bind', '127.0.0.1')
  const { page } = await openPage(browsers['en-GB'], { viewport: { width: 700, height: 760 }, locale: 'en-GB' })
  await page.goto(hub.ready.url)
  await page.fill('[name=codice]', /enter this code: (\S+)/.exec(hub.errors())?.[1] ?? '')
  await page.fill('[name=nome]', 'ada')
  await page.fill('[name=password]', 'a good password')
  await page.fill('[name=password2]', 'a good password')
  await take(page, 'first-start')
  await page.click('main button[type=submit]')
  await page.waitForURL(/avvio\/comunita/)
  await page.fill('[name=nome]', 'Via dei Tigli')
  await page.fill('[name=latitudine]', '45.07')
  await page.fill('[name=longitudine]', '7.69')
  await page.click('main button[type=submit]')
  await page.waitForURL(/avvio\/case/)
  await page.fill('main [name=id]', 'casa_A')
  await page.fill('main [name=picco]', '4000')
  await page.click('main form button[type=submit]')
  const password = (await page.locator('.secret code').innerText()).trim()
  await page.goto(`${hub.ready.url}/avvio/nodi`)
  const node = await connectAsync({ port: hub.ready.mqtt_port, username: 'casa_A', password })
  await node.publishAsync('comunita/casa_A/bilancio', '{"produzione_w":1100,"consumo_w":450}', { qos: 1 })
  await page.locator('#nodi-trovati .badge').first().waitFor()
  await take(page, 'first-nodes')
  await node.endAsync()
}

try {
  await firstStart()
  const demo = await start('demo')
  const { url, password = '' } = demo.ready
  // Until there are some live minutes to see, and a forecast.
  await new Promise((resolve) => setTimeout(resolve, 45_000))
  for (const { name, user, path, width, height, dark, language } of PICTURES) {
    const { page } = await openPage(browsers[language], {
      ...{ viewport: { width, height }, locale: language, colorScheme: dark ? 'dark' : 'light' },
    })
    await signIn(page, url, user, password, '/')
    await page.goto(url + path)
    await take(page, name)
    await page.context().close()
  }
} finally {
  for (const browser of Object.values(browsers)) await browser.close()
  await stopAll()
}
