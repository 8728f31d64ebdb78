import type { Socket } from 'node:net'
import { connect } from 'node:net'

/** Where a connection goes: a port of this machine; `absent` = nobody answers ARP, `silent` = SYNs are lost, `refused` = RST. */
export type Route = { readonly host: string; readonly port: number } | 'absent' | 'silent' | 'refused'

export interface Datagram {
  readonly address: string
  readonly port: number
  readonly payload: Buffer
}

/** What lies beyond the cable. */
export interface Network {
  readonly dial: (address: string, port: number) => Route
  /** A datagram leaves the node for `to`; those that come back. */
  readonly datagram: (from: Datagram, to: { readonly address: string; readonly port: number }) => readonly Datagram[]
}

export interface ConnectionEvents {
  readonly connected: () => void
  readonly received: (bytes: Buffer) => void
  readonly finished: () => void
  /** Reset by the peer, or refused. */
  readonly broken: () => void
}

/** A TCP connection of the simulated chip, carried by a socket of this machine. While the cable is out nothing passes, and nothing is lost. */
export class Connection {
  readonly #socket: Socket
  #held: (() => void)[] | null = null
  #over = false

  constructor({ host, port }: { host: string; port: number }, events: ConnectionEvents) {
    this.#socket = connect({ host, port, allowHalfOpen: true, noDelay: true })
    const pass = (happens: () => void) => () => this.#pass(happens)
    this.#socket.on('connect', pass(events.connected))
    this.#socket.on('data', (bytes: Buffer) => this.#pass(() => events.received(bytes)))
    this.#socket.on('end', pass(events.finished))
    this.#socket.on('error', () => this.#pass(() => !this.#over && events.broken()))
  }

  #pass(happens: () => void): void {
    if (this.#over) return
    if (this.#held) this.#held.push(happens)
    else happens()
  }

  /** The cable is out, or in again. */
  set plugged(plugged: boolean) {
    if (!plugged) {
      this.#held ??= []
      this.#socket.pause()
      return
    }
    const held = this.#held ?? []
    this.#held = null
    for (const happens of held) this.#pass(happens)
    this.#socket.resume()
  }

  /** `taken` is called when the peer's machine has the bytes. */
  send(bytes: Buffer, taken: () => void): void {
    this.#socket.write(bytes, (error) => !error && this.#pass(taken))
  }

  /** Lets the peer send, or holds it back until there is room. */
  set mayReceive(may: boolean) {
    if (this.#held) return
    if (may) this.#socket.resume()
    else this.#socket.pause()
  }

  finish(): void {
    this.#socket.end()
  }

  abort(): void {
    this.#over = true
    this.#socket.resetAndDestroy()
  }
}
