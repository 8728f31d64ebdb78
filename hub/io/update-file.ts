import { createHash, createPublicKey, sign, verify } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'
import { isVersion } from '../domain/version.ts'

/**
 * An update file: a line of JSON that says what is in it, a line with its ed25519 signature in base64, then the program, gzipped.
 * The line holds the program's sum, so that one signature covers all.
 */
const HEADER = z.object({
  format: z.literal('solar-family-update'),
  program: z.string().refine(isVersion),
  arch: z.enum(['x64', 'arm64']),
  bytes: z
    .number()
    .int()
    .min(1)
    .max(1 << 30),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type UpdateHeader = z.infer<typeof HEADER>

/** More than both lines can have. */
const MAX_HEAD_BYTES = 4096

/** What an update file begins with. `privateKey` is PEM. */
export function updateHead(header: UpdateHeader, privateKey: string): Buffer {
  const line = Buffer.from(JSON.stringify(header))
  return Buffer.concat([line, Buffer.from(`\n${sign(null, line, privateKey).toString('base64')}\n`)])
}

export interface OpenedUpdate {
  readonly header: UpdateHeader
  /** Where the program begins in the file. */
  readonly offset: number
}

/** Reads what a file is and whether one of `keys` (public, PEM) has signed it. */
export async function openUpdate(file: string, keys: readonly string[]): Promise<Result<OpenedUpdate, string>> {
  const handle = await open(file)
  let head: Buffer
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_HEAD_BYTES), 0, MAX_HEAD_BYTES, 0)
    head = buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
  const first = head.indexOf('\n')
  const second = head.indexOf('\n', first + 1)
  if (first < 0 || second < 0) return fail(`${file} is no update of Solar Family.`)
  const line = head.subarray(0, first)
  const header = headerOf(line)
  if (!header) return fail(`${file} is no update of Solar Family, or one of a form that this version does not know.`)
  if (keys.length === 0)
    return fail(
      'This program trusts no signing key, so that no update can be checked: install the package, or put the public key of whoever signs into /etc/solar-family/update-keys.pem.',
    )
  const signature = Buffer.from(head.toString('latin1', first + 1, second), 'base64')
  if (!keys.some((key) => verify(null, line, createPublicKey(key), signature)))
    return fail(
      `${file} is not signed by a key that this program trusts: get it again from where releases are published.`,
    )
  return ok({ header, offset: second + 1 })
}

function headerOf(line: Buffer): UpdateHeader | null {
  try {
    return HEADER.parse(JSON.parse(line.toString('utf8')))
  } catch {
    return null
  }
}

/** Writes the program of an update file to `to`; what is wrong with it, or null. Whatever is written then is to be thrown away. */
export async function unpackUpdate(file: string, { header, offset }: OpenedUpdate, to: string): Promise<string | null> {
  const hash = createHash('sha256')
  let bytes = 0
  const checked = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length
      hash.update(chunk)
      if (bytes > header.bytes) done(new Error('too long'))
      else done(null, chunk)
    },
  })
  try {
    const target = createWriteStream(to, { mode: 0o755, flush: true })
    await pipeline(createReadStream(file, { start: offset }), createGunzip(), checked, target)
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    if (syscall !== undefined && !code?.startsWith('Z_')) throw error
    return `${file} is damaged: copy it again.`
  }
  const whole = bytes === header.bytes && hash.digest('hex') === header.sha256
  return whole ? null : `${file} is damaged: its program is not the one that was signed. Copy it again.`
}

/** The public keys in a text of PEM blocks. */
export function publicKeys(pem: string): string[] {
  return pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? []
}
