import { expect, it } from 'vitest'
import type { HistoryBar } from '../models/history.ts'
import { historyTable } from './history-csv.ts'

const bar: HistoryBar = {
  start: Date.parse('2026-06-16T22:00:00Z'),
  end: Date.parse('2026-06-17T22:00:00Z'),
  producedWh: 12_345.6,
  consumedWh: 8000,
  ownWh: 3000,
  fromCommunityWh: 0,
  toCommunityWh: 500,
  fromGridWh: 5000,
  toGridWh: 8845.6,
  quality: 'stimata',
  coverage: 0.98,
}
const empty: HistoryBar = { ...bar, producedWh: null, ownWh: null, quality: 'mancante', coverage: 0 }

it('is one row an interval, with its start in UTC and in the community’s time', () => {
  const [, row, missing] = historyTable({ bars: [bar, empty] }, 'Europe/Rome', 'plain').split('\r\n')
  expect(row).toBe(
    '2026-06-16T22:00:00Z,2026-06-17T00:00,86400,8.000,3.000,0.000,5.000,12.346,0.500,8.846,stimata,0.9800',
  )
  expect(missing?.split(',')[7]).toBe('')
})

it('is read by Excel where the comma is decimal', () => {
  const text = historyTable({ bars: [bar] }, 'Europe/Rome', 'excel')
  expect(text.charCodeAt(0)).toBe(0xfeff)
  expect(text.split('\r\n')[1]).toContain(';8,000;3,000;')
})
