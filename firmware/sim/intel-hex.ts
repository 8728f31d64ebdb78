/** Words of the ATmega2560's flash. */
const FLASH_BYTES = 0x40000

/**
 * The flash that an Intel HEX file describes, as words; what it leaves out is 0xFFFF, as in an erased chip.
 * Throws at a line that is not right: the file comes from our own build.
 */
export function flashOf(hex: string): Uint16Array<ArrayBuffer> {
  const bytes = new Uint8Array(FLASH_BYTES).fill(0xff)
  let base = 0
  for (const [index, line] of hex.split(/\r?\n/).entries()) {
    if (line === '') continue
    const record = recordOf(line)
    if (!record) throw new Error(`line ${index + 1} of the image is not Intel HEX: ${line.slice(0, 40)}`)
    const { address, type, data } = record
    if (type === 1) break
    if (type === 2) base = (((data[0] ?? 0) << 8) | (data[1] ?? 0)) << 4
    else if (type === 4) base = (((data[0] ?? 0) << 8) | (data[1] ?? 0)) << 16
    else if (type === 0) {
      if (base + address + data.length > FLASH_BYTES)
        throw new Error(`line ${index + 1} of the image is beyond the flash`)
      bytes.set(data, base + address)
    }
  }
  return new Uint16Array(bytes.buffer)
}

function recordOf(line: string): { address: number; type: number; data: Uint8Array } | null {
  if (!/^:([0-9a-f]{2}){5,}$/i.test(line)) return null
  const bytes = Uint8Array.from(Buffer.from(line.slice(1), 'hex'))
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  if ((sum & 0xff) !== 0 || bytes[0] !== bytes.length - 5) return null
  return { address: ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0), type: bytes[3] ?? 0, data: bytes.subarray(4, -1) }
}
