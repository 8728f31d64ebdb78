import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { signatureOf } from '../hub/io/notify-http.ts'
import { house, keyOf, type TestHub, testHub } from './support/hub-in-process.ts'
import { type MailServer, startMailServer } from './support/mail-server.ts'

const NOON = Date.parse('2026-06-21T10:00:00Z')
const MINUTE = 60_000
const SECRET = 'sixteen-characters-or-more'

let t: TestHub
let mail: MailServer
const posts: { headers: NodeJS.Dict<string | string[]>; body: string }[] = []
let webhookStatus = 204
const webhook = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text
  })
  request.on('end', () => {
    posts.push({ headers: request.headers, body })
    response.writeHead(webhookStatus).end()
  })
})
let hook = ''

beforeAll(async () => {
  t = await testHub({
    houses: [house('casa_A', 5000), house('casa_B', 5000)],
    at: NOON,
    residents: ['casa_A', 'casa_B'],
  })
  mail = await startMailServer()
  const listening = Promise.withResolvers<void>()
  webhook.listen(0, '127.0.0.1', () => listening.resolve())
  await listening.promise
  const address = webhook.address()
  hook = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/hub`
})

afterAll(async () => {
  await t.stop()
  await mail.stop()
  webhook.closeAllConnections()
  webhook.close()
})

async function post(who: string, path: string, form: Record<string, string>) {
  const headers = { cookie: await cookieOf(who), origin: t.url }
  const answer = await fetch(t.url + path, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers,
    redirect: 'manual',
  })
  return { status: answer.status, location: answer.headers.get('location'), html: await answer.text() }
}

/** Signed in once: tries of a password are few a minute. */
const cookies = new Map<string, string>()
async function cookieOf(who: string): Promise<string> {
  const cookie = cookies.get(who) ?? (await t.signIn(who))
  cookies.set(who, cookie)
  return cookie
}

const page = async (who: string, path: string) =>
  (await fetch(t.url + path, { headers: { cookie: await cookieOf(who) } })).text()

/** Time goes by, and the hub looks at its alerts. */
async function pass(ms: number) {
  t.clock.at += ms
  await t.hub.tick()
  await t.hub.tellAlerts()
}

describe('notifications', () => {
  test('nothing is sent, nor offered, until an admin has set a way out', async () => {
    expect(await page('res_casa_A', '/profilo')).toContain('La comunità non ha ancora attivato e-mail o ntfy')
    expect((await post('res_casa_A', '/notifiche', {})).status).toBe(403)
    const tried = await post('ada', '/notifiche/prova', { canale: 'email', destinatario: 'anna@example.org' })
    expect(tried.html).toContain('non consegnato')
  })

  test('an admin sets them; what is wrong is told, what is secret never shown again', async () => {
    const form = {
      ...{ posta_host: '127.0.0.1', posta_porta: String(mail.port), posta_sicurezza: 'nessuna', posta_utente: 'hub' },
      ...{ posta_mittente: 'hub@example.org', posta_segreto: SECRET, webhook_url: hook, webhook_segreto: SECRET },
    }
    const wrong = await post('ada', '/notifiche', { ...form, posta_host: 'mail.example.org', webhook_segreto: 'short' })
    expect(wrong.status).toBe(422)
    expect(wrong.html).toContain('Senza cifratura si invia solo a un server della propria rete.')
    expect(wrong.html).toContain('Servono almeno 16 caratteri.')
    expect(wrong.html).not.toContain(SECRET)
    expect((await post('ada', '/notifiche', form)).location).toBe('/notifiche?salvato')
    for (const path of ['/notifiche', '/modifiche', '/registro']) expect(await page('ada', path)).not.toContain(SECRET)
    // A secret left empty stays; for another server it is not used.
    const { posta_segreto: _, webhook_segreto: __, ...without } = form
    await post('ada', '/notifiche', without)
    expect(t.hub.registry.current.settings.notify.mail?.password).toBe(SECRET)
    expect((await post('ada', '/notifiche', { ...without, webhook_url: `${hook}/elsewhere` })).status).toBe(422)
  })

  test('a test shows what really came of it', async () => {
    const good = await post('ada', '/notifiche/prova', { canale: 'email', destinatario: 'ada@example.org' })
    expect(good.html).toContain('E-mail: consegnato.')
    expect(mail.mails.at(-1)?.to).toBe('ada@example.org')
    expect((await post('ada', '/notifiche/prova', { canale: 'webhook' })).html).toContain('Webhook: consegnato.')
    webhookStatus = 403
    const bad = await post('ada', '/notifiche/prova', { canale: 'webhook' })
    expect(bad.html).toContain('refused with status 403')
    webhookStatus = 204
  })

  test('a resident tries the own address, and takes it along', async () => {
    const wish = { email: 'anna@example.org', quiete_da: '', quiete_a: '', rientro: 'si' }
    expect(await page('res_casa_A', '/profilo')).not.toContain('messaggio di prova')
    await post('res_casa_A', '/profilo/avvisami', wish)
    expect(await page('res_casa_A', '/profilo')).toContain('Mandami un messaggio di prova')
    mail.mails.length = 0
    expect((await post('res_casa_A', '/profilo/prova', {})).html).toContain('E-mail: consegnato.')
    expect(mail.mails.map(({ to }) => to)).toEqual(['anna@example.org'])
    for (let i = 0; i < 2; i += 1) await post('res_casa_A', '/profilo/prova', {})
    expect((await post('res_casa_A', '/profilo/prova', {})).status).toBe(429)
    expect(mail.mails).toHaveLength(3)
    const own = JSON.parse(await page('res_casa_A', '/profilo/dati')) as { avvisami: object }
    expect(own.avvisami).toMatchObject({ email: 'anna@example.org', ntfy: null, rientro: true })
    await post('res_casa_A', '/profilo/avvisami', { ...wish, email: '' })
  })

  test('a resident asks for e-mails, and is told of the own house alone, once, and when it is over', async () => {
    const wish = { email: 'anna@example.org', quiete_da: '22:00', quiete_a: '7:00', rientro: 'si' }
    expect((await post('res_casa_A', '/profilo/avvisami', { ...wish, quiete_a: '25:00' })).status).toBe(422)
    expect((await post('res_casa_A', '/profilo/avvisami', wish)).location).toBe('/profilo?avvisami=salvato#avvisami')
    mail.mails.length = 0
    posts.length = 0
    await t.hub.tellAlerts()
    const reading = (id: string) =>
      fetch(`${t.url}/api/bilancio/`, {
        method: 'POST',
        body: JSON.stringify({ casa: id, produzione_w: 1000, consumo_w: 400 }),
        headers: {
          'content-type': 'application/json',
          authorization: `Basic ${Buffer.from(`${id}:${keyOf(id)}`).toString('base64')}`,
        },
      })
    for (const id of ['casa_A', 'casa_B']) expect((await reading(id)).status).toBe(201)
    await pass(16 * MINUTE)
    await pass(2 * MINUTE)
    await pass(2 * MINUTE)
    expect(mail.mails.map(({ to }) => to)).toEqual(['anna@example.org'])
    expect(mail.mails[0]?.text).toContain('casa_A')
    expect(mail.mails[0]?.text).not.toContain('casa_B')
    const [told] = posts
    expect(posts).toHaveLength(1)
    const body = JSON.parse(told?.body ?? '') as { avvisi: { evento: string; casa: string; codice: string }[] }
    expect(body.avvisi.map((a) => `${a.evento} ${a.casa} ${a.codice}`).sort()).toEqual([
      'aperto casa_A nodo_offline',
      'aperto casa_B nodo_offline',
    ])
    const stamp = Number(told?.headers['x-solar-family-timestamp'])
    expect(told?.headers['x-solar-family-signature']).toBe(`sha256=${signatureOf(SECRET, stamp, told?.body ?? '')}`)
    expect((await reading('casa_A')).status).toBe(201)
    await pass(MINUTE)
    expect(mail.mails).toHaveLength(2)
    expect(mail.mails[1]?.text).toContain('rientrato')
  })

  test('what cannot be delivered waits, is told to the admin, survives a restart and is delivered later', async () => {
    const { port } = mail
    webhookStatus = 500
    posts.length = 0
    await fetch(`${t.url}/api/bilancio/`, {
      method: 'POST',
      body: JSON.stringify({ casa: 'casa_B', produzione_w: 1000, consumo_w: 400 }),
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`casa_B:${keyOf('casa_B')}`).toString('base64')}`,
      },
    })
    await pass(MINUTE)
    expect(posts.length).toBeGreaterThan(0)
    expect(await page('ada', '/notifiche')).toMatch(/in attesa, 1 tentativo: 127\.0\.0\.1:\d+: refused with status 500/)
    await t.hub.tellAlerts()
    expect(posts).toHaveLength(1)
    await t.restart()
    webhookStatus = 204
    t.clock.at += 2 * MINUTE
    await vi.waitFor(async () => {
      await t.hub.tellAlerts()
      expect(posts).toHaveLength(2)
    })
    expect(JSON.parse(posts[1]?.body ?? '').id).toBe(JSON.parse(posts[0]?.body ?? '').id)
    expect(await page('ada', '/notifiche')).toContain('consegnato dopo 2 tentativi')
    expect(mail.port).toBe(port)
  })
})
