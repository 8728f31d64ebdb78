import type { Socket } from 'node:net'
import { connect as connectTcp } from 'node:net'

/** MQTT 3.1.1 byte by byte, for what no client library would send. */

export interface RawPacket {
  /** High nibble of the first byte: 2 = CONNACK, 3 = PUBLISH, 4 = PUBACK, … */
  readonly type: number
  readonly flags: number
  readonly body: Buffer
}

export const TYPE = {
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  suback: 9,
  unsuback: 11,
  pingresp: 13,
} as const

export interface ConnectOptions {
  readonly id?: string | Buffer
  readonly clean?: boolean
  readonly keepalive?: number
  readonly username?: string | Buffer
  readonly password?: string
  readonly will?: { topic: string | Buffer; payload?: string; qos?: number; retain?: boolean }
}

export function connectBytes(options: ConnectOptions = {}): Buffer {
  const { id = '', clean = true, keepalive = 60, username, password, will } = options
  const flags =
    (clean ? 2 : 0) |
    (will ? 4 | ((will.qos ?? 0) << 3) | (will.retain ? 0x20 : 0) : 0) |
    (password === undefined ? 0 : 0x40) |
    (username === undefined ? 0 : 0x80)
  return packet(
    0x10,
    text('MQTT'),
    Buffer.from([4, flags, keepalive >> 8, keepalive & 0xff]),
    text(id),
    ...(will ? [text(will.topic), text(will.payload ?? '')] : []),
    ...(username === undefined ? [] : [text(username)]),
    ...(password === undefined ? [] : [text(password)]),
  )
}

export interface PublishOptions {
  readonly qos?: 0 | 1 | 2
  readonly id?: number
  readonly retain?: boolean
  readonly dup?: boolean
}

export function publishBytes(topic: string | Buffer, payload: string | Buffer, options: PublishOptions = {}): Buffer {
  const { qos = 0, id = 1, retain = false, dup = false } = options
  const first = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
  return packet(first, text(topic), ...(qos > 0 ? [u16(id)] : []), Buffer.from(payload))
}

export function subscribeBytes(id: number, ...filters: readonly (readonly [string | Buffer, number])[]): Buffer {
  return packet(0x82, u16(id), ...filters.flatMap(([filter, qos]) => [text(filter), Buffer.from([qos])]))
}

export function unsubscribeBytes(id: number, ...filters: readonly string[]): Buffer {
  return packet(0xa2, u16(id), ...filters.map((filter) => text(filter)))
}

/** PUBACK 0x40, PUBREC 0x50, PUBREL 0x62, PUBCOMP 0x70. */
export function ackBytes(first: 0x40 | 0x50 | 0x62 | 0x70, id: number): Buffer {
  return packet(first, u16(id))
}

export const PINGREQ = Buffer.from([0xc0, 0])
export const DISCONNECT = Buffer.from([0xe0, 0])

/** A PUBLISH as it came. */
export function readPublish({ flags, body }: RawPacket) {
  const qos = (flags >> 1) & 3
  const end = 2 + body.readUInt16BE(0)
  return {
    topic: body.toString('utf8', 2, end),
    id: qos > 0 ? body.readUInt16BE(end) : 0,
    payload: body.toString('utf8', qos > 0 ? end + 2 : end),
    qos,
    dup: (flags & 8) !== 0,
    retain: (flags & 1) !== 0,
  }
}

/** A connection to a broker that keeps what it hears. */
export class RawClient {
  readonly socket: Socket
  readonly heard: RawPacket[] = []
  #rest: Buffer = Buffer.alloc(0)
  #wake: (() => void) | null = null
  #taken = 0

  constructor(port: number, socket: Socket = connectTcp(port, '127.0.0.1')) {
    this.socket = socket
    socket.on('error', () => {})
    socket.on('data', (bytes: Buffer) => this.#take(bytes))
    socket.on('close', () => this.#wake?.())
  }

  /** Connects and waits for CONNACK; its two bytes. */
  static async open(port: number, options: ConnectOptions = {}): Promise<{ client: RawClient; connack: number[] }> {
    const client = new RawClient(port)
    client.send(connectBytes(options))
    const answer = await client.next(TYPE.connack)
    return { client, connack: [...(answer?.body ?? [])] }
  }

  send(...packets: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(packets))
  }

  /** The next packet of a type (or of any) that was not given yet; null when the connection closed first. */
  async next(type?: number): Promise<RawPacket | null> {
    for (;;) {
      for (; this.#taken < this.heard.length; ) {
        const one = this.heard[this.#taken++]
        if (one && (type === undefined || one.type === type)) return one
      }
      if (this.socket.closed) return null
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  async nextPublish() {
    const one = await this.next(TYPE.publish)
    return one && readPublish(one)
  }

  /** Everything heard before the answer to a ping. */
  async settle(): Promise<RawPacket[]> {
    const from = this.#taken
    this.send(PINGREQ)
    await this.next(TYPE.pingresp)
    return this.heard.slice(from, this.#taken).filter((one) => one.type !== TYPE.pingresp)
  }

  async closed(): Promise<void> {
    if (!this.socket.closed) await new Promise<void>((resolve) => this.socket.once('close', () => resolve()))
  }

  async close(): Promise<void> {
    this.socket.destroy()
    await this.closed()
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes])
    for (;;) {
      const found = firstPacket(this.#rest)
      if (!found) break
      this.heard.push(found.packet)
      this.#rest = this.#rest.subarray(found.length)
    }
    this.#wake?.()
  }
}

function firstPacket(bytes: Buffer): { packet: RawPacket; length: number } | null {
  let length = 0
  for (let i = 1; i < bytes.length && i <= 4; i += 1) {
    const byte = bytes[i] ?? 0
    length += (byte & 0x7f) * 128 ** (i - 1)
    if (byte >= 0x80) continue
    const end = i + 1 + length
    if (bytes.length < end) return null
    const first = bytes[0] ?? 0
    return { packet: { type: first >> 4, flags: first & 15, body: bytes.subarray(i + 1, end) }, length: end }
  }
  return null
}

export function packet(first: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([first, ...lengthBytes(body.length)]), body])
}

/** A remaining length, as MQTT writes it. */
export function lengthBytes(length: number): number[] {
  const bytes: number[] = []
  let left = length
  do {
    bytes.push((left % 128) | (left >= 128 ? 0x80 : 0))
    left = Math.floor(left / 128)
  } while (left > 0)
  return bytes
}

function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([u16(bytes.length), bytes])
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}
