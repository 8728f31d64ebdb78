import type { AVRUSART, CPU } from 'avr8js'

/** Two in the buffer and one in the shift register (data sheet, "Receiver Error Flags": DOR). */
const HELD = 3

/**
 * What a USART's receiver does that avr8js leaves out: characters come one after another at the line's speed, three of them wait for
 * the program, one that finds no room is lost, and enabling the transmitter's interrupt takes away none that waits.
 */
export class Receiver {
  /** Characters that were lost because the program did not look in time. */
  overruns = 0
  readonly #cpu: CPU
  readonly #usart: AVRUSART
  readonly #clockHz: number
  readonly #line: number[] = []
  #held: number[] = []
  #arriving = false

  constructor(cpu: CPU, usart: AVRUSART, registers: { readonly UDR: number; readonly UCSRB: number }, clockHz: number) {
    this.#cpu = cpu
    this.#usart = usart
    this.#clockHz = clockHz
    const { readHooks, writeHooks } = cpu
    const read = readHooks[registers.UDR]
    readHooks[registers.UDR] = (address) => {
      const byte = read?.(address) ?? 0
      this.#held.shift()
      this.#show()
      return byte
    }
    const write = writeHooks[registers.UCSRB]
    writeHooks[registers.UCSRB] = (...change) => {
      const done = write?.(...change)
      // Switching the receiver off empties it (data sheet, "Disabling the Receiver").
      if (!usart.rxEnable) this.#held = []
      this.#show()
      this.#next()
      return done
    }
  }

  /** Puts characters on the line. They wait there until the receiver is switched on. */
  send(bytes: Iterable<number>): void {
    for (const byte of bytes) this.#line.push(byte)
    this.#next()
  }

  #next(): void {
    if (this.#arriving || this.#line.length === 0 || !this.#usart.rxEnable) return
    this.#arriving = true
    this.#cpu.addClockEvent(() => {
      this.#arriving = false
      this.#arrive(this.#line.shift() ?? 0)
      this.#next()
    }, this.#cyclesPerCharacter())
  }

  #cyclesPerCharacter(): number {
    const { baudRate, bitsPerChar, stopBits, parityEnabled } = this.#usart
    return Math.round((this.#clockHz / baudRate) * (1 + bitsPerChar + stopBits + (parityEnabled ? 1 : 0)))
  }

  #arrive(byte: number): void {
    if (this.#held.length === HELD) this.overruns += 1
    else if (this.#held.push(byte) === 1) this.#show()
  }

  /** The first that waits is in UDR, and the flag says so. */
  #show(): void {
    const [first] = this.#held
    if (first !== undefined) this.#usart.writeByte(first, true)
  }
}
