import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Running } from './support/hub-process.ts'
import { start, stopAll } from './support/hub-process.ts'

/** Every link of every page a person can come to leads somewhere that person may go. */

let demo: Running
beforeAll(async () => {
  demo = await start('demo')
})
afterAll(() => stopAll())

async function cookieOf(name: string): Promise<string> {
  const answer = await fetch(`${demo.ready.url}/accesso`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: demo.ready.url },
    body: new URLSearchParams({ nome: name, password: demo.ready.password ?? '', torna: '/' }),
  })
  expect(answer.status).toBe(303)
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

/** Days, weeks and ids lead on for ever: one of each kind of address is enough. */
function kindOf({ pathname, searchParams }: URL): string {
  const kind = (value: string) => value.replace(/\d+/g, '0').replace(/casa_[A-Z]/g, 'casa')
  return kind(`${pathname}?${[...searchParams].map((pair) => pair.join('=')).toSorted()}`)
}

it.each(['residente', 'tecnico', 'admin'])('for %s', { timeout: 120_000 }, async (name) => {
  const { url } = demo.ready
  const cookie = await cookieOf(name)
  const seen = new Set<string>()
  const broken: string[] = []
  const waiting = [{ href: '/', from: '' }]
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const target = new URL(next.href, url)
    if (target.origin !== url || seen.has(kindOf(target))) continue
    seen.add(kindOf(target))
    const answer = await fetch(target, { headers: { cookie } })
    const isPage = answer.headers.get('content-type')?.startsWith('text/html') === true
    const body = isPage ? await answer.text() : ''
    if (!isPage) await answer.body?.cancel()
    if (!answer.ok) broken.push(`${answer.status} ${next.href} on ${next.from}`)
    for (const [, href = ''] of body.matchAll(/<(?:a|link|img|script)\b[^>]*?\b(?:href|src)="([^"]+)"/g))
      waiting.push({ href: new URL(href.replaceAll('&amp;', '&'), target).href, from: target.pathname })
    for (const [, id] of body.matchAll(/href="#([^"]+)"/g))
      if (!body.includes(`id="${id}"`)) broken.push(`#${id} is not on ${target.pathname}`)
  }
  expect(broken).toEqual([])
  expect(seen.size).toBeGreaterThan(name === 'residente' ? 20 : 40)
})
