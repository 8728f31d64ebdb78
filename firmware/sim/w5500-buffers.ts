import { SOCKET } from './w5500-registers.ts'

/** 16-bit registers of a socket, high byte first. */
export class SocketRegisters {
  readonly bytes = new Uint8Array(0x30)

  word(at: number): number {
    return ((this.bytes[at] ?? 0) << 8) | (this.bytes[at + 1] ?? 0)
  }

  put(at: number, value: number): void {
    this.bytes[at] = (value >> 8) & 0xff
    this.bytes[at + 1] = value & 0xff
  }
}

/** What waits to be sent: from the last acknowledged byte up to TX_WR as it was at the last SEND. */
export class SendBuffer {
  readonly #registers: SocketRegisters
  readonly #bytes = new Uint8Array(0x4000)
  #acknowledged = 0

  constructor(registers: SocketRegisters) {
    this.#registers = registers
  }

  get size(): number {
    return 1024 * (this.#registers.bytes[SOCKET.TXBUF_SIZE] ?? 0)
  }

  get free(): number {
    return this.#registers.word(SOCKET.TX_FSR)
  }

  /** Bytes between the last acknowledged one and where the driver has written to. */
  get length(): number {
    return (this.#registers.word(SOCKET.TX_WR) - this.#acknowledged) & 0xffff
  }

  startAt(pointer: number): void {
    this.#registers.put(SOCKET.TX_WR, pointer)
    this.acknowledge(pointer)
  }

  read(at: number): number {
    return this.#bytes[at % this.size] ?? 0
  }

  /** False where bytes lie that are not acknowledged yet. */
  write(at: number, byte: number): boolean {
    const offset = (at - this.#registers.word(SOCKET.TX_WR)) & 0xffff
    this.#bytes[at % this.size] = byte
    return offset < this.free
  }

  /** The bytes to send, which are no longer free. */
  take(): Buffer {
    const { length } = this
    const bytes = Buffer.alloc(length)
    for (let i = 0; i < length; i += 1) bytes[i] = this.read((this.#acknowledged + i) & 0xffff)
    this.#registers.put(SOCKET.TX_FSR, this.size - length)
    return bytes
  }

  acknowledge(pointer: number): void {
    this.#acknowledged = pointer
    this.#registers.put(SOCKET.TX_RD, pointer)
    this.#registers.put(SOCKET.TX_FSR, this.size)
  }
}

/** What has arrived: from where the driver has read to, up to RX_WR. */
export class ReceiveBuffer {
  readonly #registers: SocketRegisters
  readonly #bytes = new Uint8Array(0x4000)
  #from = 0
  /** Arrived, and no room for it. */
  #waiting: Buffer = Buffer.alloc(0)

  constructor(registers: SocketRegisters) {
    this.#registers = registers
  }

  get size(): number {
    return 1024 * (this.#registers.bytes[SOCKET.RXBUF_SIZE] ?? 0)
  }

  get length(): number {
    return this.#registers.word(SOCKET.RX_RSR)
  }

  get overfull(): boolean {
    return this.#waiting.length > 0
  }

  startAt(pointer: number): void {
    this.#from = pointer
    this.#registers.put(SOCKET.RX_RD, pointer)
    this.#registers.put(SOCKET.RX_WR, pointer)
    this.#registers.put(SOCKET.RX_RSR, 0)
  }

  /** Null beyond what has arrived. */
  read(at: number): number | null {
    return ((at - this.#from) & 0xffff) % this.size < this.length ? (this.#bytes[at % this.size] ?? 0) : null
  }

  /** True when something new lies in the buffer. */
  arrive(bytes: Buffer): boolean {
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes])
    return this.#fill()
  }

  /** The driver has read up to RX_RD; null = it claims more than had arrived. */
  release(): boolean | null {
    const to = this.#registers.word(SOCKET.RX_RD)
    const taken = (to - this.#from) & 0xffff
    if (taken > this.length) return null
    this.#from = to
    this.#registers.put(SOCKET.RX_RSR, this.length - taken)
    return this.#fill()
  }

  forgetWaiting(): void {
    this.#waiting = Buffer.alloc(0)
  }

  #fill(): boolean {
    const end = this.#registers.word(SOCKET.RX_WR)
    const fits = Math.min(this.#waiting.length, this.size - this.length)
    for (let i = 0; i < fits; i += 1) this.#bytes[((end + i) & 0xffff) % this.size] = this.#waiting[i] ?? 0
    this.#waiting = this.#waiting.subarray(fits)
    this.#registers.put(SOCKET.RX_WR, end + fits)
    this.#registers.put(SOCKET.RX_RSR, this.length + fits)
    return fits > 0
  }
}
