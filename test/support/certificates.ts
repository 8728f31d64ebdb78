import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { opensslPath } from '../needs.ts'

/** A self-signed certificate for 127.0.0.1 and its key, as PEM files in a folder. */
export function makeCertificate(folder: string, name: string): { cert: string; key: string } {
  const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30']
  const args = ['req', '-x509', ...kind, ...subject, '-keyout', files.key, '-out', files.cert]
  execFileSync(opensslPath() ?? 'openssl', args, { stdio: 'pipe' })
  return files
}
