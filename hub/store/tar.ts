import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'

/** Plain POSIX tar (ustar), uncompressed: what a backup is packed in, so that `tar xf` opens it without this program. */

const BLOCK = 512
const CHUNK = 1 << 20
/** The size field holds eleven octal digits. */
export const MAX_ENTRY_BYTES = 8 ** 11 - 1

export interface TarEntry {
  readonly name: string
  readonly bytes: number
  /** Where its content begins in the archive. */
  readonly offset: number
}

/** Appends one file to an archive that is open for writing. `mtime` in epoch ms. */
export function addToTar(archive: number, name: string, mtime: number, content: Uint8Array | { file: string }): void {
  const from = content instanceof Uint8Array ? null : openSync(content.file, 'r')
  try {
    const bytes = from === null ? (content as Uint8Array).length : fstatSync(from).size
    writeAll(archive, header(name, bytes, mtime))
    if (from === null) writeAll(archive, content as Uint8Array)
    else for (const chunk of chunksOf(from, 0, bytes)) writeAll(archive, chunk)
    writeAll(archive, new Uint8Array((BLOCK - (bytes % BLOCK)) % BLOCK))
  } finally {
    if (from !== null) closeSync(from)
  }
}

/** The two empty blocks an archive ends with. */
export function endTar(archive: number): void {
  writeAll(archive, new Uint8Array(2 * BLOCK))
}

/** What an archive holds, or null when it is no complete archive of ours. */
export function readTar(archive: number): TarEntry[] | null {
  const entries: TarEntry[] = []
  for (let at = 0; ; ) {
    const block = Buffer.alloc(BLOCK)
    if (readSync(archive, block, 0, BLOCK, at) < BLOCK) return null
    if (block.every((byte) => byte === 0)) return entries
    if (block.toString('latin1', 257, 262) !== 'ustar' || checksum(block) !== octal(block, 148, 8)) return null
    const bytes = octal(block, 124, 12)
    const name = block.toString('utf8', 0, 100).replace(/\0.*$/s, '')
    entries.push({ name, bytes, offset: at + BLOCK })
    at += BLOCK + Math.ceil(bytes / BLOCK) * BLOCK
  }
}

/** Content of an entry, piece by piece; ends early where the archive does. */
export function entryChunks(archive: number, entry: TarEntry): Generator<Uint8Array> {
  return chunksOf(archive, entry.offset, entry.bytes)
}

/** SHA-256 of a file, hex. */
export function hashFile(path: string): string {
  const file = openSync(path, 'r')
  try {
    return hashOf(chunksOf(file, 0, Number.POSITIVE_INFINITY))
  } finally {
    closeSync(file)
  }
}

export function hashOf(chunks: Iterable<Uint8Array>): string {
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

function* chunksOf(file: number, offset: number, bytes: number): Generator<Uint8Array> {
  const buffer = Buffer.alloc(CHUNK)
  for (let done = 0; done < bytes; ) {
    const read = readSync(file, buffer, 0, Math.min(CHUNK, bytes - done), offset + done)
    if (read === 0) return
    done += read
    yield buffer.subarray(0, read)
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
}

function header(name: string, bytes: number, mtime: number): Buffer {
  if (bytes > MAX_ENTRY_BYTES) throw new Error(`${name} has ${bytes} bytes: an archive holds files of up to 8 GiB`)
  const block = Buffer.alloc(BLOCK)
  const put = (text: string, at: number) => block.write(text, at, 'utf8')
  const number = (value: number, digits: number) => value.toString(8).padStart(digits, '0')
  put(name, 0)
  put(number(0o640, 7), 100)
  put(number(0, 7), 108)
  put(number(0, 7), 116)
  put(number(bytes, 11), 124)
  put(number(Math.max(0, Math.floor(mtime / 1000)), 11), 136)
  put('0', 156)
  put('ustar\x0000', 257)
  put(`${number(checksum(block), 6)}\0 `, 148)
  return block
}

/** Sum of the header's bytes, its own field taken as spaces. */
function checksum(block: Uint8Array): number {
  return block.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0)
}

function octal(block: Buffer, at: number, length: number): number {
  const text = block.toString('latin1', at, at + length).replace(/[\0 ].*$/s, '')
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN
}
