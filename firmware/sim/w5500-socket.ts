import { ReceiveBuffer, SendBuffer, SocketRegisters } from './w5500-buffers.ts'
import type { Network } from './w5500-network.ts'
import { Connection } from './w5500-network.ts'
import {
  arpTimeout,
  COMMAND,
  COMMON,
  INTERRUPT,
  ipv4,
  isZero,
  SOCKET,
  STATUS,
  tcpTimeout,
  W5500Violation,
} from './w5500-registers.ts'
import type { Later } from './w5500-timer.ts'

export interface SocketSurroundings {
  readonly network: Network
  readonly now: () => number
  readonly later: Later
  readonly roundTrip: number
  readonly linked: () => boolean
  /** The chip's common registers. */
  readonly common: Uint8Array
}

const TCP = 1
const UDP = 2
/** A command is taken after this; its register reads as the command until then. */
const ACCEPT_SECONDS = 0.00001
/** A connection's pointers may begin anywhere: here shortly before they wrap. */
const FIRST_POINTER = 0xfe00
const MAY_SEND: readonly number[] = [STATUS.ESTABLISHED, STATUS.CLOSE_WAIT, STATUS.UDP]

/** One of the chip's eight sockets. */
export class ChipSocket {
  readonly #index: number
  readonly #around: SocketSurroundings
  readonly #registers = new SocketRegisters()
  readonly #out = new SendBuffer(this.#registers)
  readonly #in = new ReceiveBuffer(this.#registers)
  #connection: Connection | null = null
  /** Sent up to here and not acknowledged; `unsent` = what the cable kept from leaving. */
  #sending: { readonly until: number; readonly unsent: Buffer | null } | null = null
  /** Status as the driver last saw it: it may act on what it knew. */
  #seen = 0
  #cancelTimeout: () => void = () => {}
  #life = 0

  constructor(index: number, around: SocketSurroundings) {
    this.#index = index
    this.#around = around
  }

  get closed(): boolean {
    return this.#status === STATUS.CLOSED
  }

  get sendSize(): number {
    return this.#out.size
  }

  get receiveSize(): number {
    return this.#in.size
  }

  get #status(): number {
    return this.#registers.bytes[SOCKET.SR] ?? 0
  }

  set #status(status: number) {
    this.#registers.bytes[SOCKET.SR] = status
  }

  reset(): void {
    this.#close()
    this.#registers.bytes.fill(0)
    this.#registers.bytes[SOCKET.RXBUF_SIZE] = 2
    this.#registers.bytes[SOCKET.TXBUF_SIZE] = 2
    this.#seen = STATUS.CLOSED
    this.#startAt(0)
  }

  read(at: number): number {
    if (at >= this.#registers.bytes.length) throw this.#violation(`there is no register 0x${at.toString(16)}`)
    if (at === SOCKET.SR) this.#seen = this.#status
    return this.#registers.bytes[at] ?? 0
  }

  write(at: number, byte: number): void {
    const { bytes } = this.#registers
    if (at === SOCKET.CR) this.#command(byte)
    else if (at === SOCKET.IR) bytes[at] = (bytes[at] ?? 0) & ~byte
    else bytes[at] = byte
  }

  readReceived(at: number): number {
    const byte = this.#in.read(at)
    if (byte === null) throw this.#violation('the receive buffer was read beyond what has arrived')
    return byte
  }

  readToSend(at: number): number {
    return this.#out.read(at)
  }

  writeToSend(at: number, byte: number): void {
    if (!this.#out.write(at, byte)) throw this.#violation('the send buffer was written where unacknowledged bytes lie')
  }

  /** The cable was pulled, or the link is up. */
  linkChanged(): void {
    const linked = this.#around.linked()
    if (this.#connection) this.#connection.plugged = linked
    if (!this.#sending) return
    if (linked) this.#transmit()
    else this.#giveUpIn(tcpTimeout(this.#around.common))
  }

  #violation(what: string): W5500Violation {
    return new W5500Violation(`socket ${this.#index}: ${what}`)
  }

  #raise(bits: number): void {
    this.#registers.bytes[SOCKET.IR] = (this.#registers.bytes[SOCKET.IR] ?? 0) | bits
  }

  #startAt(pointer: number): void {
    this.#out.startAt(pointer)
    this.#in.startAt(pointer)
  }

  #command(code: number): void {
    const { bytes } = this.#registers
    if (bytes[SOCKET.CR] !== 0) throw this.#violation('a command came before the last was taken')
    bytes[SOCKET.CR] = code
    this.#around.later.at(this.#around.now() + ACCEPT_SECONDS, () => {
      bytes[SOCKET.CR] = 0
    })
    if (code === COMMAND.OPEN) this.#open()
    else if (code === COMMAND.CONNECT) this.#connect()
    else if (code === COMMAND.SEND) this.#send()
    else if (code === COMMAND.RECV) this.#release()
    else if (code === COMMAND.DISCON) this.#disconnect()
    else if (code === COMMAND.CLOSE) this.#close()
    else throw this.#violation(`the command 0x${code.toString(16)} is not simulated`)
  }

  #open(): void {
    const mode = (this.#registers.bytes[SOCKET.MR] ?? 0) & 0x0f
    if (mode !== TCP && mode !== UDP) throw this.#violation(`opened in mode ${mode}`)
    if (!this.closed) throw this.#violation('opened while it was open')
    if (this.#registers.word(SOCKET.PORT) === 0) throw this.#violation('opened without a port of its own')
    if (isZero(this.#around.common, COMMON.SHAR, 6)) throw this.#violation('opened without a hardware address')
    this.#registers.bytes[SOCKET.IR] = 0
    this.#startAt(0)
    this.#status = mode === TCP ? STATUS.INIT : STATUS.UDP
  }

  #connect(): void {
    if (this.#status !== STATUS.INIT) throw this.#violation('told to connect, and was not opened for TCP')
    if (isZero(this.#around.common, COMMON.SIPR, 4)) throw this.#violation('told to connect without an address')
    this.#status = STATUS.SYNSENT
    const { address, port } = this.#peer
    const route = this.#around.linked() ? this.#around.network.dial(address, port) : 'absent'
    this.#giveUpIn(route === 'absent' ? arpTimeout(this.#around.common) : tcpTimeout(this.#around.common))
    if (route === 'refused') this.#after(0.5, () => this.#broken())
    if (typeof route === 'string') return
    this.#connection = new Connection(route, {
      connected: () => this.#after(0.5, () => this.#established()),
      received: (bytes) => this.#after(0.5, () => this.#arrive(bytes)),
      finished: () => this.#after(0.5, () => this.#finished()),
      broken: () => this.#after(0.5, () => this.#broken()),
    })
  }

  get #peer(): { readonly address: string; readonly port: number } {
    return { address: ipv4(this.#registers.bytes, SOCKET.DIPR), port: this.#registers.word(SOCKET.DPORT) }
  }

  /** After so many round trips, unless the socket was closed meanwhile. */
  #after(roundTrips: number, happens: () => void): void {
    const life = this.#life
    const { later, now, roundTrip } = this.#around
    later.at(now() + roundTrip * roundTrips, () => {
      if (life === this.#life) happens()
    })
  }

  #established(): void {
    this.#cancelTimeout()
    this.#startAt(FIRST_POINTER)
    this.#status = STATUS.ESTABLISHED
    this.#raise(INTERRUPT.CON)
  }

  #finished(): void {
    if (this.#status === STATUS.FIN_WAIT) this.#broken()
    if (this.#status !== STATUS.ESTABLISHED) return
    this.#status = STATUS.CLOSE_WAIT
    this.#raise(INTERRUPT.DISCON)
  }

  #broken(): void {
    this.#close()
    this.#raise(INTERRUPT.DISCON)
  }

  #giveUpIn(seconds: number): void {
    this.#cancelTimeout()
    this.#cancelTimeout = this.#around.later.at(this.#around.now() + seconds, () => {
      this.#close()
      this.#raise(INTERRUPT.TIMEOUT)
    })
  }

  #send(): void {
    if (!MAY_SEND.includes(this.#status)) {
      if (!MAY_SEND.includes(this.#seen)) throw this.#violation('told to send without a connection')
      return
    }
    if (this.#sending) throw this.#violation('told to send before the last was acknowledged (SENDOK)')
    const { length, free } = this.#out
    if (length > free) throw this.#violation(`told to send ${length} bytes where ${free} are free`)
    if (length === 0) throw this.#violation('told to send nothing')
    const bytes = this.#out.take()
    this.#sending = { until: this.#registers.word(SOCKET.TX_WR), unsent: bytes }
    if (this.#status === STATUS.UDP) this.#sendDatagram(bytes)
    else if (this.#around.linked()) this.#transmit()
    else this.#giveUpIn(tcpTimeout(this.#around.common))
  }

  #transmit(): void {
    const { until, unsent } = this.#sending ?? {}
    if (until === undefined || !unsent) return
    this.#sending = { until, unsent: null }
    this.#connection?.send(unsent, () =>
      this.#after(1, () => {
        this.#cancelTimeout()
        this.#acknowledge()
      }),
    )
  }

  #acknowledge(): void {
    if (this.#sending) this.#out.acknowledge(this.#sending.until)
    this.#sending = null
    this.#raise(INTERRUPT.SENDOK)
  }

  #sendDatagram(payload: Buffer): void {
    const { common, network, linked } = this.#around
    this.#after(0.1, () => this.#acknowledge())
    if (!linked()) return
    const from = { address: ipv4(common, COMMON.SIPR), port: this.#registers.word(SOCKET.PORT), payload }
    for (const answer of network.datagram(from, this.#peer)) {
      const header = Buffer.from([...answer.address.split('.').map(Number), 0, 0, 0, 0])
      header.writeUInt16BE(answer.port, 4)
      header.writeUInt16BE(answer.payload.length, 6)
      const datagram = Buffer.concat([header, answer.payload])
      this.#after(1, () => {
        if (datagram.length <= this.#in.size - this.#in.length) this.#arrive(datagram)
      })
    }
  }

  #arrive(bytes: Buffer): void {
    if (this.#in.arrive(bytes)) this.#raise(INTERRUPT.RECV)
    if (this.#connection) this.#connection.mayReceive = !this.#in.overfull
  }

  #release(): void {
    const more = this.#in.release()
    if (more === null) throw this.#violation(`more was taken than the ${this.#in.length} bytes that had arrived`)
    if (more) this.#raise(INTERRUPT.RECV)
    if (this.#connection) this.#connection.mayReceive = !this.#in.overfull
  }

  #disconnect(): void {
    if (this.#status !== STATUS.ESTABLISHED && this.#status !== STATUS.CLOSE_WAIT) return
    this.#connection?.finish()
    if (this.#status === STATUS.CLOSE_WAIT) this.#after(1, () => this.#broken())
    else this.#giveUpIn(tcpTimeout(this.#around.common))
    this.#status = this.#status === STATUS.CLOSE_WAIT ? STATUS.LAST_ACK : STATUS.FIN_WAIT
  }

  #close(): void {
    this.#life += 1
    this.#cancelTimeout()
    this.#connection?.abort()
    this.#connection = null
    this.#in.forgetWaiting()
    this.#sending = null
    this.#status = STATUS.CLOSED
  }
}
