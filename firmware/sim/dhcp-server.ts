import type { Datagram } from './w5500-network.ts'

// RFC 2131 and 2132, as far as a router of a home goes.

const SERVER_PORT = 67
const COOKIE = 0x63825363
const OPTION = { mask: 1, router: 3, wanted: 50, leaseTime: 51, type: 53, server: 54, end: 255 } as const
const TYPE = { discover: 1, offer: 2, request: 3, ack: 5, nak: 6 } as const

export interface DhcpSettings {
  readonly server: string
  readonly offered: string
  readonly mask: string
  readonly leaseSeconds: number
}

/** The router's DHCP server, with one address to give. Throws at a message that no client may send. */
export class DhcpServer {
  readonly settings: DhcpSettings
  /** A router that is off answers nothing. */
  on = true
  /** Types of the messages heard, oldest first. */
  readonly heard: number[] = []

  constructor(settings: DhcpSettings) {
    this.settings = settings
  }

  answer(to: { readonly port: number }, { payload }: Datagram): readonly Datagram[] {
    if (!this.on || to.port !== SERVER_PORT) return []
    if (payload.length < 240 || payload[0] !== 1 || payload.readUInt32BE(236) !== COOKIE)
      throw new Error(`DHCP: a message of ${payload.length} bytes is not a request`)
    const options = optionsOf(payload)
    const type = options.get(OPTION.type)?.[0] ?? 0
    this.heard.push(type)
    if (type === TYPE.discover) return [this.#reply(payload, TYPE.offer)]
    if (type !== TYPE.request) return []
    const wanted = options.get(OPTION.wanted) ?? payload.subarray(12, 16)
    const right = [...wanted].join('.') === this.settings.offered
    return [this.#reply(payload, right ? TYPE.ack : TYPE.nak)]
  }

  #reply(request: Buffer, type: number): Datagram {
    const { server, offered, mask, leaseSeconds } = this.settings
    const reply = Buffer.alloc(300)
    request.copy(reply, 0, 0, 240)
    reply[0] = 2
    reply.set(bytesOf(type === TYPE.nak ? '0.0.0.0' : offered), 16)
    const lease = Buffer.alloc(4)
    lease.writeUInt32BE(leaseSeconds)
    const options = [
      [OPTION.type, [type]],
      [OPTION.server, bytesOf(server)],
      [OPTION.leaseTime, [...lease]],
      [OPTION.mask, bytesOf(mask)],
      [OPTION.router, bytesOf(server)],
    ] as const
    reply.set([...options.flatMap(([code, value]) => [code, value.length, ...value]), OPTION.end], 240)
    return { address: server, port: SERVER_PORT, payload: reply }
  }
}

function optionsOf(message: Buffer): Map<number, Buffer> {
  const options = new Map<number, Buffer>()
  let at = 240
  while (at < message.length && message[at] !== OPTION.end) {
    if (message[at] === 0) {
      at += 1
      continue
    }
    const length = message[at + 1] ?? 0
    options.set(message[at] ?? 0, message.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return options
}

function bytesOf(address: string): number[] {
  return address.split('.').map(Number)
}
