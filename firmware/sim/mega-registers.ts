import type { AVRPortConfig } from 'avr8js'
import { adcConfig, atmega328Channels, eepromConfig, spiConfig, usart0Config, watchdogConfig } from 'avr8js'
import type { TimerRegisters } from './timer.ts'

// Addresses and interrupt vectors of the ATmega2560 (data sheet DS40002211A, "Register Summary" and "Interrupt Vectors").

/** Word address of an interrupt vector by its number, reset = 0. */
const vector = (number: number) => 2 * number

export const SMCR = 0x53
export const MCUSR = 0x54
/** Registers up to 0x1FF, then 8 KiB of RAM. */
export const SRAM_BYTES = 0x2100
export const EEPROM_BYTES = 4096

export const USARTS = [usart(0xc0, 25), usart(0xc8, 36), usart(0xd0, 51), usart(0x130, 54)]

function usart(base: number, firstVector: number) {
  return {
    ...usart0Config,
    UCSRA: base,
    UCSRB: base + 1,
    UCSRC: base + 2,
    UBRRL: base + 4,
    UBRRH: base + 5,
    UDR: base + 6,
    rxCompleteInterrupt: vector(firstVector),
    dataRegisterEmptyInterrupt: vector(firstVector + 1),
    txCompleteInterrupt: vector(firstVector + 2),
  }
}

const SYNCHRONOUS = [0, 1, 8, 64, 256, 1024, 0, 0]

export const TIMERS: readonly TimerRegisters[] = [
  timer8(0x44, 0x35, 21, SYNCHRONOUS),
  timer16(0x80, 0x36, 17),
  timer8(0xb0, 0x37, 13, [0, 1, 8, 32, 64, 128, 256, 1024]),
  timer16(0x90, 0x38, 32),
  timer16(0xa0, 0x39, 42),
  timer16(0x120, 0x3a, 47),
]

/** `firstVector` = the vector of compare A; the flag register is 0x39 below the mask register. */
function timer8(base: number, flags: number, firstVector: number, dividers: readonly number[]): TimerRegisters {
  return {
    bits: 8,
    controlA: base,
    controlB: base + 1,
    count: base + 2,
    compare: [base + 3, base + 4],
    capture: null,
    flags,
    mask: flags + 0x39,
    compareVectors: [vector(firstVector), vector(firstVector + 1)],
    overflowVector: vector(firstVector + 2),
    dividers,
  }
}

function timer16(base: number, flags: number, firstVector: number): TimerRegisters {
  return {
    bits: 16,
    controlA: base,
    controlB: base + 1,
    count: base + 4,
    compare: [base + 8, base + 10, base + 12],
    capture: base + 6,
    flags,
    mask: flags + 0x39,
    compareVectors: [vector(firstVector), vector(firstVector + 1), vector(firstVector + 2)],
    overflowVector: vector(firstVector + 3),
    dividers: SYNCHRONOUS,
  }
}

/** Single-ended inputs ADC0..ADC15, the 1.1 V band gap and ground; differential ones read as ground. */
export const ADC = {
  ...adcConfig,
  adcInterrupt: vector(29),
  numChannels: 16,
  muxInputMask: 0x3f,
  muxChannels: Object.fromEntries([
    ...Array.from({ length: 16 }, (_, channel) => [
      channel < 8 ? channel : 0x20 + channel - 8,
      { type: 0, channel } as const,
    ]),
    [0x1e, atmega328Channels[14]],
    [0x1f, atmega328Channels[15]],
  ]),
  /** REFS1:0 = AREF, AVCC, 1.1 V, 2.56 V. */
  adcReferences: [1, 0, 2, 3],
}

export const SPI = { ...spiConfig, spiInterrupt: vector(24) }
export const EEPROM = { ...eepromConfig, eepromReadyInterrupt: vector(30) }
export const WATCHDOG = { ...watchdogConfig, watchdogInterrupt: vector(12) }

export const PORT_NAMES = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L'] as const
export type PortName = (typeof PORT_NAMES)[number]

/** Registers of a port: A to G lie from 0x20, H to L from 0x100. Pin-change and external interrupts are left out. */
export function portRegisters(name: PortName): AVRPortConfig {
  const index = PORT_NAMES.indexOf(name)
  const base = index < 7 ? 0x20 + 3 * index : 0x100 + 3 * (index - 7)
  return { PIN: base, DDR: base + 1, PORT: base + 2, externalInterrupts: [] }
}
