import { PinState } from 'avr8js'
import type { Eeprom, ResetCause } from './machine.ts'
import { CLOCK_HZ, Machine } from './machine.ts'
import type { PortName } from './mega-registers.ts'
import { EEPROM_BYTES } from './mega-registers.ts'
import { ntcVolts } from './ntc.ts'
import { W5500 } from './w5500.ts'
import type { Network } from './w5500-network.ts'
import type { CtWiring } from './waveform.ts'
import { CtInput } from './waveform.ts'

export interface BoardOptions {
  /** The flash, as `flashOf` reads it. */
  readonly flash: Uint16Array<ArrayBuffer>
  readonly network: Network
  /** What the first start is; later ones follow from `reset`. */
  readonly cause?: ResetCause
  /** EEPROM of a board that has run before. */
  readonly eeprom?: Uint8Array
  readonly wiring?: CtWiring
  readonly seed?: number
}

/** Pins of the board, as the firmware's documentation names them. */
const RELAYS = [0, 2, 4, 6]
const SWITCHES = [1, 3, 5, 7]
const CHIP_SELECT = { port: 'B', bit: 4 } as const
const LED = { port: 'H', bit: 6 } as const
const VALVE = { port: 'C', bit: 7 } as const
const NTC_CHANNEL = 3
const DEFAULT_CT: CtWiring = { voltsPerAmp: 1 / 30 }
/** RAM begins here; what lies in it outlives a reset, not a power cut. */
const RAM_FROM = 0x200

export interface PinChange {
  /** Seconds since the board was first given power. */
  readonly at: number
  readonly relay: number
  readonly on: boolean
}

/** The whole node: the chip with its program, what its pins see, the Ethernet shield and the USB port. */
export class Board {
  readonly eeprom: Eeprom
  readonly ethernet: W5500
  /** Current transformers of production and consumption. */
  readonly ct: readonly [CtInput, CtInput]
  /** Supply of the analog part, V. */
  supply = 5
  /** Temperature at the sensor, degrees; `open` and `short` are its faults. */
  temperature: number | 'open' | 'short' = 'open'
  /** Every change of a relay pin. */
  readonly relayLog: PinChange[] = []
  /** How each life began. */
  readonly lives: ResetCause[] = []
  readonly #options: BoardOptions
  #machine: Machine
  #livedBefore = 0
  #serialOut: number[] = []
  readonly #listeners = new Set<(bytes: Buffer) => void>()

  constructor(options: BoardOptions) {
    this.#options = options
    const cells = new Uint8Array(EEPROM_BYTES).fill(0xff)
    if (options.eeprom) cells.set(options.eeprom)
    this.eeprom = { cells, writes: new Uint32Array(EEPROM_BYTES) }
    this.ethernet = new W5500({ network: options.network, now: () => this.seconds })
    const { wiring = DEFAULT_CT, seed = 1 } = options
    this.ct = [new CtInput(wiring, seed), new CtInput(wiring, seed + 1)]
    this.#machine = this.#begin(options.cause ?? 'powerOn')
  }

  /** Seconds since the board was first given power, over resets. */
  get seconds(): number {
    return this.#livedBefore + (this.#machine?.seconds ?? 0)
  }

  /** Share of the present life that the processor has slept, 0..1. */
  get asleep(): number {
    return this.#machine.asleep
  }

  /** The lowest address the stack of the present life has reached. */
  get lowestStack(): number {
    return this.#machine.lowestStack
  }

  /** Characters from USB that the program of the present life was too slow for. */
  get serialOverruns(): number {
    return this.#machine.receivers[0]?.overruns ?? 0
  }

  get led(): boolean {
    return this.#isHigh(LED.port, LED.bit)
  }

  get valve(): boolean {
    return this.#isHigh(VALVE.port, VALVE.bit)
  }

  /** Is the pin of relay 1..4 high? */
  relay(number: number): boolean {
    return this.#isHigh('A', RELAYS[number - 1] ?? 0)
  }

  /** Closes or opens the wall switch of output 1..4. */
  wallSwitch(number: number, closed: boolean): void {
    this.#machine.ports.A.setPin(SWITCHES[number - 1] ?? 0, !closed)
    this.#closed[number - 1] = closed
  }

  readonly #closed = [false, false, false, false]

  /** Runs for so many seconds of the board's time. */
  run(seconds: number): void {
    const until = this.seconds + seconds
    while (!this.#machine.run(Math.ceil((until - this.#livedBefore) * CLOCK_HZ))) this.reset('watchdog')
    this.ethernet.advance()
    this.#flush()
  }

  /** Ends this life and begins the next: what the reset pin, the supply or the watchdog does. */
  reset(cause: ResetCause): void {
    const { data } = this.#machine.cpu
    this.#flush()
    this.#livedBefore += this.#machine.seconds
    for (const [index, on] of this.#relays().entries())
      if (on) this.relayLog.push({ at: this.#livedBefore, relay: index + 1, on: false })
    this.#machine = this.#begin(cause)
    if (cause !== 'powerOn') this.#machine.cpu.data.set(data.subarray(RAM_FROM), RAM_FROM)
  }

  /** Without power for so many seconds, then on again. */
  powerCut(seconds: number): void {
    this.reset('powerOn')
    this.#livedBefore += seconds
    this.ethernet.hardReset()
  }

  /** What the node sends over USB; the return value stops it. */
  onSerial(listener: (bytes: Buffer) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What comes over USB. */
  writeSerial(bytes: Uint8Array | string): void {
    this.#machine.receivers[0]?.send(Buffer.from(bytes as string))
  }

  #begin(cause: ResetCause): Machine {
    this.lives.push(cause)
    if (cause !== 'watchdog') this.ethernet.hardReset()
    const machine = new Machine(this.#options.flash, this.eeprom, cause, {
      analog: (channel, seconds) => this.#analog(channel, seconds),
      spi: (byte) => this.ethernet.transfer(byte, machine.spiMode),
      serial: (usart, byte) => usart === 0 && this.#serialOut.push(byte),
      supply: () => this.supply,
    })
    this.ethernet.select(false)
    machine.ports.B.addListener((value) => this.ethernet.select(isDriven(machine, value)))
    machine.ports.A.addListener(() => this.#noteRelays())
    for (const [index, bit] of SWITCHES.entries()) machine.ports.A.setPin(bit, !this.#closed[index])
    return machine
  }

  #analog(channel: number, seconds: number): number {
    const input = this.ct[channel]
    if (input) return input.volts(this.#livedBefore + seconds)
    return channel === NTC_CHANNEL ? ntcVolts(this.temperature, this.supply) : 0
  }

  #isHigh(port: PortName, bit: number): boolean {
    return this.#machine.ports[port].pinState(bit) === PinState.High
  }

  #relays(): boolean[] {
    return RELAYS.map((bit) => this.#isHigh('A', bit))
  }

  #noteRelays(): void {
    for (const [index, on] of this.#relays().entries()) {
      const before = this.relayLog.findLast((change) => change.relay === index + 1)?.on ?? false
      if (on !== before) this.relayLog.push({ at: this.seconds, relay: index + 1, on })
    }
  }

  #flush(): void {
    if (this.#serialOut.length === 0) return
    const bytes = Buffer.from(this.#serialOut)
    this.#serialOut = []
    for (const listener of this.#listeners) listener(bytes)
  }
}

/** The chip is selected while its pin is an output and low. */
function isDriven(machine: Machine, portValue: number): boolean {
  const { bit, port } = CHIP_SELECT
  const isOutput = ((machine.cpu.data[machine.ports[port].portConfig.DDR] ?? 0) >> bit) & 1
  return isOutput === 1 && ((portValue >> bit) & 1) === 0
}
