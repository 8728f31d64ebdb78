import { isUtf8 } from 'node:buffer'
import type { Socket } from 'node:net'
import type { Client } from 'aedes'
import type { BrokerLimits } from './broker-limits.ts'

/** What aedes and its parser keep to themselves, and the entrance needs. */
interface ClientInternals {
  readonly pause: () => void
  readonly _parser: {
    parse: (bytes: Buffer) => number
    _parseString: () => string | null
    _parseMessageId: () => boolean
    readonly _emitError: (error: Error) => void
    readonly packet: { readonly length: number; readonly messageId?: number }
    readonly _pos: number
    readonly _list: { readonly slice: (from: number, to: number) => Buffer }
  }
}

/**
 * Stands between the socket and the parser of aedes, which takes packets of any size and text of any bytes. A client
 * is heard no further than its CONNECT until it has been answered: what it sent after that stays in the socket.
 */
export function guardEntrance(client: Client, limits: BrokerLimits, broken: (why: string) => void): void {
  const internals = client as unknown as ClientInternals
  const parser = internals._parser
  const socket = client.conn as Socket
  const parse = parser.parse.bind(parser)
  const parseString = parser._parseString.bind(parser)
  const parseMessageId = parser._parseMessageId.bind(parser)
  let connect: Buffer | null = Buffer.alloc(0)

  parser.parse = (bytes) => {
    if (connect) return first(Buffer.concat([connect, bytes]))
    const left = parse(bytes)
    if (Math.max(parser.packet.length, left) > limits.maxPacketBytes) tooLong(limits.maxPacketBytes)
    return left
  }

  // Bytes that are no UTF-8 were decoded to U+FFFD; only then they are looked at again.
  parser._parseString = () => {
    const from = parser._pos + 2
    const text = parseString()
    if (text === null || !(text.includes('\uFFFD') || text.includes('\0'))) return text
    if (isUtf8(parser._list.slice(from, parser._pos)) && !text.includes('\0')) return text
    broken('text that is not UTF-8')
    return null
  }

  parser._parseMessageId = () => {
    if (!parseMessageId()) return false
    if (parser.packet.messageId !== 0) return true
    parser._emitError(new Error('message id 0'))
    return false
  }

  function first(heard: Buffer): number {
    const length = packetLength(heard)
    if (Math.max(length ?? 0, length === null ? heard.length : 0) > limits.maxConnectBytes) {
      tooLong(limits.maxConnectBytes)
      return 0
    }
    if (length === null || heard.length < length) {
      connect = heard
      return heard.length
    }
    connect = null
    internals.pause()
    if (heard.length > length) socket.unshift(heard.subarray(length))
    return parse(heard.subarray(0, length))
  }

  function tooLong(most: number): void {
    broken(`packet over ${most} bytes`)
    socket.destroy()
  }
}

/** Length of the packet that begins here, its header included; null while that cannot be told. */
function packetLength(bytes: Buffer): number | null {
  let length = 0
  for (let i = 1; i <= 4; i += 1) {
    const byte = bytes[i]
    if (byte === undefined) return null
    length += (byte & 0x7f) * 128 ** (i - 1)
    if (byte < 0x80) return length + i + 1
  }
  // Not a length at all: the parser says so.
  return bytes.length
}
