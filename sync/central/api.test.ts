import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashKey } from '../../hub/store/key-hash.ts'
import { needs } from '../../test/needs.ts'
import { dataFolder } from '../../test/support/hub-process.ts'
import { postgresBin, startPostgres, type TestPostgres } from '../../test/support/postgres.ts'
import { LIMITS, PATHS, type Row } from '../protocol.ts'
import { hubApi } from './api.ts'
import { type Central, openCentral } from './database.ts'
import { addHub, revokeHub } from './hubs.ts'

const NOW = Date.UTC(2026, 5, 21, 12)
const S = NOW / 1000
const TOKEN = 'token-of-hub-one-0123456789'
let postgres: TestPostgres | null = null
const withPostgres = needs(postgresBin(), 'the tests of the central on PostgreSQL', 'postgresql-15')

afterAll(() => postgres?.stop())

function quarter(inizio: number, more: Partial<Row> = {}, produced = 1000): Row {
  const dati = {
    ...{ prodotta_wh: produced, consumata_wh: 500, prelevata_wh: 100, immessa_wh: 600, copertura: 1 },
    ...{ condivisa_wh: 100, picco_wp: 9000, case: 3, g_kwh: 200 },
  }
  return { tipo: 'comunita_15m', inizio, soggetto: '', versione: 1, dati, ...more } as Row
}

describe.each(withPostgres ? (['sqlite', 'postgres'] as const) : (['sqlite'] as const))('on %s', (engine) => {
  let central: Central
  let app: ReturnType<typeof hubApi>
  let now = NOW
  let tokens = 0
  beforeAll(async () => {
    if (engine === 'postgres') postgres = await startPostgres()
    central = await openCentral(postgres ? { url: await postgres.newDatabase() } : { dataDir: dataFolder() })
    app = hubApi({ central, now: () => now, makeToken: () => `${TOKEN}${tokens++}`, log: { error: () => {} } })
    for (const id of ['uno', 'due'])
      await addHub(central.db, { id, name: null, codeHash: hashKey(`CODE-${id}`.toUpperCase()), now })
  })
  afterAll(() => central.db.destroy())

  const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    app.request(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
  const enrolled = async (code: string) => {
    const answer = await post(PATHS.enrol, JSON.stringify({ codice: code, programma: '0.1.0' }))
    return { status: answer.status, ...((await answer.json()) as { hub?: string; token?: string }) }
  }
  const batch = (hub: string, righe: readonly unknown[], more: object = {}) => ({
    ...{ formato: 1, hub, lotto: 'lotto-0001', inviato: S, programma: '0.1.0', comunita: 'Via', fuso: 'Europe/Rome' },
    ...{ luogo: null, righe, ...more },
  })
  const send = async (token: string, value: unknown) => {
    const answer = await post(PATHS.batches, new Uint8Array(gzipSync(value === '{' ? '{' : JSON.stringify(value))), {
      authorization: `Bearer ${token}`,
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  const stored = () => central.db.selectFrom('aggregate').selectAll().execute()

  test('a code brings a token until that is used; a token is exchanged without locking anybody out; revoking ends it', async () => {
    expect((await enrolled('CODE-XXXX')).status).toBe(401)
    const lost = await enrolled('code-due')
    const again = await enrolled('CODE-DUE ')
    expect([lost.status, again.status, again.hub]).toEqual([201, 201, 'due'])
    expect((await send(lost.token ?? '', batch('due', []))).status).toBe(401)
    expect((await send(again.token ?? '', batch('due', []))).status).toBe(200)
    expect((await enrolled('CODE-DUE')).status).toBe(401)
    const exchanged = await post(PATHS.token, '', { authorization: `Bearer ${again.token}` })
    const { token } = (await exchanged.json()) as { token: string }
    expect((await send(again.token ?? '', batch('due', []))).status).toBe(200)
    expect((await send(token, batch('due', []))).status).toBe(200)
    expect((await send(again.token ?? '', batch('due', []))).status).toBe(401)
    await revokeHub(central.db, 'due', now)
    expect((await send(token, batch('due', []))).status).toBe(401)
    await addHub(central.db, { id: 'tre', name: null, codeHash: hashKey('OLD-CODE'), now: now - 8 * 86_400_000 })
    expect((await enrolled('OLD-CODE')).status).toBe(401)
  })

  test('rows are stored once, in whatever order and however often they come; the latest version stays', async () => {
    const { token = '' } = await enrolled('CODE-UNO')
    const first = quarter(S - 1800)
    const second = quarter(S - 900)
    const corrected = quarter(S - 1800, { versione: 2 }, 2000)
    expect((await send(token, batch('uno', [corrected, second]))).body).toMatchObject({
      registrate: 2,
      gia_note: 0,
      superate: [],
    })
    expect((await send(token, batch('uno', [second, first]))).body).toMatchObject({
      registrate: 0,
      gia_note: 2,
      superate: [{ tipo: 'comunita_15m', inizio: S - 1800, soggetto: '', versione: 2 }],
    })
    expect((await send(token, batch('uno', [second, second]))).body).toMatchObject({ registrate: 0, superate: [] })
    const other = quarter(S - 900, {}, 7)
    expect((await send(token, batch('uno', [other]))).body).toMatchObject({ superate: [{ versione: 1 }] })
    const rows = (await stored()).filter((row) => row.hub === 'uno')
    expect(rows.map((row) => row.produced_wh).toSorted()).toEqual([1000, 2000])
    const [day] = await central.db.selectFrom('hub_day').selectAll().where('hub', '=', 'uno').execute()
    expect(day).toMatchObject({ day: '2026-06-21', produced_wh: 3000, shared_wh: 200, quarters: 2, covered: 2 })
    // (2000 - 600 + 100 + 1000 - 600 + 100) Wh x 200 g/kWh
    expect(day?.co2_g).toBeCloseTo(400, 6)
    await send(token, batch('uno', [quarter(S - 900, { versione: 5, dati: null })]))
    const [left] = await central.db.selectFrom('hub_day').selectAll().where('hub', '=', 'uno').execute()
    expect(left).toMatchObject({ produced_wh: 2000, quarters: 1 })
  })

  test('whatever is wrong is told, and nothing of it stored', async () => {
    await addHub(central.db, { id: 'uno', name: null, codeHash: hashKey('AGAIN'), now })
    const { token = '' } = await enrolled('AGAIN')
    const before = (await stored()).length
    const tries: readonly [
      status: number,
      answer: Promise<{ status: number; body: Record<string, unknown> }>,
      say: RegExp,
    ][] = [
      [401, send('not-the-token-of-any-hub-at-all', batch('uno', [])), /token/],
      [403, send(token, batch('due', [quarter(S - 900)])), /only its own/],
      [409, send(token, { ...batch('uno', [quarter(S - 900)]), formato: 2 }), /format/],
      [422, send(token, batch('uno', [quarter(S - 900), quarter(S + 7200)])), /1 row is wrong/],
      [422, send(token, batch('uno', [quarter(S - 900, {}, -5)])), /1 row is wrong/],
      [422, send(token, batch('uno', [{ ...quarter(S - 900), relay: true }])), /1 row is wrong/],
      [413, send(token, batch('uno', [], { comunita: 'x'.repeat(LIMITS.jsonBytes) })), /unpacked/],
      [400, send(token, '{'), /JSON|gzip/],
    ]
    for (const [status, answer, say] of tries) {
      const { status: got, body } = await answer
      expect([got, body['detail']]).toEqual([status, expect.stringMatching(say)])
      expect(body['status']).toBe(status)
    }
    const plain = await post(PATHS.batches, 'no gzip', { authorization: `Bearer ${token}` })
    expect(plain.status).toBe(400)
    const text = await post(PATHS.batches, 'x', { authorization: `Bearer ${token}`, 'content-type': 'text/plain' })
    expect(text.status).toBe(415)
    const large = new Uint8Array(LIMITS.gzipBytes + 1)
    expect((await post(PATHS.batches, large, { authorization: `Bearer ${token}` })).status).toBe(413)
    const { body } = await send(token, batch('uno', [quarter(S + 7200)]))
    expect(body['errors']).toEqual([
      { campo: 'righe.0.inizio', valore: S + 7200, atteso: expect.stringContaining(String(S)) },
    ])
    expect(await stored()).toHaveLength(before)
    const hub = await central.db.selectFrom('hub').selectAll().where('id', '=', 'uno').executeTakeFirstOrThrow()
    expect(hub.problem).toMatch(/Nothing was stored/)
  })

  test('codes cannot be tried out by the thousand', async () => {
    now += 120_000
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => enrolled(`WRONG-${i}`)))
    expect(answers.at(-1)?.status).toBe(401)
    expect((await enrolled('ONE-MORE')).status).toBe(429)
    now += 61_000
    expect((await enrolled('ONE-MORE')).status).toBe(401)
  })
})
