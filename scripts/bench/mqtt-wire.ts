/** As much of MQTT 3.1.1 as a load generator needs: three packets out, two in. */

export function connectPacket(id: string, password: string): Buffer {
  const body = [text('MQTT'), Buffer.from([4, 0xc2, 0, 0]), text(id), text(id), text(password)]
  return packet(0x10, Buffer.concat(body))
}

/** Where a publish is changed before it is sent again: everything else is encoded once. */
export interface PublishTemplate {
  readonly bytes: Buffer
  readonly idAt: number
  readonly seqAt: number
}

const FIRST_SEQ = 1_000_000_000
const SEQ_DIGITS = 10

/** A QoS 1 `bilancio` of a house; its `seq` has ten digits, so that its length never changes. */
export function publishTemplate(topic: string, boot: number): PublishTemplate {
  const payload = `{"produzione_w":1500,"consumo_w":400,"boot":${boot},"seq":${FIRST_SEQ}}`
  const bytes = packet(0x32, Buffer.concat([text(topic), Buffer.from([0, 0]), Buffer.from(payload)]))
  return { bytes, idAt: bytes.indexOf(topic) + topic.length, seqAt: bytes.lastIndexOf(String(FIRST_SEQ)) }
}

/** Writes the `n`-th message of a connection to `out` at `offset`; its packet id is 1 to 65535, in turn. */
export function writePublish({ bytes, idAt, seqAt }: PublishTemplate, n: number, out: Buffer, offset: number): void {
  bytes.copy(out, offset)
  out.writeUInt16BE(packetId(n), offset + idAt)
  let left = FIRST_SEQ + n
  for (let digit = SEQ_DIGITS - 1; digit >= 0; digit -= 1) {
    out[offset + seqAt + digit] = 0x30 + (left % 10)
    left = Math.floor(left / 10)
  }
}

export function packetId(n: number): number {
  return (n % 65_535) + 1
}

/** Reads CONNACK (its return code) and PUBACK (its packet id) from a stream of bytes; anything else is an error. */
export function ackReader(onConnack: (code: number) => void, onPuback: (id: number) => void) {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk: Buffer): void => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let at = 0
    for (; at + 4 <= bytes.length; at += 4) {
      if (bytes[at] === 0x40) onPuback(bytes.readUInt16BE(at + 2))
      else if (bytes[at] === 0x20) onConnack(bytes[at + 3] ?? 0xff)
      else throw new Error(`the broker sent a packet of kind 0x${bytes[at]?.toString(16)}`)
    }
    rest = bytes.subarray(at)
  }
}

function packet(kind: number, body: Buffer): Buffer {
  const length: number[] = []
  let left = body.length
  do {
    length.push((left % 128) | (left >= 128 ? 0x80 : 0))
    left = Math.floor(left / 128)
  } while (left > 0)
  return Buffer.concat([Buffer.from([kind, ...length]), body])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}
