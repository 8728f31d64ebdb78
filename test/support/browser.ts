import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { expect } from 'vitest'
import { chromiumPath } from '../needs.ts'

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** `more` are switches of its own, as `--lang=it-IT` for the browser's own fields. */
export function launch(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath() ?? '', args: [...ARGS, ...more] })
}

/** A page in a context of its own, with everything it complained about. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ locale: 'it-IT', viewport: { width: 1100, height: 900 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  return { page, complaints }
}

export async function signIn(page: Page, url: string, name: string, password: string, path = '/'): Promise<void> {
  await page.goto(url + path)
  await page.fill('[name=nome]', name)
  await page.fill('[name=password]', password)
  await page.click('main button[type=submit]')
  await page.waitForURL(url + path)
}

/** Holds the page that is open to what axe knows of WCAG. */
export async function isAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate('axe.run()')) as {
    violations: { id: string; nodes: { html: string }[] }[]
  }
  expect(violations.map((v) => [page.url(), v.id, v.nodes[0]?.html])).toEqual([])
}
