import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { needs } from './needs.ts'
import { dataFolder, runJson, start, stopAll } from './support/hub-process.ts'

/** Twelve real houses, eight months of hours: into the history by the ingest path, and live on the demo's own clock. */

const DATA = fileURLToPath(new URL('../../shared/data/', import.meta.url))
const HOUSES = `${DATA}citylearn_houses_meta.csv`
const READINGS = `${DATA}citylearn_houses_hourly.csv.gz`
const MAP = 'ts=time_utc,casa=house,produzione_kwh=pv_kwh,consumo_kwh=load_kwh'

afterEach(stopAll)

describe.runIf(needs(existsSync(READINGS), 'the replay journeys', null, 'measured data in ../shared/data'))(
  'real houses',
  () => {
    it('are imported and replayed, once, and show in history, community and benchmark', {
      timeout: 300_000,
    }, async () => {
      const data = ['--data', dataFolder()]
      const map = 'id=house,peak_kw=kwp,tilt=fitted_tilt_deg,azimuth=fitted_azimuth_deg'
      const keys = await runJson<Record<string, string>>('house', 'import', HOUSES, '--map', map, ...data)
      expect(Object.keys(keys)).toHaveLength(12)
      const first = await runJson<Tally>('replay', READINGS, '--map', MAP, ...data)
      expect(first).toMatchObject({ righe: 69_972, duplicate: 0 })
      expect(first.inserite + Object.values(first.rifiutate).reduce((sum, n) => sum + n, 0)).toBe(69_972)
      const again = await runJson<Tally>('replay', READINGS, '--map', MAP, ...data)
      expect(again).toMatchObject({ righe: 69_972, inserite: 0, duplicate: first.inserite })

      const { token } = await runJson<{ token: string }>('token', 'create', '--role', 'reader', ...data)
      const { password } = await runJson<{ password: string }>('user', 'add', 'ada', '--role', 'admin', ...data)
      const hub = await start('hub', '--bind', '127.0.0.1', ...data)
      const get = async (path: string) =>
        (await fetch(hub.ready.url + path, { headers: { authorization: `Bearer ${token}` } })).json()
      const year = (await get('/api/storico/?passo=1mo&da=2016-08-01&a=2017-05-01')) as History
      const produced = year.righe.reduce((sum, row) => sum + (row.prodotta_wh ?? 0), 0)
      // Measured in the file: the sum of pv_kwh over all rows.
      expect(produced / 1000).toBeCloseTo(await sumOfColumn(READINGS, 'pv_kwh'), 0)
      const day = (await get('/api/storico/?casa=1&passo=1h&da=2016-09-15T07:00:00Z&a=2016-09-16T07:00:00Z')) as History
      expect(day.righe).toHaveLength(24)
      expect(day.righe.every((row) => row.qualita === 'stimata' && row.copertura === 1)).toBe(true)
      const community = (await get('/api/storico/?passo=1d&da=2016-09-15&a=2016-09-16')) as History
      const [total] = community.righe
      expect(total?.condivisa_wh).toBeGreaterThan(0)
      expect((total?.consumata_wh ?? 0) - (total?.prodotta_wh ?? 0)).toBeCloseTo(
        (total?.prelevata_wh ?? 0) - (total?.immessa_wh ?? 0),
        1,
      )

      const cookie = await cookieOf(hub.ready.url, 'ada', password)
      const page = await (await fetch(`${hub.ready.url}/comunita?giorno=2016-09-15`, { headers: { cookie } })).text()
      expect(page).toMatch(/kWh\/kWp/)
      for (const house of Object.keys(keys)) expect(page).toContain(`>${house}<`)
    })

    it('play live in the demo, as nodes that measure now', { timeout: 300_000 }, async () => {
      const demo = await start('demo', '--replay', READINGS, '--map', MAP, '--speed', '60')
      const { url, user, password } = demo.ready
      const cookie = await cookieOf(url, user ?? '', password ?? '')
      const state = async () =>
        (await (await fetch(`${url}/api/comunita/stato/`, { headers: { cookie } })).json()) as {
          ts: string
          case: { nome: string }[]
        }
      await expect.poll(async () => (await state()).case.length, { timeout: 20_000 }).toBe(12)
      const { ts } = await state()
      expect(ts).toMatch(/^2016-08-31T/)
      await expect
        .poll(async () => Date.parse((await state()).ts) - Date.parse(ts), { timeout: 20_000 })
        .toBeGreaterThan(60_000)
    })
  },
)

async function cookieOf(url: string, nome: string, password: string): Promise<string> {
  const body = new URLSearchParams({ nome, password, torna: '/' })
  const signed = await fetch(`${url}/accesso`, { method: 'POST', redirect: 'manual', headers: { origin: url }, body })
  return signed.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

interface Tally {
  readonly righe: number
  readonly inserite: number
  readonly duplicate: number
  readonly rifiutate: Record<string, number>
}

interface History {
  readonly righe: {
    readonly prodotta_wh: number | null
    readonly consumata_wh: number | null
    readonly prelevata_wh: number | null
    readonly immessa_wh: number | null
    readonly condivisa_wh: number | null
    readonly qualita: string
    readonly copertura: number
  }[]
}

async function sumOfColumn(file: string, column: string): Promise<number> {
  const { gunzipSync } = await import('node:zlib')
  const { readFileSync } = await import('node:fs')
  const [header = '', ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')
  const index = header.split(',').indexOf(column)
  return lines.reduce((sum, line) => sum + Number(line.split(',')[index]), 0)
}
