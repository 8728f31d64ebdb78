import { retentionDue } from '../../hub/domain/retention.ts'
import { DAY, HOUR } from '../../hub/domain/time.ts'
import { openDatabase } from '../../hub/store/database.ts'
import { Housekeeper } from '../../hub/store/housekeeper.ts'
import { storeFiles } from '../../hub/store/store.ts'
import { runJson, start } from '../../test/support/hub-process.ts'
import { dataFolder } from './folders.ts'
import { importHouses } from './houses.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'
import { Samples } from './samples.ts'
import { makeYear } from './year-database.ts'

const VIEWERS = 50
/** Each viewer looks at another page now and then. */
const ASKS_PER_SECOND = 10
const RETENTION = { rawDays: 7, slotMonths: 13 }
const ZONE = 'Europe/Rome'

const PAGES = ['/', '/comunita', '/storico', '/avvisi', '/impianto'] as const
const ANSWERS = ['/api/dashboard/', '/api/comunita/stato/', '/api/storico/?passo=1h', '/api/avvisi/'] as const

/** How long pages and the API take on a year of a street's data while it is looked at live by fifty, and its nodes report. */
export async function measureViewers(size: { houses: number; days: number; seconds: number }): Promise<Row[]> {
  const data = dataFolder()
  const houses = await importHouses(data, size.houses)
  const to = Math.floor(Date.now() / HOUR) * HOUR
  await makeYear(data, { houses: size.houses, hoursFrom: to - size.days * DAY, from: to - size.days * DAY, to }, 1)
  const rolled = rollUp(data, to + HOUR)
  const { password } = await runJson<{ password: string }>('user', 'add', 'ada', '--role', 'admin', '--data', data)
  const { token } = await runJson<{ token: string }>('token', 'create', '--role', 'bridge', '--data', data)
  const reader = await runJson<{ token: string }>('token', 'create', '--role', 'reader', '--data', data)
  const hub = await start('hub', '--data', data, '--bind', '127.0.0.1', '--set', 'log.level=warn')
  const { url } = hub.ready
  const cookie = await signIn(url, password)
  const ask = async (path: string) => {
    const headers: Record<string, string> = path.startsWith('/api/')
      ? { authorization: `Bearer ${reader.token}` }
      : { cookie }
    const asked = performance.now()
    const answer = await fetch(url + path, { headers })
    await answer.arrayBuffer()
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
    return performance.now() - asked
  }
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
    ['sent to viewers', parts / 1024 / size.seconds, 'KiB/s'],
    ...[...took].flatMap(([path, samples]) => {
      const { p50, p95 } = samples.summary()
      return [[`${path} p50`, p50, 'ms'] as const, [`${path} p95`, p95, 'ms'] as const]
    }),
  )
}

function rollUp(data: string, now: number): { seconds: number; p99: number } {
  const due = retentionDue(now, RETENTION, ZONE)
  const db = openDatabase({ name: 'readings', file: storeFiles(data).readings, readonly: false })
  const keeper = new Housekeeper(db)
  const steps = new Samples()
  const started = performance.now()
  for (let afterReading = 0; ; ) {
    const step = keeper.step({ now, due, delete: true, afterReading })
    if (step.did === 'nothing') break
    steps.add(step.tookMs)
    afterReading = step.afterReading
  }
  db.close()
  return { seconds: (performance.now() - started) / 1000, p99: steps.summary().p99 }
}

async function signIn(url: string, password: string): Promise<string> {
  const body = new URLSearchParams({ nome: 'ada', password, torna: '/' })
  const answer = await fetch(`${url}/accesso`, { method: 'POST', body, redirect: 'manual', headers: { origin: url } })
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
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
