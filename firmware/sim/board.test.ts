import { describe, expect, it } from 'vitest'
import { avrGccPath, needs } from '../../test/needs.ts'
import { compileImage } from '../../test/support/avr.ts'
import { Board } from './board.ts'
import { flashOf } from './intel-hex.ts'
import type { Network } from './w5500-network.ts'

const NOWHERE: Network = { dial: () => 'absent', datagram: () => [] }

function talkingTo(flash: Uint16Array<ArrayBuffer>, options: { eeprom?: Uint8Array; seed?: number } = {}) {
  const board = new Board({ flash, network: NOWHERE, ...options })
  let said = ''
  board.onSerial((bytes) => {
    said += bytes
  })
  /** What it answers to a letter, within so many seconds. */
  const ask = (letter: string, seconds = 0.1) => {
    said = ''
    board.writeSerial(letter)
    board.run(seconds)
    return said.trim()
  }
  return { board, ask, said: () => said }
}

describe.runIf(needs(avrGccPath(), 'the tests of the simulated board', 'gcc-avr avr-libc'))(
  'a simulated board',
  { timeout: 60_000 },
  () => {
    const flash = avrGccPath() ? compileImage('probe.c') : new Uint16Array()

    it('starts because of its power, answers over USB, and drives and reads its pins', () => {
      const { board, ask, said } = talkingTo(flash)
      board.run(0.05)
      expect(said()).toBe('start 1\n')
      expect([board.relay(1), board.relay(2)]).toEqual([false, false])
      ask('r')
      expect(board.relay(1)).toBe(true)
      expect(ask('s')).toBe('switch 0')
      board.wallSwitch(1, true)
      expect(ask('s')).toBe('switch 1')
      expect(ask('t')).toBe('ticks 1')
      expect(ask('i')).toBe('same 1')
    })

    it.each([
      [30, 0.001],
      [3, 0.005],
      [0.9, 0.01],
    ])('samples what flows through its current transformers: %s A within %s', (amps, tolerance) => {
      const { board, ask } = talkingTo(flash)
      board.ct[0].set({ amps, noise: 0.0024 })
      board.ct[1].set({ amps: 10, harmonics: { 3: 0.3 } })
      board.run(0.05)
      const [n = 0, sum = 0, squares = 0, n1 = 0, sum1 = 0, squares1 = 0] = ask('a', 0.35)
        .split(' ')
        .slice(1)
        .map(Number)
      expect([n, n1]).toEqual([800, 800])
      const rms = (count: number, first: number, second: number, noise: number) =>
        Math.sqrt(second / count - (first / count) ** 2 - noise) / (1024 / 5 / 30)
      // Noise of the source, and 1/12 for the step of the converter.
      const noise = (0.0024 / (5 / 1024)) ** 2 + 1 / 12
      expect(rms(n, sum, squares, noise) / amps).toBeCloseTo(1, Math.floor(-Math.log10(tolerance * 2)))
      expect(rms(n1, sum1, squares1, 1 / 12)).toBeCloseTo(10 * Math.sqrt(1.09), 1)
    })

    it('an unplugged transformer reads nothing, a current beyond the supply is cut off', () => {
      const { board, ask } = talkingTo(flash)
      board.ct[0].set({ plugged: false })
      board.ct[1].set({ amps: 100 })
      board.run(0.05)
      const [n = 0, sum = 0, squares = 0, n1 = 0, , squares1 = 0] = ask('a', 0.35).split(' ').slice(1).map(Number)
      expect([n, sum, squares]).toEqual([800, 0, 0])
      expect(Math.sqrt(squares1 / n1)).toBeGreaterThan(650)
    })

    it('keeps its EEPROM for ever and its RAM over a reset; pins let go', () => {
      const { board, ask, said } = talkingTo(flash)
      board.run(0.05)
      expect(ask('e')).toBe('eeprom 0')
      ask('r')
      const kept = Number(ask('k').split(' ')[1])
      board.reset('external')
      expect(board.relay(1)).toBe(false)
      board.run(0.05)
      expect(said()).toContain('start 2')
      expect(ask('e')).toBe('eeprom 1')
      expect(ask('k')).toBe(`kept ${kept + 1}`)
      board.powerCut(10)
      board.run(0.05)
      expect(ask('k')).toBe('kept 1')
      const other = talkingTo(flash, { eeprom: board.eeprom.cells })
      other.board.run(0.05)
      expect(other.ask('e')).toBe('eeprom 2')
      expect(board.eeprom.writes[7]).toBe(2)
      expect(board.relayLog.map(({ on }) => on)).toEqual([true, false])
    })

    it('is begun anew by its watchdog when it hangs', () => {
      const { board, ask, said } = talkingTo(flash)
      board.run(0.05)
      ask('r')
      ask('h', 0.9)
      expect([board.lives, board.relay(1)]).toEqual([['powerOn'], true])
      board.run(0.3)
      expect([board.lives, said(), board.relay(1)]).toEqual([['powerOn', 'watchdog'], 'start 8\n', false])
    })

    it('sleeps while nothing happens, and measures the same', () => {
      const { board, ask } = talkingTo(flash)
      board.run(0.05)
      ask('a', 0.3)
      expect(board.asleep).toBeGreaterThan(0.3)
    })
  },
)

it.each([
  ['00000001FF', 'line 1 of the image is not Intel HEX: 00000001FF'],
  [':0100000055AB', 'line 1 of the image is not Intel HEX: :0100000055AB'],
  [':020000040040BA\n:0100000055AA', 'line 2 of the image is beyond the flash'],
])('an image that is none is refused: %j', (hex, sentence) => {
  expect(() => flashOf(hex)).toThrow(sentence)
})
