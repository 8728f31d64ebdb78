import { describe, expect, it, test } from 'vitest'
import { choosePeriod, comparedKey, intervalsOf, keyOf } from './period.ts'

const ZONE = 'Europe/Rome'
const NOW = Date.parse('2026-06-17T10:00:00Z')
const FIRST = Date.parse('2025-11-03T10:00:00Z')
const choose = (key: string, now = NOW) => choosePeriod(key, now, FIRST, ZONE)

describe('a period', () => {
  test.each([
    ['2026-06-17', 'giorno', '2026-06-17', '2026-06-18', '2026-06-16', null],
    ['2026-W25', 'settimana', '2026-06-15', '2026-06-22', '2026-W24', null],
    ['2026-06', 'mese', '2026-06-01', '2026-07-01', '2026-05', null],
    ['2026-05', 'mese', '2026-05-01', '2026-06-01', '2026-04', '2026-06'],
    ['2025-11', 'mese', '2025-11-01', '2025-12-01', null, '2025-12'],
    ['2026', 'anno', '2026-01-01', '2027-01-01', '2025', null],
    ['tutto', 'tutto', '2025-01-01', '2027-01-01', null, null],
    ['2026-W01', 'settimana', '2025-12-29', '2026-01-05', '2025-W52', '2026-W02'],
  ])('%s', (key, span, firstDay, endDay, previous, next) => {
    expect(choose(key)).toMatchObject({ span, firstDay, endDay, previous, next })
  })

  test.each(['', '2026-13', '2026-02-30', '2026-W54', '2025-W53', '26', 'ieri', '2026-6', '2026-06-17T00', '-2026'])(
    'is not named by %j',
    (key) => expect(choose(key)).toBeNull(),
  )

  it('leads to the others around today while it holds today, else around its beginning', () => {
    expect(choose('2026')?.spans).toMatchObject({ giorno: '2026-06-17', settimana: '2026-W25', mese: '2026-06' })
    expect(choose('2026-02')?.spans).toMatchObject({ giorno: '2026-02-01', settimana: '2026-W05', anno: '2026' })
  })

  test.each([
    ['2026-06-17', 'prima', '2026-06-16'],
    ['2026-06-17', 'anno', '2025-06-18'],
    ['2026-W25', 'anno', '2025-W25'],
    ['2026-03', 'prima', '2026-02'],
    ['2026-03', 'anno', '2025-03'],
    ['2026', 'anno', '2025'],
    ['tutto', 'prima', null],
    ['2026', 'nessuno', null],
  ] as const)('%s compared with %s is %s', (key, comparison, other) => {
    const period = choose(key)
    expect(period && comparedKey(period, comparison)).toBe(other)
  })
})

describe('the intervals of a period', () => {
  const count = (key: string) => {
    const period = choose(key, Date.parse('2026-12-01T00:00:00Z'))
    const list = period ? intervalsOf(period, ZONE) : []
    return { n: list.length, hours: list.map((i) => (i.end - i.start) / 3_600_000) }
  }
  test.each([
    ['2026-06-17', 24],
    ['2026-03-29', 23],
    ['2026-10-25', 25],
    ['2026-W13', 7],
    ['2026-02', 28],
    ['2026', 12],
    ['tutto', 2],
  ])('%s has %i', (key, n) => expect(count(key).n).toBe(n))

  it('are civil days of their true length', () => {
    expect(count('2026-W13').hours).toEqual([24, 24, 24, 24, 24, 24, 23])
  })
})

test('weeks belong to the year that has their Thursday', () => {
  expect(keyOf('settimana', Temporal.PlainDate.from('2027-01-01'))).toBe('2026-W53')
})
