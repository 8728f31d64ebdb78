import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'

export interface Certificate {
  /** PEM. */
  readonly cert: string
  readonly key: string
  /** SHA-256 of the certificate, as tools print it. */
  readonly fingerprint: string
  readonly validTo: Date
}

/** A certificate and its key from their PEM files, or a sentence that says what is wrong with them. */
export function readCertificate(files: { cert: string; key: string }): Result<Certificate, string> {
  const cert = readPem(files.cert, 'tls.cert')
  if (!cert.ok) return cert
  const key = readPem(files.key, 'tls.key')
  if (!key.ok) return key
  const certificate = attempt(() => new X509Certificate(cert.value))
  if (!certificate) return fail(`${files.cert} (tls.cert) holds no certificate in PEM form.`)
  const privateKey = attempt(() => createPrivateKey(key.value))
  if (!privateKey) return fail(`${files.key} (tls.key) holds no private key in PEM form, or one with a passphrase.`)
  if (!certificate.checkPrivateKey(privateKey))
    return fail(`${files.key} (tls.key) is not the key of the certificate in ${files.cert} (tls.cert).`)
  const { fingerprint256: fingerprint, validToDate: validTo } = certificate
  return ok({ cert: cert.value, key: key.value, fingerprint, validTo })
}

function readPem(file: string, name: string): Result<string, string> {
  try {
    return ok(readFileSync(file, 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'the hub may not read it' : String(code)
    return fail(`${file} (${name}) cannot be read: ${why}.`)
  }
}

function attempt<T>(make: () => T): T | null {
  try {
    return make()
  } catch {
    return null
  }
}
