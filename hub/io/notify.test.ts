import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { type MailManners, startMailServer } from '../../test/support/mail-server.ts'
import type { NoticeMessage } from '../domain/notice-message.ts'
import type { MailSecurity } from '../domain/settings.ts'
import { postJson, signatureOf } from './notify-http.ts'
import { sendMail } from './notify-mail.ts'
import { makePrivateKey, selfSign } from './self-signed.ts'

const key = await makePrivateKey()
const names = ['127.0.0.1']
const tls = { key, cert: await selfSign({ key, names, from: Date.now() - 60_000, until: Date.now() + 3_600_000 }) }
const never = new AbortController().signal
const MESSAGE: NoticeMessage = { subject: 'Comunità: prova', text: 'Già fatto.', notice: null, at: 0 }
const SECRET = 'a-very-secret-password'

async function mailTo(manners: MailManners, more: { security?: MailSecurity; to?: string; timeoutMs?: number } = {}) {
  const server = await startMailServer(manners)
  onTestFinished(() => server.stop())
  const mail = {
    ...{ host: '127.0.0.1', port: server.port, security: more.security ?? ('nessuna' as const) },
    ...{ user: 'hub', password: SECRET, from: 'hub@example.org' },
  }
  const limits = { id: 'x-1', timeoutMs: more.timeoutMs ?? 20_000, signal: never }
  return { server, delivery: await sendMail(mail, more.to ?? 'anna@example.org', MESSAGE, limits) }
}

describe('an e-mail', () => {
  test('is handed over with its subject and text, signed in', async () => {
    const { server, delivery } = await mailTo({})
    expect(delivery).toEqual({ ok: true })
    expect(server.mails.map(({ to }) => to)).toEqual(['anna@example.org'])
    expect(server.mails[0]?.text).toContain('Message-ID: <x-1@example.org>')
    expect(server.mails[0]?.text).toContain('=?UTF-8?')
    expect(server.logins).toEqual([`\0hub\0${SECRET}`])
  })
  test.each<[string, MailManners, { security?: MailSecurity; timeoutMs?: number }, RegExp, boolean]>([
    [
      'a wrong password',
      { refuseLogin: '535 no such login' },
      {},
      /does not accept the user name.*535 no such login/,
      true,
    ],
    ['an unknown recipient', { refuseRecipient: '550 nobody here' }, {}, /recipient \(.*550 nobody here\)/, true],
    ['a full mailbox', { refuseRecipient: '452 come back' }, {}, /452 come back/, false],
    ['a refused text', { refuseData: '554 spam' }, {}, /554 spam/, true],
    ['a busy server', { refuseData: '451 later' }, {}, /451 later/, false],
    ['a silent server', { silent: true }, { timeoutMs: 300 }, /no answer within 0.3 s/, false],
    ['a broken line', { hangsUp: true }, {}, /the connection broke|could not be handed over/, false],
    ['no STARTTLS', {}, { security: 'starttls' }, /offers no encryption/, true],
    ['no TLS', {}, { security: 'tls' }, /does not speak TLS/, false],
    ['a certificate nobody vouches for', { tls }, { security: 'tls' }, /certificate cannot be trusted/, false],
  ])('%s is told', async (_name, manners, more, sentence, permanent) => {
    const { server, delivery } = await mailTo(manners, more)
    expect(delivery).toMatchObject({ ok: false, permanent, problem: expect.stringMatching(sentence) })
    expect(JSON.stringify(delivery)).not.toContain(SECRET)
    expect(server.mails).toEqual([])
  })
  test('a server that is not there is told, and a text cannot add recipients', async () => {
    const server = await startMailServer()
    await server.stop()
    const mail = {
      host: '127.0.0.1',
      port: server.port,
      security: 'nessuna',
      user: null,
      password: null,
      from: 'a@b.it',
    } as const
    const limits = { id: '1', timeoutMs: 5_000, signal: never }
    expect(await sendMail(mail, 'x@y.it', MESSAGE, limits)).toMatchObject({
      problem: expect.stringMatching(/connection refused/),
      permanent: false,
    })
    const sly = await startMailServer()
    onTestFinished(() => sly.stop())
    const subject = 'a\r\nBcc: b@c.it'
    await sendMail({ ...mail, port: sly.port }, 'x@y.it', { ...MESSAGE, subject }, limits)
    expect(sly.mails.map(({ to }) => to)).toEqual(['x@y.it'])
    expect(sly.mails[0]?.text).not.toMatch(/^Bcc/m)
  })
})

const servers: Server[] = []
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

async function httpServer(answer: RequestListener, secure = false): Promise<string> {
  const server = secure ? (createSecureServer(tls, answer) as unknown as Server) : createServer(answer)
  servers.push(server)
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', () => listening.resolve())
  await listening.promise
  const address = server.address()
  return `${secure ? 'https' : 'http'}://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`
}

describe('a post', () => {
  test('is taken with its headers', async () => {
    const heard: string[] = []
    const url = await httpServer((request, response) => {
      request.setEncoding('utf8').on('data', (text) => heard.push(`${request.headers.authorization} ${text}`))
      request.on('end', () => response.end('fine'))
    })
    const headers = { authorization: 'Bearer t' }
    expect(await postJson(url, '{"a":1}', { headers, timeoutMs: 20_000, signal: never })).toEqual({ ok: true })
    expect(heard).toEqual(['Bearer t {"a":1}'])
  })
  test.each<[string, RequestListener, RegExp, boolean]>([
    ['404', (_, r) => void r.writeHead(404).end('no\u0007 such topic'), /status 404 \(no such topic\)/, true],
    ['401', (_, r) => void r.writeHead(401).end(), /status 401\./, true],
    ['429', (_, r) => void r.writeHead(429).end(), /status 429/, false],
    ['500', (_, r) => void r.writeHead(500).end('x'.repeat(5000)), /status 500 \(x{200}\)/, false],
    [
      'a redirect',
      (_, r) => void r.writeHead(302, { location: 'http://elsewhere.example/' }).end(),
      /sends us elsewhere/,
      true,
    ],
    ['a slow one', () => {}, /no answer within 0.3 s/, false],
    ['a broken one', (request) => void request.socket.destroy(), /the connection broke/, false],
  ])('%s is told', async (name, answer, sentence, permanent) => {
    const url = await httpServer(answer)
    const timeoutMs = name === 'a slow one' ? 300 : 20_000
    const delivery = await postJson(url, '{}', { headers: { authorization: SECRET }, timeoutMs, signal: never })
    expect(delivery).toMatchObject({ ok: false, permanent, problem: expect.stringMatching(sentence) })
    expect(JSON.stringify(delivery)).not.toContain(SECRET)
  })
  test('a server that is not there, or whose certificate nobody vouches for, is told', async () => {
    const options = { timeoutMs: 20_000, signal: never }
    const secure = await httpServer((_, r) => void r.end(), true)
    expect(await postJson(secure, '{}', options)).toMatchObject({
      problem: expect.stringMatching(/certificate cannot be trusted/),
    })
    const gone = await startMailServer()
    await gone.stop()
    expect(await postJson(`http://127.0.0.1:${gone.port}/`, '{}', options)).toMatchObject({
      problem: expect.stringMatching(/connection refused/),
      permanent: false,
    })
  })
})

test('a signature is the HMAC of time and body', () => {
  // printf '1700000000.{}' | openssl dgst -sha256 -hmac secret-of-sixteen
  expect(signatureOf('secret-of-sixteen', 1_700_000_000, '{}')).toBe(
    '392db33d6f2a0f4fbeb9ccc6adda8cff2aa84622afe4c9353c909534d99d6f08',
  )
})
