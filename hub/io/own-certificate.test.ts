import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DAY } from '../domain/time.ts'
import { ownCertificate, ownNames } from './own-certificate.ts'

const NOW = Date.UTC(2026, 5, 21)
const NAMES = ['raspberry', 'raspberry.local', '192.168.1.2', '::1']
const root = mkdtempSync(join(tmpdir(), 'solar-family-certificate-'))
afterAll(() => rmSync(root, { recursive: true }))

let folders = 0
function folder(): string {
  folders += 1
  return join(root, `tls-${folders}`)
}

async function made(dir: string, now = NOW) {
  const certificate = await ownCertificate(dir, NAMES, now)
  if (!certificate.ok) throw new Error(certificate.error)
  return certificate.value
}

describe('the certificate that the hub makes', () => {
  it('is for its names and addresses, can sign no other, and its key is for its owner alone', async () => {
    const dir = folder()
    const { cert, key, made: isNew } = await made(dir)
    const x509 = new X509Certificate(cert)
    expect(isNew).toBe(true)
    for (const name of ['raspberry', 'raspberry.local']) expect(x509.checkHost(name)).toBe(name)
    for (const address of ['192.168.1.2', '::1']) expect(x509.checkIP(address)).toBeDefined()
    expect(x509.checkHost('elsewhere.local')).toBeUndefined()
    expect(x509.ca).toBe(false)
    expect(x509.verify(x509.publicKey)).toBe(true)
    expect(statSync(join(dir, 'hub.key')).mode & 0o777).toBe(0o600)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    expect(key).toContain('PRIVATE KEY')
  })

  it('stays the same until 30 days before its end, and is then made anew with the same key', async () => {
    const dir = folder()
    const first = await made(dir)
    const left = first.validTo.getTime() - NOW
    expect(left).toBeLessThan(398 * DAY)
    const later = await made(dir, NOW + left - 31 * DAY)
    expect([later.made, later.fingerprint]).toEqual([false, first.fingerprint])
    const renewed = await made(dir, NOW + left - 29 * DAY)
    expect([renewed.made, renewed.key]).toEqual([true, first.key])
    expect(renewed.fingerprint).not.toBe(first.fingerprint)
    expect(renewed.validTo.getTime()).toBeGreaterThan(NOW + left)
  })

  it('is made anew where a file is of no use', async () => {
    const dir = folder()
    const first = await made(dir)
    writeFileSync(join(dir, 'hub.crt'), 'no certificate')
    const second = await made(dir)
    expect(second.key).toBe(first.key)
    writeFileSync(join(dir, 'hub.key'), 'no key')
    const third = await made(dir)
    expect(third.key).not.toBe(first.key)
    expect(readFileSync(join(dir, 'hub.key'), 'utf8')).toBe(third.key)
  })

  it('says why it cannot be made', async () => {
    const certificate = await ownCertificate('/proc/none/tls', NAMES, NOW)
    expect(!certificate.ok && certificate.error).toMatch(
      /^\/proc\/none\/tls \(tls\.auto\): the certificate cannot be made: /,
    )
  })
})

it('names are those of the machine, its name on the local network, and its addresses but the link-local ones', () => {
  expect(ownNames({ hostname: 'rasp.lan', addresses: ['192.168.1.2', 'fe80::1', '2001:db8::2'] })).toEqual([
    'rasp.lan',
    'rasp.local',
    'localhost',
    '192.168.1.2',
    '2001:db8::2',
    '127.0.0.1',
    '::1',
  ])
  expect(ownNames({ hostname: 'not a name', addresses: [] })).toEqual(['localhost', '127.0.0.1', '::1'])
})
