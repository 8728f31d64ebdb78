import { describe, expect, it } from 'vitest'
import { historyCsv, intervals, parseHistory } from './history.ts'

const NOW = Date.UTC(2026, 5, 21, 12, 34)
const ZONE = 'Europe/Rome'
const at = (text: string) => Date.parse(text)

describe('the question', () => {
  it('is by default the last day, by the hour, of the community', () => {
    expect(parseHistory({}, NOW, ZONE)).toEqual({
      ok: true,
      value: { from: NOW - 86_400_000, to: NOW, step: '1h', house: null },
    })
  })

  it('takes a date as the first instant of that day in the community', () => {
    const question = parseHistory({ da: '2026-03-29', a: '2026-03-30', passo: '5m', casa: 'casa_A' }, NOW, ZONE)
    expect(question).toEqual({
      ok: true,
      value: { from: at('2026-03-28T23:00:00Z'), to: at('2026-03-29T22:00:00Z'), step: '5m', house: 'casa_A' },
    })
  })

  it.each([
    [{ passo: '2h' }, 'passo'],
    [{ da: 'yesterday' }, 'da'],
    [{ a: '2026-02-30' }, 'a'],
    [{ da: '2026-06-02', a: '2026-06-01' }, 'da'],
    [{ da: '2026-01-01', a: '2026-06-01', passo: '5m' }, 'passo'],
  ])('%j is refused for its %s', (query, campo) => {
    expect(parseHistory(query, NOW, ZONE)).toMatchObject({ ok: false, error: [{ campo, atteso: expect.any(String) }] })
  })
})

describe('the intervals', () => {
  const hours = (from: string, to: string, step: '1h' | '1d' | '1mo' | '15m') =>
    intervals({ from: at(from), to: at(to), step, house: null }, ZONE).map(({ start, end }) => [
      new Date(start).toISOString().slice(0, 16),
      (end - start) / 3_600_000,
    ])

  it('of days have 23 and 25 hours when the clock changes', () => {
    expect(hours('2026-03-28T23:00:00Z', '2026-03-30T22:00:00Z', '1d')).toEqual([
      ['2026-03-28T23:00', 23],
      ['2026-03-29T22:00', 24],
    ])
    expect(hours('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', '1d')).toEqual([['2026-10-24T22:00', 25]])
  })

  it('of months begin on the first of the community', () => {
    expect(hours('2026-01-15T00:00:00Z', '2026-03-01T00:00:00Z', '1mo')).toEqual([
      ['2025-12-31T23:00', 31 * 24],
      ['2026-01-31T23:00', 28 * 24],
      ['2026-02-28T23:00', 31 * 24 - 1],
    ])
  })

  it('of hours and quarters are aligned', () => {
    expect(hours('2026-06-01T10:20:00Z', '2026-06-01T12:00:00Z', '1h')).toEqual([
      ['2026-06-01T10:00', 1],
      ['2026-06-01T11:00', 1],
    ])
    expect(hours('2026-06-01T10:20:00Z', '2026-06-01T10:31:00Z', '15m')).toHaveLength(2)
  })
})

it('as CSV is the same columns, empty where nothing is known', () => {
  const row = {
    inizio: '2026-06-21T10:00:00Z',
    durata_s: 300,
    prodotta_wh: 0,
    consumata_wh: null,
    prelevata_wh: null,
    immessa_wh: null,
    condivisa_wh: null,
    qualita: 'stimata' as const,
    copertura: 0.5,
  }
  expect(historyCsv({ casa: null, passo: '5m', fuso: ZONE, righe: [row] })).toBe(
    'inizio,durata_s,prodotta_wh,consumata_wh,prelevata_wh,immessa_wh,condivisa_wh,qualita,copertura\n2026-06-21T10:00:00Z,300,0,,,,,stimata,0.5\n',
  )
})
