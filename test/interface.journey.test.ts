import { afterAll, beforeAll, expect, it } from 'vitest'
import type { z } from 'zod'
import {
  alertsAnswer,
  co2Answer,
  communityAnswer,
  dashboardAnswer,
  forecastAnswer,
  healthAnswer,
  historyAnswer,
  loadsAnswer,
  posted,
  problem,
  tariffAnswer,
} from '../ui/api/schemas.ts'
import type { Running } from './support/hub-process.ts'
import { start, stopAll } from './support/hub-process.ts'

/** What the description says of the answers, held against a running neighbourhood. */

let demo: Running
let cookie = ''

beforeAll(async () => {
  demo = await start('demo', '--houses', '5')
  const answer = await fetch(`${demo.ready.url}/accesso`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: demo.ready.url },
    body: new URLSearchParams({ nome: 'admin', password: demo.ready.password ?? '', torna: '/' }),
  })
  cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
})
afterAll(() => stopAll())

const get = (path: string) => fetch(demo.ready.url + path, { headers: { cookie } })

it.each<[string, z.ZodType]>([
  ['/api/dashboard/', dashboardAnswer],
  ['/api/comunita/stato/', communityAnswer],
  ['/api/storico/?casa=casa_A', historyAnswer],
  ['/api/storico/?passo=1d', historyAnswer],
  ['/api/co2/', co2Answer],
  ['/api/tariffa/', tariffAnswer],
  ['/api/avvisi/', alertsAnswer],
  ['/api/carichi/', loadsAnswer],
  ['/healthz', healthAnswer],
])('%s answers as described', async (path, schema) => {
  const answer = await get(path)
  expect(schema.parse(await answer.json())).toBeTruthy()
})

it('/api/previsione/ answers as described once there is a forecast', async () => {
  await expect.poll(async () => (await get('/api/previsione/')).status, { timeout: 90_000, interval: 1000 }).toBe(200)
  forecastAnswer.parse(await (await get('/api/previsione/')).json())
  // A neighbour's kWh is cheaper than the grid's: by day, and never by night.
  const prices = tariffAnswer.parse(await (await get('/api/tariffa/')).json())
  expect(prices.length).toBeGreaterThanOrEqual(48)
  expect(new Set(prices.map(({ value }) => value)).size).toBeGreaterThan(3)
  expect(Math.max(...prices.map(({ value }) => value))).toBe(0.28)
  const night = prices.filter(({ start }) => start.slice(11, 13) === '00')
  expect(night.map(({ value }) => value)).toEqual(night.map(() => 0.28))
})

it('a wrong question is answered with the problem that is described', async () => {
  const answer = await get('/api/storico/?passo=2h')
  expect(answer.status).toBe(422)
  expect(problem.parse(await answer.json()).errors?.[0]).toMatchObject({ campo: 'passo', valore: '2h' })
})

it('a reading that is taken in is answered as described', async () => {
  const answer = await fetch(`${demo.ready.url}/api/bilancio/`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ casa: 'casa_A', produzione_w: 100, consumo_w: 50 }),
  })
  expect(answer.status).toBe(201)
  posted.parse(await answer.json())
})
