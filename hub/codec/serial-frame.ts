import { Buffer } from 'node:buffer'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'

// The lines of a node's USB port (docs/serial.md): JSON objects whose last field is a checksum of what stands before it.

const CHECKSUM = /,"crc":"([0-9A-F]{4})"\}$/
/** No line of a node is longer; what is, is noise. */
export const MAX_LINE_BYTES = 2048

/** CRC-16/CCITT-FALSE. Worked value: "123456789" -> 0x29B1. */
export function crc16(text: string): number {
  let crc = 0xffff
  for (const byte of Buffer.from(text, 'utf8')) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff) >>> 0
  }
  return crc
}

/** An object as a line of the port, with its checksum and line end. It must have a field. */
export function encodeLine(fields: Readonly<Record<string, unknown>>): string {
  const open = JSON.stringify(fields).slice(0, -1)
  return `${open},"crc":"${checksum(open)}"}\n`
}

export const LINE_FAULTS = ['crc', 'json', 'text'] as const
/** `crc`: the checksum does not fit; `json`: it fits and the rest is no object; `text`: not of this protocol at all. */
export type LineFault = (typeof LINE_FAULTS)[number]

/** What a line without its end says, or what is wrong with it. */
export function decodeLine(line: string): Result<Readonly<Record<string, unknown>>, LineFault> {
  const sum = CHECKSUM.exec(line)
  if (!line.startsWith('{') || !sum) return fail('text')
  const open = line.slice(0, sum.index)
  if (checksum(open) !== sum[1]) return fail('crc')
  try {
    return ok(JSON.parse(`${open}}`) as Record<string, unknown>)
  } catch {
    return fail('json')
  }
}

function checksum(text: string): string {
  return crc16(text).toString(16).toUpperCase().padStart(4, '0')
}

/** Cuts what comes in into lines; a line that never ends is dropped at `MAX_LINE_BYTES`. */
export class LineCutter {
  #rest = ''
  /** Bytes that belonged to no line. */
  dropped = 0

  /** What has come of a line that is not complete. */
  get rest(): string {
    return this.#rest
  }

  /** The lines that these bytes complete, without their ends. Bytes outside ASCII stay visible as noise. */
  take(bytes: Uint8Array): readonly string[] {
    const lines = (this.#rest + Buffer.from(bytes).toString('latin1')).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > MAX_LINE_BYTES) {
      this.dropped += this.#rest.length
      this.#rest = ''
    }
    return lines.map((line) => line.replace(/\r$/, '')).filter((line) => line !== '')
  }
}
