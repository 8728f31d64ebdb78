import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { removeHouse } from '../hub/store/houses.ts'
import type { TestHub } from './support/hub-in-process.ts'
import { house, keyOf, testHub } from './support/hub-in-process.ts'
import { stopAll } from './support/hub-process.ts'

/** From a node's message to what people and programs are told: real broker, real files, real HTTP. */

const NOON = Date.UTC(2026, 5, 21, 10)
let site: TestHub
afterEach(async () => {
  await site.stop()
  await stopAll()
})

const post = (body: object, headers: Record<string, string> = {}) => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
})

describe('readings', () => {
  it('make the community state of the contract', async () => {
    site = await testHub({ houses: [house('casa_A', 3000), house('casa_C', 0), house('casa_Z', 2000)], at: NOON })
    const a = await site.node('casa_A')
    const c = await site.node('casa_C')
    await a.publishAsync('comunita/casa_A/bilancio', '{"produzione_w":1500,"consumo_w":400}', { qos: 1 })
    await c.publishAsync('comunita/casa_C/bilancio', '{"produzione_w":0,"consumo_w":1800}', { qos: 1 })
    const expected = {
      ts: '2026-06-21T10:00:00Z',
      case: [
        { nome: 'casa_A', produzione_w: 1500, consumo_w: 400, bilancio_w: 1100 },
        { nome: 'casa_C', produzione_w: 0, consumo_w: 1800, bilancio_w: -1800 },
      ],
      bilancio_totale_w: -700,
      condivisa_w: 1100,
      prelievo_rete_w: 700,
      immissione_rete_w: 0,
      autosufficienza: 0.6818,
      flussi: [
        { da: 'casa_A', a: 'casa_C', potenza_w: 1100 },
        { da: 'rete', a: 'casa_C', potenza_w: 700 },
      ],
      senza_dati: ['casa_Z'],
    }
    for (const path of ['/api/comunita/stato/', '/api/comunita/stato']) {
      expect(await (await site.as('reader', path)).json()).toEqual(expected)
    }
    site.clock.at += 121_000
    expect(await (await site.as('reader', '/api/comunita/stato/')).json()).toMatchObject({
      case: [],
      autosufficienza: null,
      senza_dati: ['casa_A', 'casa_C', 'casa_Z'],
    })
  })

  it('come in over HTTP by the same rules', async () => {
    site = await testHub({ houses: [house('casa_A', 3000), house('casa_B', 3000)], at: NOON })
    const basic = (id: string, key = keyOf(id)) => ({
      authorization: `Basic ${Buffer.from(`${id}:${key}`).toString('base64')}`,
    })
    const body = { casa: 'casa_A', produzione_w: 900, consumo_w: 300, boot: 1, seq: 7 }
    expect((await site.as('bridge', '/api/bilancio/', post(body))).status).toBe(201)
    expect(await (await site.as('bridge', '/api/bilancio/', post(body))).json()).toEqual({
      casa: 'casa_A',
      esito: 'duplicata',
    })
    expect(
      (
        await fetch(`${site.url}/api/produzione`, {
          ...post({ casa: 'casa_A', potenza_w: 1 }, basic('casa_A')),
        })
      ).status,
    ).toBe(201)
    expect(
      (
        await fetch(`${site.url}/api/produzione`, {
          ...post({ casa: 'casa_B', potenza_w: 1 }, basic('casa_A')),
        })
      ).status,
    ).toBe(403)
    expect(
      (
        await fetch(`${site.url}/api/produzione`, {
          ...post({ casa: 'casa_A', potenza_w: 1 }, basic('casa_A', 'wrong')),
        })
      ).status,
    ).toBe(401)
    expect((await site.as('reader', '/api/produzione/', post({ casa: 'casa_A', potenza_w: 1 }))).status).toBe(403)
    expect((await site.as('bridge', '/api/produzione/', post({ casa: 'casa_X', potenza_w: 1 }))).status).toBe(404)
    expect((await site.as('bridge', '/api/produzione/', { method: 'GET' })).status).toBe(405)
    expect((await site.as('bridge', '/api/produzione/', { method: 'POST', body: '{' })).status).toBe(415)
    expect(
      (
        await site.as('bridge', '/api/produzione/', {
          method: 'POST',
          body: '{',
          headers: { 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(400)
    expect(
      (await site.as('bridge', '/api/produzione/', post({ casa: 'casa_A', potenza_w: 1, pad: 'x'.repeat(70_000) })))
        .status,
    ).toBe(413)
    const refused = await site.as('bridge', '/api/produzione/', post({ casa: 'casa_A', potenza_w: 3751 }))
    expect([refused.status, refused.headers.get('content-type')]).toEqual([422, 'application/problem+json'])
    expect(await refused.json()).toMatchObject({
      status: 422,
      errors: [{ campo: 'potenza_w', valore: 3751, atteso: 'between -60 and 3750 W for a peak of 3000 W' }],
    })
  })

  it('that are refused are acknowledged, counted, seen by the technician, and never stored', async () => {
    site = await testHub({ houses: [house('casa_A', 3000)], at: NOON })
    const node = await site.node('casa_A')
    for (const payload of ['{"potenza_w":9999}', 'not json', '{"potenza_w":1e999}', `{"potenza_w":10,"ts":${NOON}}`]) {
      await node.publishAsync('comunita/casa_A/produzione', payload, { qos: 1 })
    }
    expect(await (await site.as('reader', '/api/comunita/stato/')).json()).toMatchObject({
      case: [],
      senza_dati: ['casa_A'],
    })
    const page = await (await fetch(`${site.url}/impianto`, { headers: { cookie: await site.signIn('tino') } })).text()
    expect(page).toContain('9999')
    expect(page).toContain('milliseconds?')
  })

  it('survive a restart: the last word, and the energy it adds up to', async () => {
    site = await testHub({ houses: [house('casa_A', 3000)], at: NOON })
    let node = await site.node('casa_A')
    for (let i = 0; i <= 60; i += 1) {
      await node.publishAsync('comunita/casa_A/bilancio', '{"produzione_w":1200,"consumo_w":2400}', { qos: 1 })
      site.clock.at += 10_000
      if (i === 30) {
        await node.endAsync()
        await site.restart()
        node = await site.node('casa_A')
      }
    }
    expect(await (await site.as('reader', '/api/comunita/stato/')).json()).toMatchObject({ bilancio_totale_w: -1200 })
    const answer = await site.as(
      'reader',
      '/api/storico/?casa=casa_A&passo=5m&da=2026-06-21T10:00:00Z&a=2026-06-21T10:10:00Z',
    )
    const { righe } = (await answer.json()) as { righe: Record<string, unknown>[] }
    expect(righe).toHaveLength(2)
    for (const row of righe)
      expect(row).toMatchObject({
        prodotta_wh: 100,
        consumata_wh: 200,
        prelevata_wh: 100,
        immessa_wh: 0,
        qualita: 'misurata',
        copertura: 1,
      })
  })
})

describe('the benchmark', () => {
  const three = [house('casa_A', 3000), house('casa_B', 3000), house('casa_C', 3000)]

  async function report(watts: Record<string, number>): Promise<void> {
    for (const [id, potenza_w] of Object.entries(watts))
      await site.as('bridge', '/api/produzione/', post({ casa: id, potenza_w }))
    await site.hub.tick()
  }

  it('tells a weak house on its topic, once, and when it is over; a node that connects later is told what is open', async () => {
    site = await testHub({ houses: three, at: NOON })
    const told: string[] = []
    const node = await site.node('casa_C')
    node.on('message', (topic, payload) => told.push(`${topic} ${payload}`))
    await node.subscribeAsync(['comunita/casa_C/alert', 'comunita/benchmark'], { qos: 1 })
    await report({ casa_A: 1500, casa_B: 1560, casa_C: 900 })
    site.clock.at += 300_000
    await report({ casa_A: 1500, casa_B: 1560, casa_C: 900 })
    const mean = '"rendimento_medio_comunita":0.44,"impianti":3'
    await expect
      .poll(() => told.toSorted())
      .toEqual([
        `comunita/benchmark {${mean},"ts":"2026-06-21T10:00:00Z"}`,
        `comunita/benchmark {${mean},"ts":"2026-06-21T10:05:00Z"}`,
        'comunita/casa_C/alert performance_bassa',
      ])
    expect(await (await site.as('reader', '/api/dashboard/')).json()).toMatchObject({
      rendimento_medio_comunita: 0.44,
      impianti: [{ stato: 'ok' }, { stato: 'ok' }, { nome: 'casa_C', stato: 'anomalo', rendimento: 0.3 }],
    })

    await site.restart()
    const later: string[] = []
    const again = await site.node('casa_C')
    again.on('message', (_topic, payload) => later.push(payload.toString()))
    await again.subscribeAsync('comunita/casa_C/alert', { qos: 1 })
    await expect.poll(() => later).toEqual(['performance_bassa'])
    const reader = await site.node('casa_A')
    const retained: string[] = []
    reader.on('message', (topic, payload, { retain }) => retained.push(`${topic} ${retain} ${payload}`))
    await reader.subscribeAsync('comunita/benchmark')
    await expect.poll(() => retained).toEqual([`comunita/benchmark true {${mean},"ts":"2026-06-21T10:05:00Z"}`])
    site.clock.at += 300_000
    await report({ casa_A: 1500, casa_B: 1560, casa_C: 1500 })
    await expect.poll(() => later).toEqual(['performance_bassa', 'rientrato'])
    const { avvisi } = (await (await site.as('reader', '/api/avvisi/')).json()) as { avvisi: unknown[] }
    expect(avvisi).toEqual([
      expect.objectContaining({
        casa: 'casa_C',
        codice: 'performance_bassa',
        aperto: '2026-06-21T10:00:00Z',
        chiuso: '2026-06-21T10:10:00Z',
      }),
    ])
  })

  it('says nothing at night, on stale data, or with too few houses', async () => {
    site = await testHub({
      houses: three,
      at: Date.UTC(2026, 5, 21, 22),
      settings: { place: { latitude: 45.07, longitude: 7.69 } },
    })
    await report({ casa_A: 1500, casa_B: 1560, casa_C: 0 })
    expect(await (await site.as('reader', '/api/dashboard/')).json()).toMatchObject({
      impianti: [{ stato: 'notte' }, { stato: 'notte' }, { stato: 'notte' }],
    })
    site.clock.at = NOON + 86_400_000
    await report({ casa_A: 1500, casa_C: 100 })
    const { avvisi } = (await (await site.as('reader', '/api/avvisi/')).json()) as { avvisi: { codice: string }[] }
    expect(avvisi.filter((a) => a.codice === 'performance_bassa')).toEqual([])
  })
})

describe('operators', () => {
  it('read figures for Prometheus with a token, in which no house is named', async () => {
    site = await testHub({ houses: [house('casa_A', 3000)], at: NOON })
    await site.as('bridge', '/api/bilancio/', post({ casa: 'casa_A', produzione_w: 900, consumo_w: 300 }))
    await site.as('bridge', '/api/produzione/', post({ casa: 'casa_A', potenza_w: 99_999 }))
    // An hour at 900 W.
    for (let i = 0; i < 60; i += 1) {
      site.clock.at += 60_000
      await site.as('bridge', '/api/bilancio/', post({ casa: 'casa_A', produzione_w: 900, consumo_w: 300 }))
    }
    expect((await fetch(`${site.url}/metrics`)).status).toBe(401)
    const text = await (await site.as('reader', '/metrics')).text()
    expect(text).toMatch(/^solarfamily_house_power_watts\{house="[0-9a-f]{12}",direction="production"\} 900$/m)
    expect(text).toMatch(/^solarfamily_messages_total\{outcome="stored"\} 61$/m)
    const joules = /^solarfamily_house_energy_joules_total\{house="[0-9a-f]{12}",direction="production"\} (.+)$/m.exec(
      text,
    )
    expect(Number(joules?.[1]) / 3600).toBeCloseTo(900, 0)
    expect(text).toMatch(/^solarfamily_messages_total\{outcome="refused"\} 1$/m)
    expect(text).not.toContain('casa_A')
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? -?[0-9.e+-]+)$/)
    // The dashboard for Grafana asks for nothing that the hub does not tell.
    const known = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map((m) => m[1]))
    const dashboard = readFileSync(new URL('../docs/grafana/solar-family.json', import.meta.url), 'utf8')
    const asked = [...dashboard.matchAll(/"expr": "((?:[^"\\]|\\.)*)"/g)].flatMap((m) =>
      [...(m[1] ?? '').matchAll(/(?:solarfamily|process)_\w+/g)].map(([name]) => name),
    )
    expect(asked.length).toBeGreaterThan(12)
    // Told only of a hub that is unwell.
    expect(asked.filter((name) => !known.has(name))).toEqual(['solarfamily_degraded_reason'])
  })

  it('read the history of a house that has left', async () => {
    site = await testHub({ houses: [house('casa_A', 3000)], at: NOON })
    for (let i = 0; i < 3; i += 1) {
      await site.as('bridge', '/api/bilancio/', post({ casa: 'casa_A', produzione_w: 900, consumo_w: 300 }))
      site.clock.at += 10_000
    }
    await removeHouse(site.hub.store.control, 'casa_A', site.clock.at)
    await site.hub.registry.refresh()
    expect((await site.as('reader', '/api/storico/?casa=casa_A')).status).toBe(200)
    expect((await site.as('reader', '/api/storico/?casa=casa_B')).status).toBe(404)
  })

  it('see the log as technicians, and residents do not', async () => {
    site = await testHub({ houses: [house('casa_A', 3000)], at: NOON, residents: ['casa_A'] })
    expect((await fetch(`${site.url}/registro`, { headers: { cookie: await site.signIn('tino') } })).status).toBe(200)
    expect((await fetch(`${site.url}/registro`, { headers: { cookie: await site.signIn('res_casa_A') } })).status).toBe(
      403,
    )
  })
})

describe('who sees what', () => {
  it('a resident sees the own house and those that agreed; the others are `altri`, at least three; totals do not change', async () => {
    const houses = ['casa_A', 'casa_B', 'casa_C', 'casa_D', 'casa_E', 'casa_F'].map((id) =>
      house(id, 3000, { shown: id !== 'casa_F' }),
    )
    site = await testHub({ houses, at: NOON, residents: ['casa_B'] })
    for (const [i, { id }] of houses.entries())
      await site.as('bridge', '/api/bilancio/', post({ casa: id, produzione_w: i * 400, consumo_w: 1000 }))
    const all = (await (await site.as('reader', '/api/comunita/stato/')).json()) as State
    const headers = { cookie: await site.signIn('res_casa_B') }
    const mine = (await (await fetch(`${site.url}/api/comunita/stato/`, { headers })).json()) as State
    expect(mine.case.map((c) => c.nome)).toEqual(['casa_A', 'casa_B', 'casa_C', 'altri'])
    expect({ ...mine, case: [], flussi: [] }).toEqual({ ...all, case: [], flussi: [] })
    const sum = (state: State) => state.flussi.reduce((total, f) => total + f.potenza_w, 0)
    expect(sum(mine)).toBe(sum(all))
    const page = await (await fetch(`${site.url}/comunita`, { headers })).text()
    for (const hidden of ['casa_D', 'casa_E', 'casa_F']) expect(page).not.toContain(hidden)
    expect((await fetch(`${site.url}/?casa=casa_A`, { headers })).status).toBe(403)
    expect((await fetch(`${site.url}/impianto`, { headers })).status).toBe(403)
    expect((await fetch(`${site.url}/api/storico/?casa=casa_A`, { headers })).status).toBe(403)
  })

  it('a page from another site, or under another name, does not get in', async () => {
    site = await testHub({ houses: [house('casa_A', 3000)], at: NOON })
    const body = new URLSearchParams({ nome: 'ada', password: 'a good password', torna: '/' })
    expect(
      (await fetch(`${site.url}/accesso`, { method: 'POST', body, headers: { origin: 'http://evil.example' } })).status,
    ).toBe(403)
    expect((await fetch(`${site.url}/api/comunita/stato/`)).status).toBe(401)
    const { request } = await import('node:http')
    const status = await new Promise((resolve) =>
      request(`${site.url}/accesso`, { headers: { host: 'evil.example' } }, (r) => resolve(r.statusCode)).end(),
    )
    expect(status).toBe(403)
  })
})

interface State {
  readonly case: { nome: string }[]
  readonly flussi: { potenza_w: number }[]
}
