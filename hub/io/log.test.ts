import { expect, it } from 'vitest'
import { LogTail, makeLog } from './log.ts'

it('keeps the last lines, and no secret in them', () => {
  const tail = new LogTail(2)
  const log = makeLog('fatal', tail)
  for (const n of [1, 2, 3]) log.fatal({ n, password: 'hunter2', user: { token: 'abc' } }, 'tried')
  const lines = tail.lines.map(
    (line) => JSON.parse(line) as { n: number; password: string; user: { token: string }; time: string },
  )
  expect(lines.map((line) => line.n)).toEqual([2, 3])
  expect(lines.map((line) => [line.password, line.user.token])).toEqual([
    ['***', '***'],
    ['***', '***'],
  ])
  expect(tail.lines.join()).not.toContain('hunter2')
})

it('keeps for the page what standard error is spared, and nothing of a detail nobody asked for', () => {
  const tail = new LogTail()
  const log = makeLog('fatal', tail)
  log.debug('detail')
  log.info('told')
  expect(tail.lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['told'])
})
