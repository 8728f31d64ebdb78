import type { Network } from './w5500-network.ts'
import { COMMON, COMMON_WRITABLE, SOCKET_WRITABLE, W5500Violation } from './w5500-registers.ts'
import { ChipSocket } from './w5500-socket.ts'
import { Later } from './w5500-timer.ts'

export interface ChipOptions {
  readonly network: Network
  /** Seconds since the board was given power. */
  readonly now: () => number
  /** Time from SEND to SENDOK when the peer is there, s: a round trip. */
  readonly roundTrip?: number
  /** Time the link takes to come up, s: auto-negotiation. */
  readonly negotiation?: number
}

/** How a byte comes over SPI. */
export interface SpiState {
  readonly mode: number
  readonly master: boolean
  readonly order: string
}

const RESET_SECONDS = 0.0001
const SOFT_RESET = 0x80
const LINK = 0x01
/** 100BASE-TX full duplex, all capable, auto-negotiation. */
const PHY_UP = 0b1011_1111
const PHY_DOWN = 0b1011_1000

/**
 * The Ethernet chip behind SPI, as strict as its data sheet: whatever a driver may not do throws a W5500Violation.
 * Its sockets are carried by TCP connections of this machine.
 */
export class W5500 {
  readonly sockets: readonly ChipSocket[]
  /** Bytes that went over SPI. */
  spiBytes = 0
  readonly #options: Required<ChipOptions>
  readonly #later = new Later()
  readonly #common = new Uint8Array(0x40)
  #plugged = true
  #linkUp = false
  #selected = false
  #header: number[] = []
  #address = 0
  #length = 0
  #resetUntil = 0

  constructor(options: ChipOptions) {
    this.#options = { roundTrip: 0.005, negotiation: 1.5, ...options }
    const { now, network, roundTrip } = this.#options
    this.sockets = Array.from(
      { length: 8 },
      (_, index) =>
        new ChipSocket(index, {
          now,
          network,
          roundTrip,
          later: this.#later,
          linked: () => this.#linkUp,
          common: this.#common,
        }),
    )
    this.hardReset()
  }

  /** The reset pin, or power: over long before the processor has begun. */
  hardReset(): void {
    this.#softReset()
    this.#resetUntil = 0
    this.#linkUp = false
    this.#negotiate()
  }

  /** The cable is in. */
  get plugged(): boolean {
    return this.#plugged
  }

  set plugged(plugged: boolean) {
    this.#plugged = plugged
    this.#linkUp = false
    for (const socket of this.sockets) socket.linkChanged()
    if (plugged) this.#negotiate()
  }

  #negotiate(): void {
    this.#later.at(this.#options.now() + this.#options.negotiation, () => {
      this.#linkUp = this.#plugged
      for (const socket of this.sockets) socket.linkChanged()
    })
  }

  /** Does what is due. */
  advance(): void {
    this.#later.advance(this.#options.now())
  }

  /** The chip-select pin; a frame begins when it falls and ends when it rises. */
  select(selected: boolean): void {
    if (this.#selected === selected) return
    this.#selected = selected
    if (selected) {
      this.advance()
      this.#header = []
      this.#length = 0
    } else if (this.#header.length > 0 && (this.#header.length < 3 || this.#length === 0)) {
      throw new W5500Violation('a frame ended before its data')
    }
  }

  /** One byte of a frame; the one that comes back. */
  transfer(byte: number, spi: SpiState): number {
    if (!this.#selected) throw new W5500Violation('SPI was clocked while the chip was not selected')
    if (!spi.master || (spi.mode !== 0 && spi.mode !== 3) || spi.order !== 'msbFirst')
      throw new W5500Violation(`SPI in mode ${spi.mode}, ${spi.order}: mode 0 or 3 and msbFirst are needed`)
    this.spiBytes += 1
    if (this.#header.length < 3) {
      this.#header.push(byte)
      if (this.#header.length === 3) this.#address = ((this.#header[0] ?? 0) << 8) | (this.#header[1] ?? 0)
      return 0
    }
    const control = this.#header[2] ?? 0
    const fixed = [0, 1, 2, 4][control & 3] ?? 0
    this.#length += 1
    if (fixed > 0 && this.#length > fixed) throw new W5500Violation(`a frame of ${fixed} bytes went on`)
    const at = this.#address
    this.#address = (at + 1) & 0xffff
    const block = control >> 3
    if (block !== 0 && block % 4 === 0) throw new W5500Violation(`block ${block} is reserved`)
    return control & 4 ? this.#write(block, at, byte) : this.#read(block, at)
  }

  #read(block: number, at: number): number {
    if (block === 0) return this.#readCommon(at)
    const socket = this.#socketOf(block)
    if (block % 4 === 1) return socket.read(at)
    if (block % 4 === 3) return socket.readReceived(at)
    return socket.readToSend(at)
  }

  #write(block: number, at: number, byte: number): 0 {
    if (this.#options.now() < this.#resetUntil) throw new W5500Violation('written while it was still resetting')
    if (block === 0) this.#writeCommon(at, byte)
    else if (block % 4 === 1) {
      mayWrite(SOCKET_WRITABLE, at, 'socket')
      this.#socketOf(block).write(at, byte)
      this.#checkBuffers()
    } else if (block % 4 === 2) this.#socketOf(block).writeToSend(at, byte)
    else throw new W5500Violation('the receive buffer is read-only')
    return 0
  }

  #socketOf(block: number): ChipSocket {
    const socket = this.sockets[block >> 2]
    if (!socket) throw new W5500Violation(`there is no block ${block}`)
    return socket
  }

  #readCommon(at: number): number {
    const resetting = this.#options.now() < this.#resetUntil
    if (at === COMMON.MR) return (this.#common[at] ?? 0) | (resetting ? SOFT_RESET : 0)
    if (at === COMMON.PHYCFGR) return this.#linkUp ? PHY_UP : PHY_DOWN & ~LINK
    if (at === COMMON.VERSIONR) return 4
    if (at > COMMON.VERSIONR) throw new W5500Violation(`there is no common register 0x${at.toString(16)}`)
    return this.#common[at] ?? 0
  }

  #writeCommon(at: number, byte: number): void {
    mayWrite(COMMON_WRITABLE, at, 'common')
    if (at === COMMON.MR && byte & SOFT_RESET) this.#softReset()
    else this.#common[at] = byte
  }

  #softReset(): void {
    this.#common.fill(0)
    this.#common.set([0x07, 0xd0, 8], COMMON.RTR)
    for (const socket of this.sockets) socket.reset()
    this.#resetUntil = this.#options.now() + RESET_SECONDS
  }

  #checkBuffers(): void {
    for (const kind of ['receiveSize', 'sendSize'] as const) {
      const total = this.sockets.reduce((sum, socket) => sum + socket[kind], 0)
      if (total > 16_384 && this.sockets.some((socket) => !socket.closed))
        throw new W5500Violation(`the ${kind === 'sendSize' ? 'send' : 'receive'} buffers add up to ${total} bytes`)
    }
  }
}

function mayWrite(stretches: readonly (readonly [number, number])[], at: number, kind: string): void {
  if (!stretches.some(([first, last]) => at >= first && at <= last))
    throw new W5500Violation(`the ${kind} register 0x${at.toString(16)} is read-only`)
}
