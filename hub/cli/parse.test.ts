import { expect, it } from 'vitest'
import type { Command } from './command.ts'
import { Call, Failure } from './command.ts'
import { commandWords, parseCall } from './parse.ts'
import { progressLine } from './progress.ts'
import { table } from './table.ts'

const ADD: Command = {
  name: 'house add',
  summary: '',
  args: ['ID'],
  required: ['peak'],
  options: {
    peak: { value: 'W', help: '' },
    shown: { value: null, help: '' },
    map: { value: 'M', help: '', multiple: true },
    role: { value: 'ROLE', help: '' },
  },
  example: '',
  run: async () => 0,
}

it.each([
  ['house add casa_A --peak 1', ['house', 'add'], 'casa_A --peak 1'],
  ['--json --data d house add casa_A', ['house', 'add'], '--json --data d casa_A'],
  ['house --json add casa_A', ['house', 'add'], '--json casa_A'],
  ['house', ['house'], ''],
  ['version --json', ['version'], '--json'],
  ['replay house --map x', ['replay'], 'house --map x'],
  ['--json', [], '--json'],
  ['', [], ''],
])('%s', (line, words, rest) => {
  const argv = line === '' ? [] : line.split(' ')
  expect(commandWords(argv, ['house'])).toEqual({ words, rest: rest === '' ? [] : rest.split(' ') })
})

function call(...argv: string[]): Call {
  const nowhere = { write: () => {} }
  return new Call(parseCall(ADD, argv), () => Promise.reject(new Error('none')), {
    out: nowhere,
    err: nowhere,
    input: process.stdin,
  })
}

it('reads arguments and options in any order', () => {
  const typed = call('--peak=3000', 'casa_A', '--shown', '--map', 'a=1', '--map', 'b=2', '--set', 'x=1', '--json')
  expect([typed.arg('ID'), typed.number('peak', 0, 9999), typed.flag('shown'), typed.json]).toEqual([
    'casa_A',
    3000,
    true,
    true,
  ])
  expect([typed.texts('map'), typed.texts('set'), typed.text('role')]).toEqual([['a=1', 'b=2'], ['x=1'], undefined])
})

it.each([
  [['--peak', '1'], '"house add" needs ID'],
  [['a'], '"house add" needs --peak W.'],
  [['a', 'b', '--peak', '1'], 'does not take "b"'],
  [['a', '--peek', '1'], 'does not know the option --peek (did you mean "--peak"?).'],
  [['a', '--zebra'], 'does not know the option --zebra.'],
  [['a', '-x'], 'does not know the option -x.'],
  [['a', '--peak'], '--peak needs a value: --peak W.'],
  [['a', '--peak', '--shown'], '--peak needs a value: --peak W.'],
  [['a', '--peak', '1', '--shown=yes'], '--shown takes no value, but was given "yes".'],
])('%j is wrong usage', (argv, sentence) => {
  expect(() => call(...argv)).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining(sentence) }),
  )
})

it.each(['x', '', '-1', '9999999', 'NaN', 'Infinity', '1,5'])('--peak "%s" is no peak', (text) => {
  expect(() => call('a', `--peak=${text}`).number('peak', 0, 1_000_000, ' W')).toThrow(
    'expected a number from 0 to 1000000 W.',
  )
})

it('takes a negative number for a value, and asks for one of a list', () => {
  expect(call('a', '--peak', '-5').number('peak', -10, 0)).toBe(-5)
  expect(call('a', '--peak', '1', '--role', 'admin').choice('role', ['admin', 'reader'])).toBe('admin')
  expect(() => call('a', '--peak', '1', '--role', 'boss').choice('role', ['admin', 'reader'])).toThrow(Failure)
})

it('aligns a table, numbers to the right', () => {
  const out = { write: () => {} }
  expect(
    table(
      ['ID', 'W', 'X'],
      [
        ['a', 5, null],
        ['bcd', 1000, 'y'],
      ],
      out,
    ),
  ).toBe('ID      W  X\na       5  -\nbcd  1000  y')
})

it('says how far it is', () => {
  expect(progressLine(0.5, 40_000, 4)).toBe('50 %, 40,000 rows, 10,000 rows/s, about 4 s left')
  expect(progressLine(1, 10, 0)).toBe('100 %, 10 rows, 10,000 rows/s')
})
