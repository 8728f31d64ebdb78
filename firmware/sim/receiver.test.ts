import { AVRUSART, CPU } from 'avr8js'
import { expect, it } from 'vitest'
import { CLOCK_HZ } from './machine.ts'
import { SRAM_BYTES, USARTS } from './mega-registers.ts'
import { Receiver } from './receiver.ts'

const [REGISTERS] = USARTS
const RXC = 0x80
const U2X = 2
const RXEN_TXEN = 0x18
const UDRIE = 0x20
/** A character at 115200 baud as the Mega makes it: 17 * 8 * 10 cycles. */
const CHARACTER = 1360

function receiver() {
  if (!REGISTERS) throw new Error('the chip has four')
  const cpu = new CPU(new Uint16Array(16), SRAM_BYTES)
  const usart = new AVRUSART(cpu, REGISTERS, CLOCK_HZ)
  const it = new Receiver(cpu, usart, REGISTERS, CLOCK_HZ)
  cpu.writeData(REGISTERS.UCSRA, U2X)
  cpu.writeData(REGISTERS.UBRRL, 16)
  return {
    it,
    control: (value: number) => cpu.writeData(REGISTERS.UCSRB, value),
    pass: (characters: number) => {
      for (let i = 0; i < characters; i += 1) {
        cpu.cycles += CHARACTER
        cpu.tick()
      }
    },
    waits: () => ((cpu.data[REGISTERS.UCSRA] ?? 0) & RXC) !== 0,
    read: () => String.fromCharCode(cpu.readData(REGISTERS.UDR)),
  }
}

it('takes characters at the speed of the line, once it is switched on', () => {
  const { it, control, pass, waits, read } = receiver()
  it.send(Buffer.from('ab'))
  pass(3)
  expect(waits()).toBe(false)
  control(RXEN_TXEN)
  pass(1)
  expect([waits(), read(), waits()]).toEqual([true, 'a', false])
  pass(1)
  expect([waits(), read(), waits()]).toEqual([true, 'b', false])
})

it('holds three for a slow program and loses what comes then', () => {
  const { it, control, pass, waits, read } = receiver()
  control(RXEN_TXEN)
  it.send(Buffer.from('abcde'))
  pass(4)
  expect([read(), read(), read(), waits(), it.overruns]).toEqual(['a', 'b', 'c', false, 1])
  pass(1)
  expect(read()).toBe('e')
})

it('keeps what waits when the transmitter is told to interrupt', () => {
  const { it, control, pass, waits, read } = receiver()
  control(RXEN_TXEN)
  it.send(Buffer.from('ab'))
  pass(2)
  control(RXEN_TXEN | UDRIE)
  expect([waits(), read(), read(), waits()]).toEqual([true, 'a', 'b', false])
})
