import type { ADCMuxInput, AVRIOPort as Port } from 'avr8js'
import {
  ADCMuxInputType,
  AVRADC,
  AVRClock,
  AVREEPROM,
  AVRIOPort,
  AVRSPI,
  AVRUSART,
  AVRWatchdog,
  avrInstruction,
  CPU,
} from 'avr8js'
import type { PortName } from './mega-registers.ts'
import {
  ADC,
  EEPROM,
  MCUSR,
  PORT_NAMES,
  portRegisters,
  SMCR,
  SPI,
  SRAM_BYTES,
  TIMERS,
  USARTS,
  WATCHDOG,
} from './mega-registers.ts'
import { Receiver } from './receiver.ts'
import { Timer } from './timer.ts'

export const CLOCK_HZ = 16_000_000

/** Why a machine began to run: bits of MCUSR. */
export const RESET_CAUSE = { powerOn: 0x01, external: 0x02, brownOut: 0x04, watchdog: 0x08 } as const
export type ResetCause = keyof typeof RESET_CAUSE

/** What the simulated chip is connected to. */
export interface Wiring {
  /** Volts at an analog input at a time in seconds since this machine began. */
  readonly analog: (channel: number, seconds: number) => number
  /** A byte goes out over SPI; the one that comes in. */
  readonly spi: (byte: number) => number
  /** A byte left a USART. */
  readonly serial: (usart: number, byte: number) => void
  /** AVcc, V. */
  readonly supply: () => number
}

/** EEPROM cells outlive the machine; each write of a cell is counted, for its wear. */
export interface Eeprom {
  readonly cells: Uint8Array
  readonly writes: Uint32Array
}

const SREG = 0x5f
const INTERRUPTS = 0x80
const SLEEP = 0x9588
const SLEEP_ENABLED = 1
const WDCE = 0x10
const WDE = 0x08

/** What the CPU keeps to itself: when the next thing happens. */
interface Calendar {
  readonly nextClockEvent: { readonly cycles: number } | null
}

/** One life of an ATmega2560, from reset to reset. A reset makes a new one: on silicon registers and ports start over. */
export class Machine {
  readonly cpu: CPU
  readonly ports: Readonly<Record<PortName, Port>>
  /** What the USARTs hear. */
  readonly receivers: readonly Receiver[]
  readonly #spi: AVRSPI
  readonly #adc: AVRADC
  #asleep = false
  #sleptCycles = 0
  #barked = false
  #lowestStack = 0xffff

  constructor(flash: Uint16Array<ArrayBuffer>, eeprom: Eeprom, cause: ResetCause, wiring: Wiring) {
    const cpu = new CPU(flash, SRAM_BYTES)
    this.cpu = cpu
    cpu.data[MCUSR] = RESET_CAUSE[cause]
    this.ports = Object.fromEntries(
      PORT_NAMES.map((name) => [name, new AVRIOPort(cpu, portRegisters(name))]),
    ) as Record<PortName, Port>
    for (const registers of TIMERS) new Timer(cpu, registers)
    this.receivers = USARTS.map((registers, index) => {
      const usart = new AVRUSART(cpu, registers, CLOCK_HZ)
      usart.onByteTransmit = (byte) => wiring.serial(index, byte)
      return new Receiver(cpu, usart, registers, CLOCK_HZ)
    })
    this.#spi = new AVRSPI(cpu, SPI, CLOCK_HZ)
    this.#spi.onByte = (byte) => {
      const answer = wiring.spi(byte)
      cpu.addClockEvent(() => this.#spi.completeTransfer(answer), this.#spi.transferCycles)
    }
    this.#adc = new AVRADC(cpu, ADC)
    this.#adc.onADCRead = (input) => this.#convert(input, wiring)
    new AVREEPROM(cpu, keeping(eeprom), EEPROM)
    new AVRWatchdog(cpu, WATCHDOG, new AVRClock(cpu, CLOCK_HZ))
    // The watchdog's only way to end a life; what it leaves behind is not used again.
    cpu.reset = () => {
      this.#barked = true
    }
    if (cause === 'watchdog') {
      // Until the program says otherwise the watchdog stays on, at its shortest (data sheet, "WDTCSR": WDE).
      cpu.writeData(WATCHDOG.WDTCSR, WDCE | WDE)
      cpu.writeData(WATCHDOG.WDTCSR, WDE)
    }
  }

  /** Seconds this machine has lived. */
  get seconds(): number {
    return this.cpu.cycles / CLOCK_HZ
  }

  /** The lowest the stack has reached, looked at with each conversion: what lies below was never used. */
  get lowestStack(): number {
    return this.#lowestStack
  }

  /** Share of its time it has slept, 0..1. */
  get asleep(): number {
    return this.cpu.cycles === 0 ? 0 : this.#sleptCycles / this.cpu.cycles
  }

  get spiMode(): { readonly mode: number; readonly master: boolean; readonly hz: number; readonly order: string } {
    return {
      mode: this.#spi.spiMode,
      master: this.#spi.isMaster,
      hz: this.#spi.spiFrequency,
      order: this.#spi.dataOrder,
    }
  }

  /** Runs up to a clock cycle; false when the watchdog ended it before. */
  run(until: number): boolean {
    const { cpu } = this
    const { progMem, data } = cpu
    while (cpu.cycles < until && !this.#barked) {
      if (this.#asleep) {
        this.#dream(until)
        continue
      }
      const sleeps = progMem[cpu.pc] === SLEEP && (data[SMCR] ?? 0) & SLEEP_ENABLED
      const masked = ((data[SREG] ?? 0) & INTERRUPTS) === 0
      avrInstruction(cpu)
      // Whatever sets the I flag, one more instruction comes before an interrupt: compilers rely on it when they set the stack.
      if (masked && (data[SREG] ?? 0) & INTERRUPTS) continue
      if (cpu.pc === 0)
        throw new Error('the program ran into its own start: a stray jump, or an interrupt without a handler')
      if (sleeps) this.#asleep = !this.#interrupted()
      else cpu.tick()
    }
    return !this.#barked
  }

  /** Asleep: on to the next thing that happens. Whatever interrupts wakes. */
  #dream(until: number): void {
    const { cpu } = this
    const next = (cpu as unknown as Calendar).nextClockEvent?.cycles ?? until
    const to = Math.min(until, Math.max(next, cpu.cycles + 1))
    this.#sleptCycles += to - cpu.cycles
    cpu.cycles = to
    this.#asleep = !this.#interrupted()
  }

  /** Does what is due; true when an interrupt began. */
  #interrupted(): boolean {
    const { pc } = this.cpu
    this.cpu.tick()
    return this.cpu.pc !== pc
  }

  #convert(input: ADCMuxInput, wiring: Wiring): void {
    const { cpu } = this
    this.#lowestStack = Math.min(this.#lowestStack, cpu.SP)
    const cycles = this.#adc.sampleCycles
    // The input is held 1.5 ADC clocks after the start, 13.5 after the first one (data sheet, "Prescaling and Conversion Timing").
    const clock = this.#adc.prescaler
    const held = cpu.cycles + (cycles > 13 * clock ? 13.5 : 1.5) * clock
    this.#adc.avcc = wiring.supply()
    const volts = voltsAt(input, held / CLOCK_HZ, wiring)
    const counts = Math.floor((volts / this.#adc.referenceVoltage) * 1024)
    cpu.addClockEvent(() => this.#adc.completeADCRead(Math.max(0, Math.min(1023, counts))), cycles)
  }
}

function voltsAt(input: ADCMuxInput, seconds: number, wiring: Wiring): number {
  switch (input.type) {
    case ADCMuxInputType.SingleEnded:
      return wiring.analog(input.channel, seconds)
    case ADCMuxInputType.Constant:
      return input.voltage
    case ADCMuxInputType.Differential:
    case ADCMuxInputType.Temperature:
      return 0
  }
}

function keeping({ cells, writes }: Eeprom) {
  return {
    readMemory: (address: number) => cells[address] ?? 0xff,
    writeMemory: (address: number, value: number) => {
      cells[address] = (cells[address] ?? 0xff) & value
      writes[address] = (writes[address] ?? 0) + 1
    },
    eraseMemory: (address: number) => {
      cells[address] = 0xff
    },
  }
}
