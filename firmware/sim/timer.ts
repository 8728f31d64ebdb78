import type { CPU } from 'avr8js'

export interface TimerRegisters {
  readonly bits: 8 | 16
  readonly controlA: number
  readonly controlB: number
  readonly count: number
  readonly compare: readonly number[]
  /** ICR, which may be the top of a 16-bit timer. */
  readonly capture: number | null
  readonly flags: number
  readonly mask: number
  readonly compareVectors: readonly number[]
  readonly overflowVector: number
  /** Clock divider by the three CS bits; 0 = stopped. */
  readonly dividers: readonly number[]
}

type TopSource = number | 'compareA' | 'capture'

/** Where counting ends by WGM2:0 of an 8-bit and WGM3:0 of a 16-bit timer; null = counts up and down. */
const TOPS_8: readonly (TopSource | null)[] = [0xff, null, 'compareA', 0xff, null, null, null, 'compareA']
const TOPS_16: readonly (TopSource | null)[] = [
  ...([0xffff, null, null, null, 'compareA', 0xff, 0x1ff, 0x3ff] as const),
  ...([null, null, null, null, 'capture', null, 'capture', 'compareA'] as const),
]

/**
 * A timer that is not polled: it knows from the clock what it has counted to, and asks to be called only when something
 * it has to tell is due. The modes that count up and down count for nobody (the Arduino core leaves timers in them for
 * PWM): asking for their interrupts throws. Compare outputs do not reach the pins.
 */
export class Timer {
  readonly #cpu: CPU
  readonly #registers: TimerRegisters
  readonly #interrupts
  #divider = 0
  #top: number | null = 0xff
  /** Clock cycle at which the counter was last 0, as if it had always run at the present speed. */
  #zeroAt = 0
  /** What a stopped timer stands at. */
  #stopped = 0
  #high = 0
  /** Clock cycle of the next of each interrupt: overflow, compare A, B, C. */
  readonly #next: number[] = []

  constructor(cpu: CPU, registers: TimerRegisters) {
    this.#cpu = cpu
    this.#registers = registers
    const { compareVectors, overflowVector, flags, mask } = registers
    const interrupt = (address: number, bit: number) => ({
      address,
      flagRegister: flags,
      flagMask: 1 << bit,
      enableRegister: mask,
      enableMask: 1 << bit,
    })
    this.#interrupts = [overflowVector, ...compareVectors].map(interrupt)
    this.#hook()
  }

  #hook(): void {
    const { controlA, controlB, count, compare, capture, flags, mask, bits } = this.#registers
    const { readHooks, writeHooks, data } = this.#cpu
    const reconfigure = (value: number, _old: number, address: number) => {
      const now = this.#count()
      data[address] = value
      this.#configure(now)
      return true
    }
    writeHooks[controlA] = reconfigure
    writeHooks[controlB] = reconfigure
    readHooks[count] = () => {
      const now = this.#count()
      if (bits === 16) data[count + 1] = now >> 8
      return now & 0xff
    }
    writeHooks[count] = (value) => {
      this.#restart(bits === 16 ? (this.#high << 8) | value : value)
      return true
    }
    for (const low of capture === null ? compare : [...compare, capture]) {
      writeHooks[low] = (value) => {
        const now = this.#count()
        data[low] = value
        if (bits === 16) data[low + 1] = this.#high
        this.#configure(now)
        return true
      }
      if (bits === 16) writeHooks[low + 1] = (value) => this.#keepHigh(value)
    }
    if (bits === 16) writeHooks[count + 1] = (value) => this.#keepHigh(value)
    writeHooks[flags] = (value) => {
      for (const each of this.#interrupts) this.#cpu.clearInterruptByFlag(each, value)
      return true
    }
    writeHooks[mask] = (value) => {
      data[mask] = value
      for (const each of this.#interrupts) this.#cpu.updateInterruptEnable(each, value)
      this.#schedule()
      return true
    }
  }

  /** The high byte of 16 bits is written first and waits for the low one. */
  #keepHigh(value: number): true {
    this.#high = value
    return true
  }

  #configure(count: number): void {
    const { controlA, controlB, dividers, bits } = this.#registers
    const { data } = this.#cpu
    const a = data[controlA] ?? 0
    const b = data[controlB] ?? 0
    this.#divider = dividers[b & 7] ?? 0
    const source = bits === 8 ? TOPS_8[((b & 8) >> 1) | (a & 3)] : TOPS_16[((b & 0x18) >> 1) | (a & 3)]
    this.#top =
      source === 'compareA'
        ? this.#compareAt(0)
        : source === 'capture'
          ? this.#word(this.#registers.capture ?? 0)
          : (source ?? null)
    this.#restart(count)
  }

  #word(low: number): number {
    const { data } = this.#cpu
    return (data[low] ?? 0) | (this.#registers.bits === 16 ? (data[low + 1] ?? 0) << 8 : 0)
  }

  #compareAt(channel: number): number {
    return this.#word(this.#registers.compare[channel] ?? 0)
  }

  #restart(count: number): void {
    this.#stopped = count
    this.#zeroAt = this.#cpu.cycles - count * this.#divider
    this.#schedule()
  }

  #count(): number {
    if (this.#divider === 0 || this.#top === null) return this.#stopped
    return Math.floor((this.#cpu.cycles - this.#zeroAt) / this.#divider) % (this.#top + 1)
  }

  /** Works out when each enabled interrupt is due next, and asks to be called at the first of them. */
  #schedule(): void {
    const { cycles, data } = this.#cpu
    this.#cpu.clearClockEvent(this.#due)
    const enabled = this.#divider === 0 ? 0 : (data[this.#registers.mask] ?? 0)
    if (enabled & 0x0f && this.#top === null)
      throw new Error(`the timer at 0x${this.#registers.controlA.toString(16)} has no interrupts in this mode here`)
    for (const index of this.#interrupts.keys()) {
      const moment = enabled & (1 << index) ? this.#momentOf(index) : null
      if (moment === null) {
        this.#next[index] = Number.POSITIVE_INFINITY
        continue
      }
      const behind = cycles - this.#zeroAt - moment * this.#divider
      this.#next[index] = cycles + (behind < 0 ? -behind : this.#period - (behind % this.#period))
    }
    this.#ask()
  }

  get #period(): number {
    return ((this.#top ?? 0) + 1) * this.#divider
  }

  /** The count at which an interrupt is due, or null: overflow with the step to 0, a compare with the step past its value. */
  #momentOf(index: number): number | null {
    const top = this.#top ?? 0
    if (index === 0) return this.#overflowsAtTop() ? 0 : null
    const value = this.#compareAt(index - 1)
    return value > top ? null : (value + 1) % (top + 1)
  }

  /** Clearing on compare match does not overflow, unless the match is at the very top; fast PWM always does. */
  #overflowsAtTop(): boolean {
    const fast = ((this.#cpu.data[this.#registers.controlA] ?? 0) & 3) !== 0
    return fast || this.#top === (this.#registers.bits === 8 ? 0xff : 0xffff)
  }

  #ask(): void {
    const at = Math.min(...this.#next)
    if (Number.isFinite(at)) this.#cpu.addClockEvent(this.#due, at - this.#cpu.cycles)
  }

  /** Called from the clock, which has taken this event off its list: it must not be cleared here. */
  readonly #due = (): void => {
    for (const [index, interrupt] of this.#interrupts.entries()) {
      if ((this.#next[index] ?? 0) > this.#cpu.cycles) continue
      this.#cpu.setInterruptFlag(interrupt)
      this.#next[index] = (this.#next[index] ?? 0) + this.#period
    }
    this.#ask()
  }
}
