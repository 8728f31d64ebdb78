import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'
import { DAY } from '../domain/time.ts'
import type { Certificate } from './certificate.ts'
import { readCertificate } from './certificate.ts'

/** Browsers refuse certificates of servers that are to live longer than 398 days. */
const LIFE = 397 * DAY
export const RENEW_BEFORE = 30 * DAY

/**
 * The certificate that the hub makes for itself and keeps in a folder of the data folder: made where there is none that can be read, made
 * anew with the same key when it has 30 days left. `made` = it is not the one of before, so its fingerprint is new.
 */
export async function ownCertificate(
  folder: string,
  names: readonly string[],
  now: number,
): Promise<Result<Certificate & { readonly made: boolean }, string>> {
  const files = { cert: join(folder, 'hub.crt'), key: join(folder, 'hub.key') }
  const kept = readCertificate(files)
  if (kept.ok && kept.value.validTo.getTime() - now > RENEW_BEFORE) return ok({ ...kept.value, made: false })
  // Loaded by those who need it: it is large.
  const { makePrivateKey, selfSign } = await import('./self-signed.ts')
  try {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
    const signed = async (key: string) => {
      const cert = await selfSign({ key, names, from: now - DAY, until: now - DAY + LIFE })
      write(files.key, key, 0o600)
      write(files.cert, cert, 0o640)
    }
    // The key stays, so that whoever has pinned it goes on trusting; one that is of no use gives way.
    const key = readKey(files.key)
    if (key === null) await signed(await makePrivateKey())
    else await signed(key).catch(async () => signed(await makePrivateKey()))
  } catch (error) {
    return fail(`${folder} (tls.auto): the certificate cannot be made: ${(error as Error).message}.`)
  }
  const made = readCertificate(files)
  return made.ok ? ok({ ...made.value, made: true }) : made
}

function readKey(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

function write(file: string, text: string, mode: number): void {
  const partial = `${file}.partial`
  writeFileSync(partial, text, { mode })
  chmodSync(partial, mode)
  renameSync(partial, file)
}

const MOST_NAMES = 20
const DNS_NAME = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/

/** What this machine is called in its network, the usual name first. */
export function ownNames(
  machine: { readonly hostname: string; readonly addresses: readonly string[] } = thisMachine(),
): string[] {
  const [first = ''] = machine.hostname.split('.')
  const names = [machine.hostname, `${first}.local`, 'localhost'].filter((name) => DNS_NAME.test(name))
  const addresses = machine.addresses.filter((address) => !/^fe80:/i.test(address))
  return [...new Set([...names, ...addresses, '127.0.0.1', '::1'])].slice(0, MOST_NAMES)
}

function thisMachine() {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))
  return { hostname: hostname(), addresses }
}
