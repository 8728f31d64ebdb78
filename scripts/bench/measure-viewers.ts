import type { Row } from './row.ts'
import { rows } from './row.ts'
import { Samples } from './samples.ts'
import { hubWithYears } from './year-hub.ts'

const VIEWERS = 50
/** Each viewer looks at another page now and then. */
const ASKS_PER_SECOND = 10

const PAGES = ['/', '/comunita', '/storico', '/avvisi', '/impianto'] as const
const ANSWERS = ['/api/dashboard/', '/api/comunita/stato/', '/api/storico/?passo=1h', '/api/avvisi/'] as const

/** How long pages and the API take on a year of a street's data while it is looked at live by fifty, and its nodes report. */
export async function measureViewers(size: { houses: number; days: number; seconds: number }): Promise<Row[]> {
  const { houses, hub, ask, cookie, token, rolled } = await hubWithYears({ ...size, years: 0 })
  const { url } = hub.ready
  const leaving = new AbortController()
  const ofViewers = Array.from({ length: VIEWERS }, (_, i) =>
    watch(url, cookie, i % 2 === 0 ? 'comunita' : 'casa', leaving.signal),
  )
  const reports = setInterval(() => {
    const { id } = houses[Math.floor(Math.random() * houses.length)] ?? { id: '' }
    const body = JSON.stringify({ casa: id, produzione_w: 1500, consumo_w: 400 })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    fetch(`${url}/api/bilancio/`, { method: 'POST', headers, body }).catch(() => {})
  }, 50)
  // The first look at anything reads it from the disk.
  for (const path of [...PAGES, ...ANSWERS]) await ask(path)
  const took = new Map<string, Samples>()
  const until = performance.now() + size.seconds * 1000
  for (let n = 0; performance.now() < until; n += 1) {
    const path = [...PAGES, ...ANSWERS][n % (PAGES.length + ANSWERS.length)] ?? '/'
    const ms = await ask(path)
    const samples = took.get(path) ?? new Samples()
    took.set(path, samples)
    samples.add(ms)
    await new Promise((resolve) => setTimeout(resolve, 1000 / ASKS_PER_SECOND))
  }
  clearInterval(reports)
  leaving.abort()
  const parts = (await Promise.all(ofViewers)).reduce((sum, bytes) => sum + bytes, 0)
  await hub.stop()
  return rows(
    `${size.houses} houses, ${size.days} days, ${VIEWERS} viewers`,
    ['rolling up all of it', rolled.seconds, 's'],
    ['a step of that, 99th percentile', rolled.p99, 'ms'],
    ['the longest step of that', rolled.longest, 'ms'],
    ['sent to viewers', parts / 1024 / size.seconds, 'KiB/s'],
    ...[...took].flatMap(([path, samples]) => {
      const { p50, p95 } = samples.summary()
      return [[`${path} p50`, p50, 'ms'] as const, [`${path} p95`, p95, 'ms'] as const]
    }),
  )
}

/** An open page; how many bytes it was sent. */
async function watch(url: string, cookie: string, page: string, signal: AbortSignal): Promise<number> {
  let bytes = 0
  try {
    const answer = await fetch(`${url}/eventi?pagina=${page}`, { headers: { cookie }, signal })
    for await (const chunk of answer.body ?? []) bytes += chunk.length
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return bytes
}
