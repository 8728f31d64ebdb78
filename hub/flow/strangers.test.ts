import { describe, expect, it } from 'vitest'
import { Strangers } from './strangers.ts'

describe('strangers', () => {
  it('are counted, and listed by when they came last', () => {
    const strangers = new Strangers()
    strangers.note('x', '10.0.0.1', 'wrong key', 1)
    strangers.note('y', '10.0.0.1', 'unknown user', 2)
    strangers.note('x', '10.0.0.1', 'wrong key', 3)
    strangers.note('x', '10.0.0.2', 'wrong key', 4)
    expect(strangers.list()).toEqual([
      { who: 'x', address: '10.0.0.2', why: 'wrong key', count: 1, lastAt: 4 },
      { who: 'x', address: '10.0.0.1', why: 'wrong key', count: 2, lastAt: 3 },
      { who: 'y', address: '10.0.0.1', why: 'unknown user', count: 1, lastAt: 2 },
    ])
  })

  it('are forgotten, the oldest first, when there are too many', () => {
    const strangers = new Strangers(3)
    for (const who of ['a', 'b', 'c', 'a', 'd']) strangers.note(who, '', '', 0)
    expect(strangers.list().map((s) => s.who)).toEqual(['d', 'a', 'c'])
  })

  it('cannot fill the memory with a long name', () => {
    const strangers = new Strangers()
    strangers.note('x'.repeat(60_000), '', '', 0)
    strangers.note(`${'x'.repeat(60_000)}y`, '', '', 0)
    expect(strangers.list()).toMatchObject([{ who: 'x'.repeat(64), count: 2 }])
  })

  it('are told apart whatever their names hold', () => {
    const strangers = new Strangers()
    strangers.note('a"', 'b', '', 0)
    strangers.note('a', '"b', '', 0)
    expect(strangers.list()).toHaveLength(2)
  })
})
