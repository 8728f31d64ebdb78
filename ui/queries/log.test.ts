import { expect, it } from 'vitest'
import { logEntries } from './log.ts'

const LINES = [
  '{"level":30,"time":"2026-06-21T10:00:00.000Z","house":"casa_A","msg":"performing"}',
  '{"level":50,"time":"2026-06-21T10:00:01.000Z","msg":"a tick failed"}',
  '{"level":20,"time":"2026-06-21T10:00:02.000Z","msg":"fine print"}',
  'not json',
]

it('shows the newest first, from a level on', () => {
  expect(logEntries(LINES, {}).entries.map((e) => [e.level, e.text])).toEqual([
    ['info', 'not json'],
    ['error', 'a tick failed'],
    ['info', 'performing'],
  ])
  expect(logEntries(LINES, { livello: 'error' })).toMatchObject({
    level: 'error',
    total: 4,
    entries: [{ text: 'a tick failed', detail: '' }],
  })
  expect(logEntries(LINES, { livello: 'debug' }).entries).toHaveLength(4)
})

it('finds a text anywhere in a line', () => {
  expect(logEntries(LINES, { cerca: 'CASA_a' }).entries).toEqual([
    { at: Date.UTC(2026, 5, 21, 10), level: 'info', text: 'performing', detail: '{"house":"casa_A"}' },
  ])
})
