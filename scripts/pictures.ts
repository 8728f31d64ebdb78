import { rmSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch, openPage, signIn } from '../test/support/browser.ts'
import { start, stopAll } from '../test/support/hub-process.ts'

// `npm run pictures`: the pictures of the README, taken anew from the demo. Needs Debian's chromium. Look at them before they are committed.

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
]

const demo = await start('demo')
const browser = await launch()
try {
  const { url, password = '' } = demo.ready
  // Until there are some live minutes to see, and a forecast.
  await new Promise((resolve) => setTimeout(resolve, 45_000))
  for (const { name, user, path, width, height, dark, language } of PICTURES) {
    const { page } = await openPage(browser, {
      ...{ viewport: { width, height }, locale: language, colorScheme: dark ? 'dark' : 'light' },
    })
    await signIn(page, url, user, password, '/')
    await page.goto(url + path)
    await page.waitForTimeout(1500)
    const file = `${FOLDER}${name}.png`
    rmSync(file, { force: true })
    await page.screenshot({ path: file })
    process.stdout.write(`docs/images/${name}.png: ${Math.round(statSync(file).size / 1024)} KiB\n`)
    await page.context().close()
  }
} finally {
  await browser.close()
  await stopAll()
}
