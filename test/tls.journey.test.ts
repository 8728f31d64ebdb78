import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import type { MqttClient } from 'mqtt'
import { connectAsync } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readCertificate } from '../hub/io/certificate.ts'
import { serveHttp } from '../hub/io/http.ts'
import { ownCertificate } from '../hub/io/own-certificate.ts'
import { needs, opensslPath } from './needs.ts'
import { makeCertificate } from './support/certificates.ts'
import type { TestHub } from './support/hub-in-process.ts'
import { house, keyOf, testHub } from './support/hub-in-process.ts'
import { dataFolder, run, runJson, start, stopAll } from './support/hub-process.ts'
import { connectBytes, RawClient, TYPE } from './support/mqtt-raw.ts'

/** MQTT and the pages over TLS, beside the plain ports and in front of the same hub. */

const runs = describe.runIf(needs(opensslPath(), 'the TLS journeys', 'openssl'))

runs('TLS', () => {
  let files: { cert: string; key: string }
  let site: TestHub
  const clients: MqttClient[] = []

  beforeAll(async () => {
    files = makeCertificate(dataFolder(), 'hub')
    site = await testHub({
      houses: [house('casa_A', 3000), house('casa_B', 3000)],
      at: Date.UTC(2026, 5, 21, 10),
      tls: files,
      limits: { maxConnectionsPerAddress: 12, connectTimeoutMs: 500 },
    })
  })
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)))
  })
  afterAll(async () => {
    await site.stop()
    await stopAll()
  })

  async function secureNode(id: string, options: object = {}) {
    const client = await connectAsync({
      protocol: 'mqtts',
      host: '127.0.0.1',
      port: site.hub.mqttsPort ?? 0,
      ca: readFileSync(files.cert),
      username: id,
      password: keyOf(id),
      reconnectPeriod: 0,
      ...options,
    })
    client.on('error', () => {})
    clients.push(client)
    return client
  }

  it('a node publishes over TLS, and is the same node to the hub as over TCP', async () => {
    const node = await secureNode('casa_A', { clientId: 'node' })
    await node.publishAsync('comunita/casa_A/bilancio', '{"produzione_w":1500,"consumo_w":400}', { qos: 1 })
    const state = (await (await site.as('reader', '/api/comunita/stato/')).json()) as { case: object[] }
    expect(state.case).toContainEqual({ nome: 'casa_A', produzione_w: 1500, consumo_w: 400, bilancio_w: 1100 })
    // One broker: over TCP the same client id takes the place of the one over TLS.
    const gone = new Promise<void>((resolve) => node.once('close', () => resolve()))
    clients.push(await site.node('casa_A', { clientId: 'node' }))
    await gone
  })

  it('has the same rules: a wrong key, and the topics of another', async () => {
    await expect(secureNode('casa_A', { password: 'wrong' })).rejects.toMatchObject({ code: 5 })
    const node = await secureNode('casa_A')
    const gone = new Promise<void>((resolve) => node.once('close', () => resolve()))
    node.publish('comunita/casa_B/bilancio', '{}')
    await gone
  })

  it('takes a burst behind the CONNECT', async () => {
    const socket = connectTls({ port: site.hub.mqttsPort ?? 0, host: '127.0.0.1', ca: readFileSync(files.cert) })
    const client = new RawClient(0, socket)
    client.send(connectBytes({ id: 'burst', username: 'casa_B', password: keyOf('casa_B') }), Buffer.from([0xc0, 0]))
    expect([...((await client.next(TYPE.connack))?.body ?? [])]).toEqual([0, 0])
    expect(await client.next(TYPE.pingresp)).not.toBeNull()
    await client.close()
  })

  it('a connection that ended makes room', async () => {
    for (let i = 0; i < 30; i += 1) await (await secureNode('casa_A', { clientId: `again${i}` })).endAsync(true)
    await new Promise((resolve) => setImmediate(resolve))
  })

  it('what is no TLS is dropped and told of; who never greets is dropped too', async () => {
    const plain = new RawClient(site.hub.mqttsPort ?? 0)
    plain.send(connectBytes({ id: 'x' }))
    await plain.closed()
    await expect.poll(() => site.hub.strangers.list().map((one) => one.why)).toContain('TLS handshake failed')
    await new RawClient(site.hub.mqttsPort ?? 0).closed()
  })

  it('connections are counted before their handshake, with those over TCP', async () => {
    const waiting = Array.from({ length: 12 }, (_, i) =>
      connectTcp((i % 2 === 0 ? site.hub.mqttsPort : site.hub.mqttPort) ?? 0, '127.0.0.1').on('error', () => {}),
    )
    const over = new RawClient(site.hub.mqttPort)
    await over.closed()
    expect(site.hub.strangers.list().map((one) => one.why)).toContain('too many connections from one address')
    for (const socket of waiting) socket.destroy()
  })

  it('the pages are there over HTTPS as well', async () => {
    const status = await new Promise((resolve, reject) => {
      const ask = { host: '127.0.0.1', port: site.hub.httpsPort, path: '/healthz', ca: readFileSync(files.cert) }
      request(ask, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
        .on('error', reject)
        .end()
    })
    expect(status).toBe(200)
    expect((await fetch(`${site.url}/healthz`)).status).toBe(200)
  })

  it('the program says its TLS port when it is ready, and the fingerprint in its log', async () => {
    const data = dataFolder()
    const { key } = await runJson<{ key: string }>('house', 'add', 'casa_A', '--peak', '3000', '--data', data)
    const certified = ['--set', `tls.cert=${files.cert}`, '--set', `tls.key=${files.key}`, '--mqtts-port', '0']
    const hub = await start('hub', '--data', data, '--bind', '127.0.0.1', ...certified)
    const { mqtts_port: port } = hub.ready as { mqtts_port?: number }
    const client = await secureNode('casa_A', { port, password: key })
    expect(client.connected).toBe(true)
    const certificate = readCertificate(files)
    expect(certificate.ok && hub.errors()).toContain(certificate.ok ? certificate.value.fingerprint : '')
    expect(hub.errors()).not.toContain('PRIVATE KEY')
    expect((await hub.stop()).code).toBe(0)
  })

  it('without a certificate there is no such port, and --mqtts-port asks for nothing', async () => {
    const hub = await start('hub', '--data', dataFolder(), '--bind', '127.0.0.1', '--mqtts-port', '0')
    expect(hub.ready).not.toHaveProperty('mqtts_port')
    await hub.stop()
  })

  it.each<[string, (folder: string) => { cert: string; key: string }, RegExp]>([
    [
      'missing',
      () => ({ ...files, cert: '/nowhere/x.crt' }),
      /\/nowhere\/x\.crt \(tls\.cert\) cannot be read: there is no such file/,
    ],
    [
      'no certificate',
      (folder) => ({ ...files, cert: garbage(folder) }),
      /\(tls\.cert\) holds no certificate in PEM form/,
    ],
    ['no key', (folder) => ({ ...files, key: garbage(folder) }), /\(tls\.key\) holds no private key in PEM form/],
    [
      'of another',
      (folder) => ({ ...files, key: makeCertificate(folder, 'other').key }),
      /is not the key of the certificate/,
    ],
  ])('a file that is %s stops the start with a sentence', async (_, make, sentence) => {
    const folder = dataFolder()
    const { cert, key } = make(folder)
    const wrong = ['--set', `tls.cert=${cert}`, '--set', `tls.key=${key}`]
    const { code, err } = await run('hub', '--data', folder, '--bind', '127.0.0.1', '--http-port', '0', ...wrong)
    expect([code, err.trim().split('\n').length]).toEqual([1, 1])
    expect(err).toMatch(sentence)
  })
})

describe('with a certificate that the hub makes itself', () => {
  afterAll(stopAll)

  it('nodes and pages are served over TLS, and technicians see its fingerprint', async () => {
    const site = await testHub({ houses: [house('casa_A', 3000)], at: Date.now(), tls: 'auto' })
    try {
      const ca = readFileSync(join(site.dataDir, 'tls', 'hub.crt'))
      const { fingerprint256: fingerprint } = new X509Certificate(ca)
      const port = site.hub.mqttsPort ?? 0
      const sign = { username: 'casa_A', password: keyOf('casa_A'), reconnectPeriod: 0 }
      const node = await connectAsync({ protocol: 'mqtts', host: 'localhost', port, ca, ...sign })
      expect(node.connected).toBe(true)
      await node.endAsync(true)
      expect(await peerOf(site.hub.httpsPort ?? 0)).toBe(fingerprint)
      const page = (path: string) =>
        site.signIn('tino').then((cookie) => fetch(site.url + path, { headers: { cookie } }))
      expect(await (await page('/impianto')).text()).toContain(fingerprint)
      await site.restart()
      expect(await peerOf(site.hub.httpsPort ?? 0)).toBe(fingerprint)
    } finally {
      await site.stop()
    }
  })

  it('a new one is used by open ports at once', async () => {
    const folder = dataFolder()
    const made = async (at: number) => {
      const certificate = await ownCertificate(join(folder, 'tls'), ['localhost'], at)
      if (!certificate.ok) throw new Error(certificate.error)
      return certificate.value
    }
    const first = await made(Date.now() - 380 * 86_400_000)
    const server = await serveHttp(() => new Response('ok'), '127.0.0.1', 0, first)
    expect(await peerOf(server.port)).toBe(first.fingerprint)
    const second = await made(Date.now())
    server.renew(second)
    expect(await peerOf(server.port)).toBe(second.fingerprint)
    expect(second.fingerprint).not.toBe(first.fingerprint)
    await server.stop()
  })
})

/** Fingerprint of the certificate that a port answers with. */
function peerOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256)
      socket.destroy()
    }).on('error', reject)
  })
}

function garbage(folder: string): string {
  const file = join(folder, 'garbage.pem')
  writeFileSync(file, 'not a PEM file')
  return file
}
