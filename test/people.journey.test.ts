import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TestHub } from './support/hub-in-process.ts'
import { house, testHub } from './support/hub-in-process.ts'

/** What people do to the hub and to what is theirs, by the pages' own forms. */

const NOON = Date.UTC(2026, 5, 21, 10)
let site: TestHub

beforeEach(async () => {
  site = await testHub({
    houses: [house('casa_A', 3000), house('casa_B', 3000)],
    at: NOON,
    residents: ['casa_A', 'casa_B'],
  })
})
afterEach(() => site.stop())

async function visit(cookie: string, path: string, fields?: Record<string, string>) {
  const answer = await fetch(site.url + path, {
    method: fields ? 'POST' : 'GET',
    headers: { cookie, origin: site.url },
    redirect: 'manual',
    ...(fields ? { body: new URLSearchParams(fields) } : {}),
  })
  return {
    status: answer.status,
    to: answer.headers.get('location'),
    headers: answer.headers,
    text: await answer.text(),
  }
}
const secretIn = (text: string) => /<p class="secret"><code>([^<]+)</.exec(text)?.[1] ?? ''

describe('an administrator', () => {
  it('adds a house whose node connects with the key that was shown, changes the key, and takes the house out', async () => {
    const ada = await site.signIn('ada')
    const added = await visit(ada, '/case', { id: 'casa_N', picco: '4000' })
    const key = secretIn(added.text)
    expect(key).toMatch(/^[\w-]{32}$/)
    const node = await site.node('casa_N', { password: key })
    await node.publishAsync('comunita/casa_N/bilancio', '{"produzione_w":100,"consumo_w":50}', { qos: 1 })
    expect((await visit(ada, '/case/casa_N', { picco: '4400', nome: 'Casa Nuova' })).to).toBe('/case?salvato')
    expect((await visit(ada, '/case')).text).toContain('Casa Nuova')
    const next = secretIn((await visit(ada, '/case/casa_N/chiave', {})).text)
    await expect(site.node('casa_N', { password: key })).rejects.toThrow()
    await site.node('casa_N', { password: next })
    expect((await visit(ada, '/case/casa_N/togli', {})).status).toBe(303)
    expect((await visit(ada, '/case')).text).not.toContain('casa_N')
    expect((await visit(ada, '/case', { id: 'casa_A', picco: 'x' })).status).toBe(422)
    const changes = (await visit(ada, '/modifiche')).text
    for (const what of ['house.add', 'house.edit', 'house.rotate-key', 'house.remove']) expect(changes).toContain(what)
  })

  it('adds a person who signs in with the password that was shown, and removes them', async () => {
    const ada = await site.signIn('ada')
    const added = await visit(ada, '/persone', { nome: 'gina', ruolo: 'resident', casa: 'casa_A' })
    const password = secretIn(added.text)
    const signIn = () => visit('', '/accesso', { nome: 'gina', password, torna: '/' })
    const cookie = (await signIn()).headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect((await visit(cookie, '/profilo')).text).toContain('gina')
    expect((await visit(ada, '/persone', { nome: 'GINA', ruolo: 'resident', casa: 'casa_A' })).status).toBe(422)
    expect((await visit(ada, '/persone', { nome: 'ugo', ruolo: 'resident', casa: '' })).status).toBe(422)
    await visit(ada, '/persone/azione', { nome: 'gina', azione: 'togli' })
    expect((await signIn()).status).toBe(422)
    expect((await visit(cookie, '/profilo')).to).toMatch(/^\/accesso/)
    expect((await visit(ada, '/persone/azione', { nome: 'ada', azione: 'togli' })).status).toBe(403)
  })

  it('makes a token that reads until it is revoked', async () => {
    const ada = await site.signIn('ada')
    const token = secretIn((await visit(ada, '/persone/token', { ruolo: 'reader' })).text)
    const read = () => fetch(`${site.url}/api/dashboard/`, { headers: { authorization: `Bearer ${token}` } })
    expect((await read()).status).toBe(200)
    const id = [...(await visit(ada, '/persone')).text.matchAll(/name="id" value="(\d+)"/g)].at(-1)?.[1] ?? ''
    await visit(ada, '/persone/token/revoca', { id })
    expect((await read()).status).toBe(401)
  })
})

describe('the first start', () => {
  it('goes on after the administrator: the community, its houses, their nodes, and is over', async () => {
    const ada = await site.signIn('ada')
    expect((await visit(ada, '/')).text).toContain('/avvio/comunita')
    const place = { nome: 'Via Nuova', fuso: 'Europe/Rome', latitudine: '45,07', longitudine: '' }
    expect((await visit(ada, '/avvio/comunita', place)).status).toBe(422)
    expect((await visit(ada, '/avvio/comunita', { ...place, longitudine: '7,69' })).to).toBe('/avvio/case')
    expect((await visit(ada, '/case', { id: 'casa A', picco: '1', torna: '/avvio/case' })).text).toContain(
      'class="steps"',
    )
    const added = await visit(ada, '/case', { id: 'casa_N', picco: '4000', torna: '/avvio/case' })
    expect(added.text).toContain('href="/avvio/case"')
    expect((await visit(ada, '/avvio/nodi')).text).toMatch(/casa_N<\/strong> non si è ancora fatto sentire/)
    const node = await site.node('casa_N', { password: secretIn(added.text) })
    await node.publishAsync('comunita/casa_N/bilancio', '{"produzione_w":1100,"consumo_w":50}', { qos: 1 })
    expect((await visit(ada, '/avvio/nodi')).text).toContain('produzione 1,1\u00a0kW')
    expect((await visit(ada, '/avvio/fine', {})).to).toBe('/')
    const home = (await visit(ada, '/')).text
    expect(home).toContain('Via Nuova')
    expect(home).not.toContain('/avvio/comunita')
    expect((await visit(await site.signIn('res_casa_A'), '/avvio/comunita')).status).toBe(403)
  })
})

describe('a phone', () => {
  it('is signed in by the code that another device shows, once and for ten minutes', async () => {
    const resident = await site.signIn('res_casa_A')
    const offered = await visit(resident, '/profilo/abbina', {})
    expect(offered.text).toContain('<svg class="qr"')
    const code = secretIn(offered.text).replace(' ', '')
    expect(code).toMatch(/^\d{6}$/)
    expect((await visit('', `/abbina?codice=${code}`)).text).toContain(`value="${code}"`)
    const paired = await visit('', '/abbina', { codice: code })
    const cookie = paired.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect((await visit(cookie, '/profilo')).text).toContain('res_casa_A')
    expect((await visit('', '/abbina', { codice: code })).status).toBe(422)
    const late = secretIn((await visit(resident, '/profilo/abbina', {})).text)
    site.clock.at += 600_000
    expect((await visit('', '/abbina', { codice: late })).status).toBe(422)
  })

  it('that guesses is stopped', async () => {
    const answers = []
    for (let i = 0; i < 15; i += 1) answers.push((await visit('', '/abbina', { codice: String(100_000 + i) })).status)
    expect(new Set(answers.slice(0, 5))).toEqual(new Set([422]))
    expect(answers.at(-1)).toBe(429)
  })
})

describe('money, CO2 and sharing', () => {
  it('are set from a day on, and told of a month: to all for an admin, of the own house for a resident', async () => {
    const ada = await site.signIn('ada')
    expect((await visit(ada, '/tariffe/tariffa', { dal: 'ieri', prelievo: '28,5' })).status).toBe(422)
    const tariff = { dal: '2026-01-01', prelievo: '28,5', immissione: '9', condivisa: '12' }
    expect((await visit(ada, '/tariffe/tariffa', tariff)).to).toBe('/tariffe?salvato')
    const factor = { dal: '2026-06-21', fattore: '200', fonte: 'prova', anno: '2025' }
    expect((await visit(ada, '/tariffe/fattore', factor)).to).toBe('/tariffe?salvato')
    expect((await visit(ada, '/tariffe')).text).toContain('28,50\u00a0c')
    await visit(ada, '/tariffe/condivisione', { chiave: 'priorita', intervallo: '15', quote: '', ordine: 'casa_B' })
    for (const [id, produced, consumed] of [
      ['casa_A', 1200, 0],
      ['casa_B', 0, 600],
    ] as const) {
      const node = await site.node(id)
      for (let s = 0; s <= 900; s += 60) {
        const payload = { produzione_w: produced, consumo_w: consumed, eta_s: 900 - s }
        await node.publishAsync(`comunita/${id}/bilancio`, JSON.stringify(payload), { qos: 1 })
      }
    }
    const month = (await visit(ada, '/condivisione/2026-06')).text
    expect(month).toContain('chiave a priorità')
    expect((await visit(ada, '/condivisione/2026-06/csv')).text).toMatch(
      /2026-06,15,casa_B,0,150,150,0,150,0,150,0,150,0/,
    )
    const resident = await site.signIn('res_casa_A')
    const own = (await visit(resident, '/condivisione/2026-06')).text
    expect(own).toContain('casa_A')
    expect(own).not.toContain('casa_B')
    expect((await visit(resident, '/condivisione/2026-06/csv')).status).toBe(403)
    const co2 = await (await site.as('reader', '/api/co2/?da=2026-06-21&a=2026-06-22')).json()
    expect(co2).toMatchObject({
      fattori: [{ g_kwh: 200, fonte: 'prova', anno: 2025, dal: '2026-06-21' }],
      produzione_wh: 300,
      produzione_g: 60,
      evitata_autoconsumo_g: 0,
      evitata_condivisione_g: 30,
      immessa_g: 30,
      ore_senza_fattore: 0,
    })
    expect((await site.as('reader', '/api/co2/?da=2026-06-22&a=2026-06-21')).status).toBe(422)
  })
})

describe('a resident', () => {
  const measure = async () => {
    for (const id of ['casa_A', 'casa_B']) {
      const node = await site.node(id)
      for (let s = 0; s <= 600; s += 60) {
        await node.publishAsync(
          `comunita/${id}/bilancio`,
          JSON.stringify({ produzione_w: 1200, consumo_w: 300, eta_s: 600 - s }),
          { qos: 1 },
        )
      }
    }
  }

  it('decides what neighbours see, and changes the password, which ends other sessions', async () => {
    const own = await site.signIn('res_casa_A')
    const other = await site.signIn('res_casa_A')
    await visit(own, '/profilo/visibile', { visibile: 'si' })
    expect((await visit(own, '/profilo')).text).toContain('value="no"')
    const wrong = { attuale: 'not it', password: 'another password', password2: 'another password' }
    expect((await visit(own, '/profilo/password', wrong)).status).toBe(422)
    const changed = await visit(own, '/profilo/password', { ...wrong, attuale: 'a good password' })
    expect(changed.to).toBe('/profilo?fatto=password')
    expect((await visit(other, '/')).to).toMatch(/^\/accesso/)
  })

  it('takes all of the house’s data along, and deletes what was measured', async () => {
    await measure()
    const own = await site.signIn('res_casa_A')
    const before = JSON.parse((await visit(own, '/profilo/dati')).text)
    expect(before.casa.id).toBe('casa_A')
    expect(before.persone).toEqual([{ nome: 'res_casa_A', ruolo: 'resident', dal: expect.any(String) }])
    expect(before.ore[0].prodotta_wh).toBeCloseTo(200, 0)
    expect(before.intervalli_5m).toHaveLength(2)
    expect(JSON.stringify(before)).not.toContain('casa_B')
    expect((await visit(own, '/profilo/cancella', { conferma: 'not it' })).status).toBe(422)
    expect((await visit(own, '/profilo/cancella', { conferma: 'a good password' })).to).toBe(
      '/profilo?fatto=cancellati',
    )
    const after = JSON.parse((await visit(own, '/profilo/dati')).text)
    expect([after.ore, after.intervalli_5m]).toEqual([[], []])
    const neighbour = JSON.parse((await visit(await site.signIn('res_casa_B'), '/profilo/dati')).text)
    expect(neighbour.ore).toHaveLength(1)
  })

  it('goes through the history by its addresses, and no further than the own house and the community', async () => {
    await measure()
    const own = await site.signIn('res_casa_A')
    expect((await visit(own, '/storico?periodo=2026-06&casa=casa_A&vs=anno')).to).toBe(
      '/storico/2026-06?casa=casa_A&vs=anno',
    )
    const month = await visit(own, '/storico/2026-06')
    expect(month.text).toContain('0,2\u00a0kWh')
    expect((await visit(own, '/storico/2026-06?casa=comunita')).text).toContain('0,4\u00a0kWh')
    expect((await visit(own, '/storico/2026-06?casa=casa_B')).status).toBe(403)
    expect((await visit(own, '/storico/2026-13')).status).toBe(404)
    const csv = await visit(own, '/storico/2026-06-21/csv?formato=excel')
    expect(csv.headers.get('content-disposition')).toContain('solar-family-casa_A-2026-06-21.csv')
    expect(csv.text.split('\r\n')).toHaveLength(26)
  })
})
