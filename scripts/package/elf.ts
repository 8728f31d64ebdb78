/** A part of a program that the kernel maps: an ELF64 PT_LOAD entry. */
export interface Segment {
  readonly address: number
  /** Where its content lies in the file. */
  readonly offset: number
  readonly fileBytes: number
  /** What the file does not hold of it is zeros. */
  readonly bytes: number
  /** Bits: 1 = execute, 2 = write, 4 = read. */
  readonly flags: number
}

const PT_LOAD = 1

/** The mapped parts of an ELF64 little-endian program. */
export function segmentsOf(file: Buffer): Segment[] {
  if (file.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') throw new Error('not a 64-bit little-endian ELF program')
  const table = Number(file.readBigUInt64LE(32))
  const entryBytes = file.readUInt16LE(54)
  const at64 = (at: number) => Number(file.readBigUInt64LE(at))
  return Array.from({ length: file.readUInt16LE(56) }, (_, i) => table + i * entryBytes)
    .filter((at) => file.readUInt32LE(at) === PT_LOAD)
    .map((at) => ({
      flags: file.readUInt32LE(at + 4),
      offset: at64(at + 8),
      address: at64(at + 16),
      fileBytes: at64(at + 32),
      bytes: at64(at + 40),
    }))
}

/**
 * Whether a kernel with pages of `pageBytes` leaves every part whole: what is wrong, or null. Parts are mapped in their order and
 * a page that two of them share becomes the later one's: it must then hold the same bytes of the file and allow as much.
 * A Raspberry Pi 5 has pages of 16 KiB; a read-only part appended on the next 4 KiB takes the end of the variables there.
 */
export function sharedPage(segments: readonly Segment[], pageBytes: number): string | null {
  const page = (address: number) => Math.floor(address / pageBytes)
  const sorted = segments.filter(({ bytes }) => bytes > 0).toSorted((a, b) => a.address - b.address)
  for (const [i, next] of sorted.entries()) {
    const before = sorted[i - 1]
    if (!before || page(before.address + before.bytes - 1) < page(next.address)) continue
    const sameBytes = before.bytes === before.fileBytes && next.address - next.offset === before.address - before.offset
    if (sameBytes && (before.flags & ~next.flags) === 0) continue
    return `the parts at 0x${before.address.toString(16)} and 0x${next.address.toString(16)} share a page of ${pageBytes / 1024} KiB`
  }
  return null
}
