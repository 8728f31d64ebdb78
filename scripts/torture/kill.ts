import { setTimeout as sleep } from 'node:timers/promises'
import { killLoop } from '../../test/support/kill-loop.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'

/** SIGKILL under load, again and again. */
export async function killTrial(kills: number): Promise<Row[]> {
  const tally = await killLoop({ kills, messagesPerSecond: 500, load: () => sleep(600) })
  const { acknowledged, lost, doubled, slowestStartMs } = tally
  return rows(
    `kill -9 x ${kills}`,
    ['acknowledged messages', acknowledged, `over ${kills * 20}`, acknowledged > kills * 20],
    ['of these lost', lost, '0', lost === 0],
    ['stored twice', doubled, '0', doubled === 0],
    ['slowest start', `${(slowestStartMs / 1000).toFixed(1)} s`, 'reported', true],
  )
}
